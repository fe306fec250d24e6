"""The viewer of a page: its browser, and whether a teacher sits at it."""

import uuid

import streamlit as st

from mnist_lab.errors import LabError
from mnist_lab.runs import Actor
from mnist_lab.ui.session.identity import is_at_machine, load_identity

_SESSION = "session"


def viewer() -> Actor:
    """Who looks at this page. The cookies and headers are those with which the page connected."""
    cookies, at_machine = st.context.cookies, is_at_machine(st.context.ip_address, st.context.headers)
    try:
        identity = load_identity()
    except LabError:
        # A setting is wrong, which the page shows.
        return Actor(_session_id(), at_machine)
    return Actor(identity.browser_id(cookies) or _session_id(), at_machine or identity.is_teacher(cookies))


def _session_id() -> str:
    """Stands for the id of a browser that accepts no cookies: it is the same as long as the page is open."""
    session: str = st.session_state.setdefault(_SESSION, uuid.uuid4().hex)
    return session
