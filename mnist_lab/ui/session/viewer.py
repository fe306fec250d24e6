"""The viewer of a page: its browser, and whether a teacher sits at it."""

import streamlit as st

from mnist_lab.runs import Actor
from mnist_lab.ui.session.identity import is_at_machine, load_identity
from mnist_lab.ui.session.named_hosts import named_hosts

_SESSION = "session"


def viewer() -> Actor:
    """Who looks at this page. The cookies and headers are those with which the page connected."""
    identity, cookies = load_identity(), st.context.cookies
    is_teacher = identity.is_teacher(cookies) or _is_at_machine()
    return Actor(identity.browser_id(cookies) or _session_id(), is_teacher)


def _is_at_machine() -> bool:
    # With a name of its own the lab may be behind a reverse proxy on this machine. One that adds no header (nginx adds
    # none unless it is told to) lets every visitor look like this machine: a script chooses what `Origin` it sends.
    return not named_hosts() and is_at_machine(st.context.ip_address, st.context.headers)


def _session_id() -> str:
    """Stands for the id of a browser that accepts no cookies: it is the same as long as the page is open."""
    if _SESSION not in st.session_state:
        st.session_state[_SESSION] = load_identity().new_browser_id(st.context.ip_address)
    session: str = st.session_state[_SESSION]
    return session
