"""The teacher's link: whoever opens it may change all runs. It is printed when other computers can reach the app."""

import ipaddress
import socket
from urllib.parse import quote

import psutil
import streamlit as st

from mnist_lab.ui.session.identity import load_identity
from mnist_lab.ui.shell.browser_cookie import TEACHER_PARAMETER


def teacher_link() -> str | None:
    """The link, with an address of this machine; None if the app listens on the machine itself only."""
    listens_on = st.config.get_option("server.address") or "0.0.0.0"  # noqa: S104 - Streamlit's default, not ours
    if listens_on == "localhost" or _is(listens_on, "is_loopback"):
        return None
    address = _own_address() if _is(listens_on, "is_unspecified") else listens_on
    host = f"[{address}]" if ":" in address else address
    scheme = "https" if st.config.get_option("server.sslCertFile") else "http"
    base = str(st.config.get_option("server.baseUrlPath") or "").strip("/")
    path = f"{base}/" if base else ""
    token = quote(load_identity().link_token())
    return f"{scheme}://{host}:{st.config.get_option('server.port')}/{path}?{TEACHER_PARAMETER}={token}"


def _own_address() -> str:
    """An address of this machine in its network; its name if it has none."""
    own = [one.address for all_of in psutil.net_if_addrs().values() for one in all_of if one.family == socket.AF_INET]
    return next((address for address in own if not ipaddress.ip_address(address).is_loopback), socket.gethostname())


def _is(address: str, what: str) -> bool:
    try:
        return bool(getattr(ipaddress.ip_address(address), what))
    except ValueError:
        return False
