"""Locks for what no single row stands for: of each area one transaction writes at a time.

SQLite needs none: there only one transaction writes at a time anyway.
"""

from enum import IntEnum

from sqlalchemy import Connection, text

# Any number that no other program's locks in the same database are likely to have: "mnist" in letters of a telephone.
_LAB = 66478


class Area(IntEnum):
    """What is locked. A transaction takes one lock at most, before that of any row: so none waits in a circle."""

    SCHEMA = 1
    """The tables: created and migrated by one process, while the others wait."""
    QUEUE = 2
    """Positions in the queue, and how much a browser has in it."""
    IMPORTS = 3
    """Which runs were ever imported."""
    COLLECTION = 4
    """The drawings, how many there are, and their version."""


def lock_area(connection: Connection, area: Area) -> None:
    """Wait until no other transaction has the area, and keep it until this one ends."""
    if connection.dialect.name != "sqlite":
        query = text("SELECT pg_advisory_xact_lock(:lab, :area)")
        connection.execute(query, {"lab": _LAB, "area": int(area)})
