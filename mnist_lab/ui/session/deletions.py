"""The runs that this session has deleted, so that it can say so and offer to undo it."""

from collections.abc import Mapping, Sequence

import streamlit as st

_NAMES = "deleted-names"
_LAST = "deleted-last"
_NOTE = "deleted-note"
_REDRAW = "deleted-redraw"


def remember_deleted(run_id: str, name: str) -> None:
    """Remember that the session has deleted a run."""
    remember_all_deleted({run_id: name})


def remember_all_deleted(names: Mapping[str, str], note: str = "") -> None:
    """Remember that the session has deleted some runs at once.

    Args:
        names: The name of each run by its id; at least one.
        note: Which of the selected runs were deleted, and why not the others; "" if all were.
    """
    st.session_state.setdefault(_NAMES, {}).update(names)
    st.session_state[_LAST] = tuple(names)
    st.session_state[_NOTE] = note
    st.session_state[_REDRAW] = True


def deleted_name(run_id: str) -> str | None:
    """The name of the run with this id if the session has deleted it, else None."""
    names: dict[str, str] = st.session_state.get(_NAMES, {})
    return names.get(run_id)


def last_deleted() -> Sequence[str]:
    """The ids of the runs that the session has deleted last; none after `forget_deleted`."""
    last: Sequence[str] = st.session_state.get(_LAST, ())
    return last


def deletion_note() -> str:
    """The note that `remember_all_deleted` was given last."""
    note: str = st.session_state.get(_NOTE, "")
    return note


def forget_deleted() -> None:
    """Offer no longer to undo the last deletion."""
    st.session_state.pop(_LAST, None)


def must_redraw() -> bool:
    """Whether a part of the page has deleted a run, so that the whole page must be drawn; true once."""
    return bool(st.session_state.pop(_REDRAW, False))
