"""The order in which queued runs are started: runs moved to the front first, then the browsers take turns.

Browsers at one network address, such as a script that is a new browser each time, have the turns of one browser.

A run's position below 0 means that it was moved to the front: the smaller, the later. Positions from 1 on are the order
of arrival.
"""

import functools
import math
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Subquery, case, func, select, update

from mnist_lab.hosts import ADDRESS_LENGTH, BROWSER_ID_LENGTH
from mnist_lab.runs.schema import runs
from mnist_lab.runs.state import ACTIVE_STATES, RunState

MAX_RECENT = 500
"""Starts that are remembered: whoever had none of them is as one who never had a run."""


@functools.cache
def queue_query() -> Select[*tuple[Any, ...]]:
    """Select the queued runs, in the order in which they are started.

    A run's turn is its index among its owner's queued runs plus the number of the owner's active runs. Its rank is then
    its index among the runs of its network address, in the order of their turns, plus the number of active runs there.
    Among equals, those come first whose last turn was the longest time ago: the one with fewer queued runs before it,
    then the one whose last run was started earlier. For when a run ends and nothing is active, its owner has just had a
    turn. So a browser that queues ten runs delays the first run of another one by one training, not by ten.
    """
    # Built once: building it takes SQLAlchemy longer than the query takes SQLite.
    busy = _active_by(runs.c.owner)
    recent = _recent_starts()
    served = _last_starts(recent.c.owner, recent)
    served_there = _last_starts(_address_of(recent.c.owner), recent)
    index = func.row_number().over(partition_by=runs.c.owner, order_by=(runs.c.position, runs.c.number))
    turns = (
        select(
            runs.c.number,
            runs.c.position,
            network_address().label("address"),
            (index + func.coalesce(busy.c.count, 0)).label("turn"),
            index.label("index"),
            func.coalesce(served.c.last, 0.0).label("served"),
        )
        .outerjoin(busy, busy.c.name == runs.c.owner)
        .outerjoin(served, served.c.name == runs.c.owner)
        .where(runs.c.state == RunState.QUEUED, runs.c.deleted_at.is_(None))
        .subquery()
    )
    busy_there = _active_by(network_address())
    index = func.row_number().over(
        partition_by=turns.c.address,
        order_by=(turns.c.turn, turns.c.index, turns.c.served, turns.c.position, turns.c.number),
    )
    ranked = (
        select(
            turns.c.number,
            (index + func.coalesce(busy_there.c.count, 0)).label("rank"),
            index.label("index"),
            func.coalesce(served_there.c.last, 0.0).label("served"),
        )
        .outerjoin(busy_there, busy_there.c.name == turns.c.address)
        .outerjoin(served_there, served_there.c.name == turns.c.address)
        .subquery()
    )
    return (
        select(runs)
        .join(ranked, ranked.c.number == runs.c.number)
        .order_by(
            case((runs.c.position < 0, runs.c.position), else_=0.0),
            ranked.c.rank,
            ranked.c.index,
            ranked.c.served,
            runs.c.position,
            runs.c.number,
        )
    )


def network_address() -> ColumnElement[str]:
    """The part of a run's owner that stands for its network address; the owner itself if it is no browser."""
    return _address_of(runs.c.owner)


def _address_of(owner: ColumnElement[str]) -> ColumnElement[str]:
    is_browser = func.length(owner) == BROWSER_ID_LENGTH
    return case((is_browser, func.substr(owner, 1 + BROWSER_ID_LENGTH - ADDRESS_LENGTH)), else_=owner)


def _recent_starts() -> Subquery:
    """Who owns the runs that were started last, and when that was."""
    started = select(runs.c.owner, runs.c.started).where(runs.c.started.is_not(None))
    return started.order_by(runs.c.started.desc()).limit(MAX_RECENT).subquery()


def _last_starts(column: ColumnElement[str], recent: Subquery) -> Subquery:
    """When the last run was started for each value of the column, as `name` and `last`."""
    return select(column.label("name"), func.max(recent.c.started).label("last")).group_by(column).subquery()


def address_part(owner: str) -> str:
    """The same of an owner's id as `network_address` is of a run's owner."""
    return owner[-ADDRESS_LENGTH:] if len(owner) == BROWSER_ID_LENGTH else owner


def _active_by(column: ColumnElement[str]) -> Subquery:
    """How many active runs there are for each value of the column, as `name` and `count`."""
    count = func.count().label("count")
    query = select(column.label("name"), count).where(runs.c.state.in_(ACTIVE_STATES)).group_by(column)
    return query.subquery()


def end_of_queue(connection: Connection) -> float:
    """The position behind all runs."""
    return max(0.0, _position(connection, func.max(runs.c.position))) + 1.0


def front_of_queue(connection: Connection) -> float:
    """The position before all runs."""
    return min(0.0, _position(connection, func.min(runs.c.position))) - 1.0


def move_to_own_front(connection: Connection, run_id: str, owner: str) -> None:
    """Move a queued run before its owner's others: they exchange their positions, and nobody else waits longer.

    The caller has locked the queue; a worker may claim one of the others meanwhile, whose position then means nothing.
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
