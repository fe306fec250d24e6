"""The order in which queued runs are started: runs moved to the front first, then the browsers take turns.

A run's position below 0 means that it was moved to the front: the smaller, the later. Positions from 1 on are the order
of arrival.
"""

import functools
import math
from typing import Any

from sqlalchemy import Connection, Select, case, func, select, update

from mnist_lab.runs.schema import runs
from mnist_lab.runs.state import ACTIVE_STATES, RunState


@functools.cache
def queue_query() -> Select[*tuple[Any, ...]]:
    """Select the queued runs, in the order in which they are started.

    A run's rank is its index among its owner's queued runs plus the number of the owner's active runs. So a browser
    that queues ten runs delays the first run of another one by one training, not by ten.
    """
    # Built once: building it takes SQLAlchemy longer than the query takes SQLite.
    busy = (
        select(runs.c.owner, func.count().label("count"))
        .where(runs.c.state.in_(ACTIVE_STATES))
        .group_by(runs.c.owner)
        .subquery()
    )
    index = func.row_number().over(partition_by=runs.c.owner, order_by=(runs.c.position, runs.c.number))
    ranked = (
        select(runs.c.number, (index + func.coalesce(busy.c.count, 0)).label("rank"))
        .outerjoin(busy, busy.c.owner == runs.c.owner)
        .where(runs.c.state == RunState.QUEUED, runs.c.deleted_at.is_(None))
        .subquery()
    )
    return (
        select(runs)
        .join(ranked, ranked.c.number == runs.c.number)
        .order_by(
            case((runs.c.position < 0, runs.c.position), else_=0.0), ranked.c.rank, runs.c.position, runs.c.number
        )
    )


def end_of_queue(connection: Connection) -> float:
    """The position behind all runs."""
    return max(0.0, _position(connection, func.max(runs.c.position))) + 1.0


def front_of_queue(connection: Connection) -> float:
    """The position before all runs."""
    return min(0.0, _position(connection, func.min(runs.c.position))) - 1.0


def move_to_own_front(connection: Connection, run_id: str, owner: str) -> None:
    """Move a queued run before its owner's others: they exchange their positions, and nobody else waits longer.

    A run that was moved to the front of all stays there, and so does what is at the front already.
    """
    own = select(runs.c.id, runs.c.position).where(
        runs.c.owner == owner, runs.c.state == RunState.QUEUED, runs.c.deleted_at.is_(None), runs.c.position >= 0
    )
    rows = connection.execute(own.order_by(runs.c.position, runs.c.number)).all()
    ids = [row.id for row in rows]
    if run_id not in ids:
        return
    new_order = [run_id, *(each for each in ids if each != run_id)]
    for each, row in zip(new_order, rows, strict=True):
        connection.execute(update(runs).where(runs.c.id == each).values(position=row.position))


def _position(connection: Connection, which: Any) -> float:
    found = connection.execute(select(func.coalesce(which, 0.0))).scalar_one()
    # A damaged record may hold anything in its place.
    return float(found) if isinstance(found, int | float) and math.isfinite(found) else 0.0
