"""Buttons that send a request about a run to the store, and the message if the request is refused."""

from collections.abc import Callable
from typing import Literal

import streamlit as st

from mnist_lab.errors import LabError
from mnist_lab.runs import Command, Run
from mnist_lab.ui.components.markdown import plain
from mnist_lab.ui.components.message import for_viewer
from mnist_lab.ui.services.container import services
from mnist_lab.ui.session.deletions import remember_deleted
from mnist_lab.ui.session.viewer import viewer

_ERROR = "request-error"


def request_button(
    label: str,
    icon: str,
    key: str,
    request: Callable[[], object],
    *,
    kind: Literal["primary", "secondary", "tertiary"] = "secondary",
    disabled: bool = False,
    hint: str | None = None,
) -> None:
    """Draw a button that calls `request` when clicked; a `LabError` that it raises is shown to the user.

    Args:
        label: A verb.
        icon: Streamlit's name of the icon; "" for none.
        key: Key of the button.
        request: What to do.
        kind: How the button looks.
        disabled: Whether it cannot be clicked now.
        hint: Tooltip.
    """
    st.button(
        label,
        icon=icon or None,
        key=key,
        type=kind,
        disabled=disabled,
        help=hint,
        on_click=_run_request,
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
    """Draw a button that sends a command to a run; its key is the command's name and the run's id."""
    key = f"{command.value}-{run.id}"
    request_button(label, icon, key, lambda: _send(run, command), kind=kind, disabled=disabled, hint=hint)


def confirmed_button(
    label: str, icon: str, run: Run, command: Command, *, consequence: str, confirm: str, disabled: bool = False
) -> None:
    """Draw a button that asks once before it sends a command; an update of the page would close a dialog.

    It is red if the run will be deleted; a run that is stopped keeps what it has learned.

    Args:
        label: A verb.
        icon: Streamlit's name of the icon.
        run: The run that gets the command.
        command: What ends or deletes the run.
        consequence: What will happen, as safe Markdown.
        confirm: The button that does it.
        disabled: Whether it cannot be clicked now.
    """
    is_red = command is Command.DISCARD and not disabled
    label, confirm = (f":red[{text}]" if is_red else text for text in (label, confirm))
    with st.popover(label, icon=icon, disabled=disabled, key=f"{command.value}-popover-{run.id}"):
        st.markdown(consequence)
        command_button(confirm, icon, run, command, disabled=disabled)


def show_request_error() -> None:
    """Show, once, why the last request was refused."""
    # Streamlit does not show what a callback of a fragment draws, so the callback only stores the message.
    if message := st.session_state.pop(_ERROR, None):
        st.toast(plain(message), icon=":material/info:")


def _send(run: Run, command: Command) -> None:
    services().store.request(run.id, command, actor=viewer())
    if command is Command.DISCARD:
        remember_deleted(run.id, run.name)


def _run_request(request: Callable[[], object]) -> None:
    try:
        request()
    except LabError as error:
        # The run has changed since the button was drawn: it went on, or another browser changed it.
        st.session_state[_ERROR] = for_viewer(error)
