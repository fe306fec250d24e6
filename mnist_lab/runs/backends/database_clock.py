"""The one clock that decides: the database's, as the clocks of several machines differ.

A SQLite store is used by one machine, whose own clock is the same and is read faster.
"""

import time

from sqlalchemy import ColumnElement, Connection, Float, cast, extract, func, literal, select


def now(connection: Connection) -> ColumnElement[float]:
    """The present time in seconds since 1970, UTC, for a statement."""
    if connection.dialect.name == "sqlite":
        return literal(time.time(), Float)
    # Not now(): that is the time at which the transaction began, perhaps long before it got its locks.
    return cast(extract("epoch", func.clock_timestamp()), Float)


def read_clock(connection: Connection) -> float:
    """The present time in seconds since 1970, UTC."""
    if connection.dialect.name == "sqlite":
        return time.time()
    return float(connection.execute(select(now(connection))).scalar_one())
