"""Buttons that ask something of a run: done at once, or told why it cannot be done any more."""

from collections.abc import Callable
from typing import Literal

import streamlit as st

from mnist_lab.errors import LabError
from mnist_lab.runs import Command, Run
from mnist_lab.ui.components.markdown import plain
from mnist_lab.ui.services.container import services

_REFUSED = "asking-refused"
_DISCARDED = "asking-discarded"


def ask_button(
    label: str,
    icon: str,
    key: str,
    request: Callable[[], object],
    *,
    kind: Literal["primary", "secondary", "tertiary"] = "secondary",
    disabled: bool = False,
    hint: str | None = None,
) -> None:
    """Draw a button that does `request` at a click; a `LabError` that it raises is shown to the user.

    Args:
        label: A verb.
        icon: As Streamlit names it; "" for none.
        key: Of the button.
        request: What to do.
        kind: How the button looks.
        disabled: Whether it cannot be clicked now.
        hint: Shown while the pointer is over it.
    """
    st.button(
        label,
        icon=icon or None,
        key=key,
        type=kind,
        disabled=disabled,
        help=hint,
        on_click=_ask,
        args=(request,),
    )


def command_button(
    label: str,
    icon: str,
    run: Run,
    command: Command,
    *,
    kind: Literal["primary", "secondary", "tertiary"] = "secondary",
    disabled: bool = False,
    hint: str | None = None,
) -> None:
    """Draw a button that asks a command of a run; its key is the command's name and the run's id."""
    key = f"{command.value}-{run.id}"
    ask_button(label, icon, key, lambda: _command(run, command), kind=kind, disabled=disabled, hint=hint)


def show_refusal() -> None:
    """Show why the last request could not be done, once."""
    # Streamlit shows nothing from a callback of a fragment, so the fragment shows it.
    if refused := st.session_state.pop(_REFUSED, None):
        st.toast(plain(refused), icon=":material/info:")


def discarded_name(run_id: str) -> str | None:
    """The name of the run with this id if this session has discarded it, else None."""
    names: dict[str, str] = st.session_state.get(_DISCARDED, {})
    return names.get(run_id)


def _command(run: Run, command: Command) -> None:
    services().store.request(run.id, command)
    if command is Command.DISCARD:
        st.session_state.setdefault(_DISCARDED, {})[run.id] = run.name


def _ask(request: Callable[[], object]) -> None:
    try:
        request()
    except LabError as error:
        # The run has moved on in the meantime: by itself, or because another browser asked first.
        st.session_state[_REFUSED] = str(error)
