"""Whether the database of the run store answers, how fast, and what is wrong if it does not."""

import statistics
import time
from dataclasses import dataclass

from sqlalchemy import Connection, func, select, update

from mnist_lab.errors import StoreError
from mnist_lab.runs.database import Database
from mnist_lab.runs.schema import meta

QUERIES = 20
"""Their median is the latency."""


@dataclass(frozen=True, slots=True)
class DatabaseHealth:
    """What was found out about a database."""

    where: str
    """A file, or an address without its secrets."""
    version: str
    """"SQLite 3.45.1" or "PostgreSQL 15.18"."""
    read_seconds: float
    """Median time of a query in a transaction of its own."""
    write_seconds: float
    """Time of one change."""


def database_health(db: Database) -> DatabaseHealth:
    """Ask an open database how it is.

    Raises:
        StoreError: It cannot be read or written; the message says what is wrong.
    """
    times = []
    for _ in range(QUERIES):
        begin = time.perf_counter()
        with db.read() as connection:
            version = _version(connection)
        times.append(time.perf_counter() - begin)
    begin = time.perf_counter()
    with db.write() as connection:
        # It writes what is there already: only a database that takes changes does not refuse it.
        rows = connection.execute(update(meta).where(meta.c.key == "schema_version").values(value=meta.c.value))
        if rows.rowcount != 1:
            raise StoreError(f"The run store {db.where} does not say its version; it is damaged.")
    return DatabaseHealth(db.where, version, statistics.median(times), time.perf_counter() - begin)


def _version(connection: Connection) -> str:
    if connection.dialect.name == "sqlite":
        return f"SQLite {connection.execute(select(func.sqlite_version())).scalar_one()}"
    # Without what its packager adds in brackets.
    return f"PostgreSQL {str(connection.exec_driver_sql('SHOW server_version').scalar_one()).split()[0]}"
