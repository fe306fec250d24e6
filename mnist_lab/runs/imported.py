"""Runs that were made in another lab, as this store's own."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from mnist_lab.runs.records import MetricPoint, Run
from mnist_lab.runs.rows import point_to_row, run_to_row
from mnist_lab.runs.schema import meta, metrics, runs

_KEY = "adopted"


@dataclass(frozen=True, slots=True)
class Adopted:
    """A run that has ended, with its curves."""

    run: Run
    """Its `number` is not used."""
    points: Sequence[MetricPoint]


def adopted_ids(connection: Connection) -> frozenset[str]:
    """The ids of all runs that were ever adopted: those that were deleted since, too; none if they cannot be read."""
    text = connection.execute(select(meta.c.value).where(meta.c.key == _KEY)).scalar_one_or_none()
    try:
        return frozenset(map(str, json.loads(text or "[]")))
    except (ValueError, TypeError, RecursionError):
        return frozenset()


def adopt(connection: Connection, adopted: Sequence[Adopted]) -> None:
    """Add the runs behind all that are there, the first of them nearest, within the caller's write transaction.

    A run whose id is there already is left as it is.
    """
    there = set(connection.execute(select(runs.c.id)).scalars())
    # Below all others: lists show the newest first, and these are nobody's newest.
    number = min(0, connection.execute(select(func.min(runs.c.number))).scalar_one() or 0)
    for each in adopted:
        if each.run.id in there:
            continue
        number -= 1
        connection.execute(insert(runs).values(run_to_row(each.run) | {"number": number, "position": 0.0}))
        if each.points:
            connection.execute(insert(metrics), [point_to_row(each.run.id, point) for point in each.points])
    _remember(connection, adopted_ids(connection).union(each.run.id for each in adopted))


def _remember(connection: Connection, ids: Collection[str]) -> None:
    value: dict[str, Any] = {"value": json.dumps(sorted(ids))}
    if connection.execute(update(meta).where(meta.c.key == _KEY).values(value)).rowcount == 0:
        connection.execute(insert(meta).values({"key": _KEY, **value}))
