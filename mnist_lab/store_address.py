"""The address of the run store's database: parsing it, and showing it without its secrets.

A password may stand in the address itself, in its query, or, where it was not escaped, in the host or the path. So only
the driver, the host and the name of the database are ever shown.
"""

import re
from collections.abc import Iterator
from urllib.parse import quote, quote_plus

from sqlalchemy import URL, make_url
from sqlalchemy.exc import SQLAlchemyError

HIDDEN = "***"

# Entries of a query that hold no secret, and so may be part of a driver's message.
_HARMLESS = frozenset(
    {"application_name", "charset", "connect_timeout", "dbname", "host", "hostaddr", "mode", "port", "sslmode", "uri"}
)
_SCHEME = re.compile(r"(\w[\w+]{0,40})://")


def parse_address(address: str | URL) -> URL:
    """Parse an SQLAlchemy address.

    Raises:
        ValueError: It is malformed; the reason quotes nothing of it.
    """
    try:
        url = make_url(address)
    except SQLAlchemyError:
        raise ValueError("it must begin with the name of a database and ://") from None
    except ValueError:
        # Python's own message would quote what stands in place of the port, perhaps a part of the password.
        raise ValueError(
            "its host or its port cannot be read: a port is a number, an IPv6 address stands in brackets, and @, : and"
            " / in a password are written as %40, %3A and %2F"
        ) from None
    return url


def shown_address(address: str | URL) -> str:
    """The address as driver, host and database, for a message."""
    try:
        url = parse_address(address)
    except ValueError:
        scheme = _SCHEME.match(str(address))
        return f"{scheme[1]}://{HIDDEN}" if scheme else HIDDEN
    if url.get_backend_name() == "sqlite":
        return f"{url.drivername}:///{url.database or ''}"
    host, database = url.host or _first(url.query.get("host")), url.database or _first(url.query.get("dbname"))
    return f"{url.drivername}://{_without_password(host)}/{_without_password(database)}"


def has_secret(address: str | URL) -> bool:
    """Whether the address holds a password, or something that may be one."""
    try:
        url = parse_address(address)
    except ValueError:
        return True
    return any(_secrets(url)) or HIDDEN in shown_address(url)


def hide_secrets(text: str, url: URL) -> str:
    """The first line of a driver's message, without the user, the password and other secrets of the address."""
    line = next(iter(text.splitlines()), "")
    if url.username:
        line = line.replace(f'"{url.username}"', f'"{HIDDEN}"').replace(f"'{url.username}'", f"'{HIDDEN}'")
    for secret in sorted(_secrets(url), key=len, reverse=True):
        line = line.replace(secret, HIDDEN)
    return line


def _secrets(url: URL) -> Iterator[str]:
    values = [str(url.password)] if url.password else []
    for name, value in url.query.items():
        if name not in _HARMLESS:
            values += [value] if isinstance(value, str) else value
    for value in filter(None, values):
        yield from {value, quote(value, safe=""), quote_plus(value)}


def _first(value: str | tuple[str, ...] | None) -> str:
    return value if isinstance(value, str) else value[0] if value else ""


def _without_password(part: str) -> str:
    # An @ that was not escaped in the password moves its end into the host or the path.
    return HIDDEN if "@" in part else part
