"""Names and addresses of machines, as requests contain them."""

import ipaddress
import re
from dataclasses import dataclass

_HOST = re.compile(r"(?:\[(?P<ipv6>[0-9A-Fa-f:.]+)\]|(?P<name>[A-Za-z0-9._-]+))(?::(?P<port>\d{1,5}))?")
BROWSER_ID_LENGTH = 32
"""Characters of the id that the app gives to a browser."""
ADDRESS_LENGTH = 8
"""Its last ones stand for the browser's network address: a script is as many browsers as it likes, at one address."""
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Host:
    """A host and its port."""

    name: str
    """In lower case, without brackets and without a final dot; an address in its usual form."""
    port: int | None
    """None if it is not given."""


def parse_host(text: str) -> Host | None:
    """Read `name`, `name:port`, `1.2.3.4:port` or `[::1]:port`; None if the text is nothing of these."""
    match = _HOST.fullmatch(text)
    if match is None:
        return None
    name = (match["ipv6"] or match["name"]).lower().removesuffix(".")
    address = parse_address(name)
    if not name or (match["ipv6"] and address is None):
        return None
    return Host(name if address is None else str(address), int(match["port"]) if match["port"] else None)


@dataclass(frozen=True)
class Origin:
    """The origin of a web page, such as `http://lab:8501`."""

    host: Host
    default_port: int
    """Of its scheme."""

    def is_of(self, host: Host) -> bool:
        """Whether the page was sent by this host."""
        own, other = self.host.port or self.default_port, host.port or self.default_port
        return self.host.name == host.name and own == other


def parse_origin(text: str) -> Origin | None:
    """Read an origin; None if it is not that of a web page."""
    scheme, _, rest = text.partition("://")
    host = parse_host(rest)
    return Origin(host, _DEFAULT_PORTS[scheme]) if host is not None and scheme in _DEFAULT_PORTS else None


def parse_address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Read an IP address; an IPv4 address in IPv6 form becomes an IPv4 address. None if the text is none."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, ipaddress.IPv6Address) else address


def is_loopback(name: str) -> bool:
    """Whether only this machine itself can mean this name or address."""
    address = parse_address(name)
    return name == "localhost" or name.endswith(".localhost") if address is None else address.is_loopback


def network_of(address: str | None) -> str:
    """What one machine cannot choose of its address: all of IPv4, the first half of IPv6. None is this machine."""
    parsed = parse_address(address or "")
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed or address)
