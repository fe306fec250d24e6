"""Claiming a run: a worker takes it out of the queue, and nobody else does."""

from collections.abc import Callable, Sequence

from sqlalchemy import Connection, case, select, update

from mnist_lab.runs.backends.database_clock import now
from mnist_lab.runs.database import Database
from mnist_lab.runs.records import Run
from mnist_lab.runs.rows import run_from_row
from mnist_lab.runs.schema import runs
from mnist_lab.runs.state import RunState


def claim_run(db: Database, run_id: str, worker: str, host: str) -> Run | None:
    """Take a queued run (→ starting, next attempt); None if it is not queued. Lock its folder first.

    A command that the run was queued with stays: a run that was set aside may be queued to be stopped. Points and
    progress of an earlier attempt stay until `RunAttempt.rewind`.

    Args:
        db: The store.
        run_id: The run.
        worker: The name of this process.
        host: Where its locks are, see `stale_runs.host_of`.

    Raises:
        StoreError: The store cannot be written, or the run's record is damaged.
    """
    with db.write() as connection:
        if _first_free(connection, [run_id], skip_locked=False) is None:
            return None
        return _take(connection, run_id, worker, host)


def claim_first(
    db: Database, run_ids: Sequence[str], worker: str, host: str, lock: Callable[[str], bool]
) -> Run | None:
    """Take the first of these runs that is queued, that nobody else is just taking, and whose folder can be locked.

    Many workers want the same run. In PostgreSQL each passes over what another one has in hand: nobody waits for
    others, perhaps for a stopped one, and a claim is one transaction however many want one.

    Args:
        db: The store.
        run_ids: Candidates, the most wanted first.
        worker: The name of this process.
        host: Where its locks are.
        lock: Tries to lock the folder of a run. It is called before the run is seen to be claimed.

    Raises:
        StoreError: The store cannot be written, or a run's record is damaged.
    """
    left = list(run_ids)
    with db.write() as connection:
        while (run_id := _first_free(connection, left, skip_locked=True)) is not None:
            if lock(run_id):
                return _take(connection, run_id, worker, host)
            left.remove(run_id)
    return None


def _first_free(connection: Connection, run_ids: Sequence[str], *, skip_locked: bool) -> str | None:
    """The first of the runs that is queued; its row is locked until the transaction ends."""
    if not run_ids:
        return None
    is_queued = runs.c.id.in_(run_ids), runs.c.state == RunState.QUEUED, runs.c.deleted_at.is_(None)
    order = case({run_id: index for index, run_id in enumerate(run_ids)}, value=runs.c.id)
    query = select(runs.c.id).where(*is_queued).order_by(order).limit(1)
    return connection.execute(query.with_for_update(skip_locked=skip_locked)).scalar_one_or_none()


def _take(connection: Connection, run_id: str, worker: str, host: str) -> Run:
    connection.execute(
        update(runs)
        .where(runs.c.id == run_id)
        .values(
            state=RunState.STARTING,
            attempt=runs.c.attempt + 1,
            phase="starting",
            started=now(connection),
            ended=None,
            heartbeat=now(connection),
            message="",
            worker=worker,
            host=host,
        )
    )
    return run_from_row(connection.execute(select(runs).where(runs.c.id == run_id)).one())
