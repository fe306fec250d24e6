"""Who is asking: one browser session, as the queue takes turns between sessions."""

import uuid

import streamlit as st

_SESSION = "session"


def session_id() -> str:
    """The id of this browser session, the same for as long as the page is open."""
    session: str = st.session_state.setdefault(_SESSION, uuid.uuid4().hex)
    return session
