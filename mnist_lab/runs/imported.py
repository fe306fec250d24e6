"""Importing runs that were trained in another lab."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from mnist_lab.runs.records import MetricPoint, Run
from mnist_lab.runs.rows import point_to_row, run_to_row
from mnist_lab.runs.schema import meta, metrics, runs

# Its key in the table `meta`; existing stores use this name.
_IMPORTED_IDS = "adopted"


@dataclass(frozen=True, slots=True)
class ImportedRun:
    """An ended run of another lab, with its curves."""

    run: Run
    """Its `number` is not used."""
    points: Sequence[MetricPoint]


def imported_ids(connection: Connection) -> frozenset[str]:
    """The ids of all runs that were ever imported, deleted ones included; empty if the list cannot be read."""
    text = connection.execute(select(meta.c.value).where(meta.c.key == _IMPORTED_IDS)).scalar_one_or_none()
    try:
        return frozenset(map(str, json.loads(text or "[]")))
    except (ValueError, TypeError, RecursionError):
        return frozenset()


def import_runs(connection: Connection, imported: Sequence[ImportedRun]) -> None:
    """Add the runs below all others, in their order, within the caller's write transaction.

    A run whose id exists already is left as it is.
    """
    existing = set(connection.execute(select(runs.c.id)).scalars())
    # Lists show the highest number first, and these runs come last.
    number = min(0, connection.execute(select(func.min(runs.c.number))).scalar_one() or 0)
    for each in imported:
        if each.run.id in existing:
            continue
        number -= 1
        connection.execute(insert(runs).values(run_to_row(each.run) | {"number": number, "position": 0.0}))
        if each.points:
            connection.execute(insert(metrics), [point_to_row(each.run.id, point) for point in each.points])
    _remember(connection, imported_ids(connection).union(each.run.id for each in imported))


def _remember(connection: Connection, ids: Collection[str]) -> None:
    value: dict[str, Any] = {"value": json.dumps(sorted(ids))}
    if connection.execute(update(meta).where(meta.c.key == _IMPORTED_IDS).values(value)).rowcount == 0:
        connection.execute(insert(meta).values({"key": _IMPORTED_IDS, **value}))
