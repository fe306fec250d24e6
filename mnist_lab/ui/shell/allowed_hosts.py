"""The names and addresses under which the lab may be opened.

Otherwise a web page could point its own name to this machine (DNS rebinding), and read and use the lab.
"""

import socket
from collections.abc import Callable, Collection, Sequence

from mnist_lab.hosts import Host, is_loopback, parse_address, parse_origin

EVERY_HOST = "*"
"""In `MNIST_LAB_HOSTS`: the lab may be opened under any name."""

_EVERY_ADDRESS = frozenset({"0.0.0.0", "::"})  # noqa: S104 - only compared with


def listens_on_network(server_address: str | None) -> bool:
    """Whether a server with this `server.address` can be reached from other machines."""
    host = server_host(server_address)
    return host is None or not is_loopback(host)


def own_hosts(server_address: str | None) -> frozenset[str]:
    """The names and addresses of this machine that reach a server with this `server.address`, without the loopback."""
    if not listens_on_network(server_address):
        return frozenset()
    host = server_host(server_address)
    return _machine_names() | (machine_addresses() | _EVERY_ADDRESS if host is None else {host})


def machine_addresses() -> frozenset[str]:
    """The addresses of this machine's network interfaces, without the loopback."""
    import psutil

    found = (entry.address.partition("%")[0] for entries in psutil.net_if_addrs().values() for entry in entries)
    addresses = (parse_address(text) for text in found)
    return frozenset(str(address) for address in addresses if address is not None and not address.is_loopback)


class AllowedHosts:
    """Decides under which names the lab may be opened, and whose pages may connect to it."""

    def __init__(self, server_address: Callable[[], str | None], named: Callable[[], Sequence[str]]) -> None:
        """Both arguments are called when they are needed.

        Args:
            server_address: Returns Streamlit's setting `server.address`.
            named: Returns the hosts of the setting `MNIST_LAB_HOSTS`.
        """
        self._server_address = server_address
        self._named = named

    def may_be_opened_as(self, host: Host, arrived_at: str | None) -> bool:
        """Whether a request with this `Host` is answered; `arrived_at` is our address on which it arrived."""
        arrived = parse_address(arrived_at or "")
        if is_loopback(host.name) or (arrived is not None and host.name == str(arrived)):
            return True
        return self._is_named(host, self._named()) or host.name in own_hosts(self._server_address())

    def may_connect(self, origin: str, host: Host) -> bool:
        """Whether a page of this origin may send a request to this host: a page of the lab itself, or of a named host.

        With a reverse proxy that replaces the header `Host`, the lab's own pages have a host that must be named. The
        setting "*" names none: it must not allow every page of the internet to use the lab.
        """
        page = parse_origin(origin)
        if page is None:
            return False
        return page.is_of(host) or self._is_named(page.host, [name for name in self._named() if name != EVERY_HOST])

    @staticmethod
    def _is_named(host: Host, names: Collection[str]) -> bool:
        return any(_matches(host.name, name) for name in names)


def _matches(name: str, pattern: str) -> bool:
    if pattern.startswith("*."):
        return name.endswith(pattern[1:])
    return pattern in {EVERY_HOST, name} or str(parse_address(pattern)) == name


def server_host(server_address: str | None) -> str | None:
    """The host on which the server listens; None if it listens on every address of the machine."""
    given = (server_address or "").strip().lower().strip("[]")
    return None if not given or given in _EVERY_ADDRESS else str(parse_address(given) or given)


def _machine_names() -> frozenset[str]:
    # Not `getfqdn`: it can ask a name server.
    name = socket.gethostname().lower()
    short = name.partition(".")[0]
    return frozenset({name, short, f"{short}.local"} - {"", ".local", "localhost"})
