"""The store in PostgreSQL: driver, time limits of a connection, and what a database must have to hold a store."""

import importlib.util
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event

from mnist_lab.errors import StoreLocationError
from mnist_lab.store_address import shown_address

DRIVER = "postgresql+psycopg"
INSTALL = "pip install -r requirements-postgres.txt"
CONNECT_SECONDS = 10
"""Time to reach the server."""
MAX_CONNECTIONS = 15
"""Of one process. Each is opened when it is needed and stays open: opening one takes as long as a dozen queries."""
STATEMENT_SECONDS = 60
"""Time of one statement, its wait for others included; a migration may take longer."""
LOCK_FACTOR = 1.5
"""A statement waits so much longer for a lock than a transaction may stand still: it outlasts a stopped process."""

# A server or a machine that has vanished is noticed within a minute, whichever side waits.
_KEEPALIVE: dict[str, Any] = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
_KEEPALIVE |= {"tcp_user_timeout": 60_000}
_SERVER_KEEPALIVE = {"tcp_keepalives_idle": "30", "tcp_keepalives_interval": "10", "tcp_keepalives_count": "3"}


def with_driver(url: URL) -> URL:
    """The address with the lab's driver, psycopg 3, which `postgresql://` alone means.

    Raises:
        ValueError: It names another driver.
        StoreLocationError: The driver is not installed.
    """
    if url.drivername not in {"postgresql", DRIVER}:
        raise ValueError("the lab's driver for PostgreSQL is psycopg: begin the address with postgresql://")
    if importlib.util.find_spec("psycopg") is None:
        raise StoreLocationError(
            f"The run store {shown_address(url)} is in PostgreSQL, which needs the package psycopg: run `{INSTALL}`."
        )
    return url.set(drivername=DRIVER)


def postgres_engine(url: URL, busy_seconds: float) -> Engine:
    """The engine for a PostgreSQL database.

    Args:
        url: With the driver, see `with_driver`.
        busy_seconds: How long a transaction may stand still, as that of a stopped process does, before the server ends
            it; a statement waits 1.5 times as long for a lock.
    """
    limits = {
        "lock_timeout": _milliseconds(LOCK_FACTOR * busy_seconds),
        "idle_in_transaction_session_timeout": _milliseconds(busy_seconds),
        "statement_timeout": _milliseconds(max(STATEMENT_SECONDS, 2 * LOCK_FACTOR * busy_seconds)),
        **_SERVER_KEEPALIVE,
    }
    # What the address says itself is left as it is.
    ours = {"connect_timeout": CONNECT_SECONDS, "application_name": "mnist-lab", **_KEEPALIVE}
    arguments = {name: value for name, value in ours.items() if name not in url.query}
    # The ping notices a connection that the server has ended meanwhile, before anything is lost with it.
    engine = create_engine(url, pool_pre_ping=True, connect_args=arguments, pool_size=MAX_CONNECTIONS, max_overflow=0)

    def prepare(connection: Any, _record: Any) -> None:
        _ensure_unicode(connection, url)
        # Not as options of the address: a pooler between lab and server may refuse those.
        settings = ", ".join(f"set_config('{name}', '{value}', false)" for name, value in limits.items())
        connection.autocommit = True
        connection.execute(f"SELECT {settings}")
        connection.autocommit = False

    # Before SQLAlchemy's own first queries.
    event.listen(engine, "connect", prepare, insert=True)
    return engine


def without_time_limit(connection: Connection) -> None:
    """Let the statements of this transaction take as long as they need."""
    connection.exec_driver_sql("SET LOCAL statement_timeout = 0")


def _ensure_unicode(connection: Any, url: URL) -> None:
    """Check that the database of psycopg's connection can hold every name that a user can type.

    Raises:
        StoreLocationError: It cannot.
    """
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise StoreLocationError(
            f"The database {url.database} has the encoding {encoding} and cannot hold every name."
            " Create one with ENCODING 'UTF8' TEMPLATE template0, and set MNIST_LAB_DB to it."
        )


def _milliseconds(seconds: float) -> str:
    return str(max(1, round(1000 * seconds)))
