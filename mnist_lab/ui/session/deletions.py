"""The runs that this session has deleted, so that it can say so and offer to undo it."""

import streamlit as st

_NAMES = "deleted-names"
_LAST = "deleted-last"
_REDRAW = "deleted-redraw"


def remember_deleted(run_id: str, name: str) -> None:
    """Remember that the session has deleted a run."""
    st.session_state.setdefault(_NAMES, {})[run_id] = name
    st.session_state[_LAST] = run_id
    st.session_state[_REDRAW] = True


def deleted_name(run_id: str) -> str | None:
    """The name of the run with this id if the session has deleted it, else None."""
    names: dict[str, str] = st.session_state.get(_NAMES, {})
    return names.get(run_id)


def last_deleted() -> str | None:
    """The id of the run that the session has deleted last; None after `forget_deleted`."""
    last: str | None = st.session_state.get(_LAST)
    return last


def forget_deleted() -> None:
    """Offer no longer to undo the last deletion."""
    st.session_state.pop(_LAST, None)


def must_redraw() -> bool:
    """Whether a part of the page has deleted a run, so that the whole page must be drawn; true once."""
    return bool(st.session_state.pop(_REDRAW, False))
