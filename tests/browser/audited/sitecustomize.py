"""Loaded by every Python process at its start: writes each try to reach another machine into a file."""

import ipaddress
import os
import sys

LOG = os.environ["CONNECTIONS_LOG"]
EVENTS = {"socket.connect": 1, "socket.sendto": 1, "socket.getaddrinfo": 0, "socket.gethostbyname": 0}
"""The events of a socket, and which of their arguments names the other machine."""


def _is_here(host: object) -> bool:
    try:
        return ipaddress.ip_address(str(host)).is_loopback
    except ValueError:
        return host in (None, "", "localhost")


def _note(event: str, arguments: tuple[object, ...]) -> None:
    if event not in EVENTS:
        return
    other = arguments[EVENTS[event]]
    host = other[0] if isinstance(other, tuple) else other
    if isinstance(other, tuple | str) and not (isinstance(other, str) and other.startswith("/")) and not _is_here(host):
        with open(LOG, "a", encoding="utf-8") as log:  # noqa: PTH123 - as little as possible is imported here
            log.write(f"{event} {host}\n")


sys.addaudithook(_note)
