"""What the app prints at its start: the addresses under which it can be opened.

Streamlit's own message is switched off in `.streamlit/config.toml`: before it prints the addresses of an app that is
open to the network, it asks a server in the internet for one of them.
"""

import ipaddress
from urllib.parse import quote

import streamlit as st

from mnist_lab.hosts import is_loopback
from mnist_lab.ui.shell.allowed_hosts import machine_addresses, server_host


def start_message() -> str:
    """The addresses of the app, one a line."""
    return "\n".join(["", "  MNIST Lab runs at:", *(f"  {url}" for url in app_urls()), ""])


def app_urls() -> list[str]:
    """The URLs under which the app can be opened; those for other machines last."""
    return [_url(host) for host in _hosts()]


def _hosts() -> list[str]:
    public = str(st.get_option("browser.serverAddress"))
    if not is_loopback(public):
        return [public]
    host = server_host(st.get_option("server.address"))
    if host is None:
        addresses = map(ipaddress.ip_address, machine_addresses())
        return ["localhost", *sorted(str(one) for one in addresses if one.version == 4 and not one.is_link_local)]
    return ["localhost" if is_loopback(host) else host]


def _url(host: str) -> str:
    scheme = "https" if st.get_option("server.sslCertFile") else "http"
    path = quote(str(st.get_option("server.baseUrlPath")).strip("/"))
    name = f"[{host}]" if ":" in host else host
    return f"{scheme}://{name}:{st.get_option('server.port')}/{path and path + '/'}"
