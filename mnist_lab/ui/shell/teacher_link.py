"""The teacher's link: whoever opens it may change all runs. It is printed when other computers can reach the app,
itself or through a reverse proxy.
"""

from urllib.parse import quote

import streamlit as st

from mnist_lab.ui.session.identity import load_identity
from mnist_lab.ui.session.named_hosts import named_hosts
from mnist_lab.ui.shell.allowed_hosts import listens_on_network
from mnist_lab.ui.shell.browser_cookie import TEACHER_PARAMETER
from mnist_lab.ui.shell.start_message import app_urls


def teacher_link() -> str | None:
    """The link, with an address of this machine; None if the app can be opened at the machine itself only."""
    if not listens_on_network(st.get_option("server.address")) and not named_hosts():
        return None
    return f"{app_urls()[-1]}?{TEACHER_PARAMETER}={quote(load_identity().link_token())}"
