"""Who has which run."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select

from mnist_lab.runs.database import Database
from mnist_lab.runs.integrity import MAX_IDS
from mnist_lab.runs.queries.many_runs import present
from mnist_lab.runs.schema import runs


@dataclass(frozen=True, slots=True)
class Assignment:
    """A run's state, its newest attempt, and the name of the worker that claimed it."""

    state: str
    attempt: int
    worker: str


def assignments(db: Database, run_ids: Collection[str]) -> dict[str, Assignment]:
    """Who has these runs, by id, without those that were deleted; also of runs whose records are damaged elsewhere.

    Raises:
        StoreError: The store cannot be read.
    """
    ids = sorted(run_ids)
    found: dict[str, Assignment] = {}
    columns = (runs.c.id, runs.c.state, runs.c.attempt, runs.c.worker)
    for start in range(0, len(ids), MAX_IDS):
        query = present(select(*columns)).where(runs.c.id.in_(ids[start : start + MAX_IDS]))
        with db.read() as connection:
            rows = connection.execute(query).all()
        found |= {row.id: Assignment(row.state, row.attempt, row.worker) for row in rows}
    return found
