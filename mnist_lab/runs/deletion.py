"""Deleting runs: a deleted run is in the bin for a day, then its record and its folder are removed."""

import shutil
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import ColumnElement, Connection, delete, func, select, update

from mnist_lab.runs.backends.database_clock import now, read_clock
from mnist_lab.runs.database import Database
from mnist_lab.runs.run_folder import RunFolder
from mnist_lab.runs.schema import metrics, run_files, runs
from mnist_lab.runs.state import ACTIVE_STATES, Command, RunState

BIN_SECONDS = 24 * 3600.0
"""How long a deleted run can be brought back."""
MIN_FREE_BYTES = 500_000_000
"""While less is free on the disk of the runs, the bin is emptied, the oldest run first."""


@dataclass(frozen=True, slots=True)
class DeletedRun:
    """A run in the bin; its record may be damaged."""

    id: str
    name: str
    owner: str
    deleted: datetime
    """In UTC."""


def move_to_bin(connection: Connection, run_id: str) -> None:
    """Move the run to the bin, within the caller's write transaction. Its folder and its points stay.

    A queued run is queued again when it is restored. An active run becomes interrupted: its worker calls this, or is
    dead.
    """
    connection.execute(
        update(runs)
        .where(runs.c.id == run_id, runs.c.state.in_(ACTIVE_STATES))
        .values(
            state=RunState.INTERRUPTED,
            message="It was discarded before its end.",
            ended=now(connection),
            command=Command.NONE,
            phase="",
        )
    )
    connection.execute(update(runs).where(runs.c.id == run_id).values(deleted_at=now(connection)))


def deleted_runs(connection: Connection, owner: str | None = None, limit: int | None = None) -> Sequence[DeletedRun]:
    """The runs in the bin, or those of an owner, the one deleted last first: at most `limit`."""
    query = select(runs.c.id, runs.c.name, runs.c.owner, runs.c.deleted_at).where(*_in_bin(owner))
    return [
        DeletedRun(row.id, row.name, row.owner, _time(row.deleted_at))
        for row in connection.execute(query.order_by(runs.c.deleted_at.desc(), runs.c.number.desc()).limit(limit))
    ]


def count_deleted(connection: Connection, owner: str | None = None) -> int:
    """How many runs are in the bin, or how many of an owner."""
    return connection.execute(select(func.count()).select_from(runs).where(*_in_bin(owner))).scalar_one()


def deleted_among(connection: Connection, run_ids: Collection[str]) -> Sequence[str]:
    """Which of these runs are in the bin."""
    return connection.execute(select(runs.c.id).where(runs.c.id.in_(run_ids), *_in_bin())).scalars().all()


def deleted_name(connection: Connection, run_id: str) -> str | None:
    """The name of the run with this id if it is in the bin, else None."""
    return connection.execute(select(runs.c.name).where(runs.c.id == run_id, *_in_bin())).scalar()


def _in_bin(owner: str | None = None) -> list[ColumnElement[bool]]:
    return [runs.c.deleted_at.is_not(None), *([] if owner is None else [runs.c.owner == owner])]


def _time(stored: object) -> datetime:
    """A stored time; now instead of a damaged one, so that its run can still be brought back."""
    with suppress(OSError, OverflowError, ValueError):
        if isinstance(stored, int | float):
            return datetime.fromtimestamp(stored, UTC)
    return datetime.now(UTC)


def empty_bin(db: Database, runs_folder: Path, remove: Callable[[str, Sequence[str]], None]) -> Sequence[str]:
    """Remove the runs that have been in the bin for a day and, while the disk is nearly full, the oldest others.

    Args:
        db: The store.
        runs_folder: The folder whose disk may be full.
        remove: Removes the files of a run whose record is deleted, by its id and the keys of its objects.

    Returns:
        The ids of the runs removed.

    Raises:
        StoreError: The store cannot be read or written.
    """
    with db.read() as connection:
        in_bin = deleted_runs(connection)
        too_old = read_clock(connection) - BIN_SECONDS if in_bin else 0.0
    removed = []
    for run in reversed(in_bin):
        is_old = run.deleted.timestamp() <= too_old
        if is_old or free_bytes(runs_folder) < MIN_FREE_BYTES:
            keys = _remove_from_bin(db, run.id)
            if keys is not None:
                remove(run.id, keys)
                removed.append(run.id)
    return removed


def _remove_from_bin(db: Database, run_id: str) -> Sequence[str] | None:
    """Remove a record, as `delete_record` does; None if it is not in the bin any more."""
    with db.write() as connection:
        # Another session may have restored it in the meantime.
        query = select(runs.c.id).where(runs.c.id == run_id, runs.c.deleted_at.is_not(None)).with_for_update()
        if connection.execute(query).first() is None:
            return None
        return delete_record(connection, run_id)


def delete_record(connection: Connection, run_id: str) -> Sequence[str]:
    """Delete the run's record and its points, within the caller's write transaction.

    Returns:
        The keys of the objects that it had in an object store.
    """
    keys = connection.execute(select(run_files.c.object_key).where(run_files.c.run_id == run_id)).scalars().all()
    for table in (run_files, metrics):
        connection.execute(delete(table).where(table.c.run_id == run_id))
    connection.execute(delete(runs).where(runs.c.id == run_id))
    return keys


def remove_folder(folder: RunFolder) -> None:
    """Remove the run's folder. Call it after the transaction that deleted the record."""
    # Windows keeps files that another process has open. They only take disk space.
    shutil.rmtree(folder.path, ignore_errors=True)


def free_bytes(folder: Path) -> float:
    """The bytes that are free on the disk of a folder; infinite if it is not there."""
    try:
        return shutil.disk_usage(folder).free
    except OSError:  # no run has written anything yet, or the disk is not mounted
        return float("inf")
