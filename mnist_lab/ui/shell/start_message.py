"""What the app prints at its start: the addresses under which it can be opened.

Streamlit's own message is switched off in `.streamlit/config.toml`: before it prints the addresses of an app that is
open to the network, it asks a server in the internet for one of them.
"""

import ipaddress
from urllib.parse import quote

import streamlit as st

from mnist_lab.hosts import is_loopback
from mnist_lab.ui.shell.allowed_hosts import machine_addresses, server_host

_HTTP_PORT, _HTTPS_PORT = 80, 443


def start_message() -> str:
    """The addresses of the app, one a line."""
    return "\n".join(["", "  MNIST Lab runs at:", *(f"  {url}" for url in app_urls()), ""])


def app_urls() -> list[str]:
    """The URLs under which the app can be opened; those for other machines last."""
    public = str(st.get_option("browser.serverAddress"))
    if not is_loopback(public):
        return [_public_url(public)]
    scheme = "https" if st.get_option("server.sslCertFile") else "http"
    return [_url(scheme, host, f":{st.get_option('server.port')}") for host in _hosts()]


def _public_url(host: str) -> str:
    """The URL at a name that only the user knows: perhaps that of a reverse proxy, which has a port of its own."""
    port = int(st.get_option("browser.serverPort"))
    is_secure = bool(st.get_option("server.sslCertFile")) or port == _HTTPS_PORT
    usual = _HTTPS_PORT if is_secure else _HTTP_PORT
    return _url("https" if is_secure else "http", host, "" if port == usual else f":{port}")


def _hosts() -> list[str]:
    host = server_host(st.get_option("server.address"))
    if host is None:
        addresses = map(ipaddress.ip_address, machine_addresses())
        return ["localhost", *sorted(str(one) for one in addresses if one.version == 4 and not one.is_link_local)]
    return ["localhost" if is_loopback(host) else host]


def _url(scheme: str, host: str, port: str) -> str:
    path = quote(str(st.get_option("server.baseUrlPath")).strip("/"))
    name = f"[{host}]" if ":" in host else host
    return f"{scheme}://{name}{port}/{path and path + '/'}"
