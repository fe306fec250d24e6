"""The id of a browser session. The queue takes turns between sessions."""

import uuid

import streamlit as st

_SESSION = "session"


def session_id() -> str:
    """The id of this browser session; it stays the same while the page is open."""
    session: str = st.session_state.setdefault(_SESSION, uuid.uuid4().hex)
    return session
