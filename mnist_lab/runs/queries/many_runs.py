"""Read many runs, or the curves of many, at once."""

from collections.abc import Collection, Sequence
from contextlib import suppress
from typing import Literal, TypeVarTuple

from sqlalchemy import Connection, Select, select

from mnist_lab.runs.integrity import MAX_IDS
from mnist_lab.runs.records import MetricPoint, Run
from mnist_lab.runs.rows import point_from_row, runs_from_rows
from mnist_lab.runs.run_folder import is_run_id
from mnist_lab.runs.schema import metrics, runs

_Columns = TypeVarTuple("_Columns")


def present(query: Select[*_Columns]) -> Select[*_Columns]:
    """The query without the runs in the bin."""
    return query.where(runs.c.deleted_at.is_(None))


def runs_by_id(connection: Connection, run_ids: Sequence[str]) -> list[Run]:
    """The runs with these ids, in their order, without those that were deleted or are damaged."""
    found: dict[str, Run] = {}
    run_ids = list(filter(is_run_id, run_ids))
    for start in range(0, len(run_ids), MAX_IDS):
        some = runs.c.id.in_(run_ids[start : start + MAX_IDS])
        rows = connection.execute(present(select(runs)).where(some))
        found |= {run.id: run for run in runs_from_rows(rows)}
    return [found[run_id] for run_id in run_ids if run_id in found]


def points_by_run(
    connection: Connection, run_ids: Collection[str], kind: Literal["step", "epoch"] | None, after_step: int
) -> dict[str, list[MetricPoint]]:
    """The points of the runs' curves after a step, each in the order of steps, in one query."""
    query = select(metrics).where(metrics.c.run_id.in_(run_ids), metrics.c.step > after_step)
    if kind is not None:
        query = query.where(metrics.c.kind == kind)
    found: dict[str, list[MetricPoint]] = {run_id: [] for run_id in run_ids}
    # At equal steps the epoch's point comes last, as the step's point is part of the epoch.
    for row in connection.execute(query.order_by(metrics.c.step, metrics.c.kind.desc())):
        # A damaged point, or one that a damaged index names for another run, is left out of the curve.
        with suppress(ValueError):
            found.get(row.run_id, []).append(point_from_row(row))
    return found
