"""Find active runs whose worker is dead. The worker's file lock shows this, not its process id."""

import platform
from pathlib import Path
from typing import Any

from sqlalchemy import Row, select, update

from mnist_lab.errors import LabError, StoreError
from mnist_lab.recipe import recipe_from_json
from mnist_lab.runs.backends.database_clock import now, read_clock
from mnist_lab.runs.database import Database
from mnist_lab.runs.deletion import move_to_bin
from mnist_lab.runs.records import machine_name
from mnist_lab.runs.run_folder import RunFolder, is_run_id
from mnist_lab.runs.schema import runs
from mnist_lab.runs.state import ACTIVE_STATES, Command, RunState

MAX_SILENCE_SECONDS = 120.0
"""Time without a heartbeat after which a worker on another host, whose lock cannot be tried here, counts as dead."""


def host_of(db: Database, runs_folder: Path) -> str:
    """The name of the machine and folder with the locks of this process; equal names mean the same locks."""
    folder = str(runs_folder.resolve())
    # Only one machine uses a SQLite file, even if containers give that machine several names.
    return folder if db.is_sqlite else f"{platform.node()}:{folder}"


def reap_stale_runs(
    db: Database, runs_folder: Path, host: str, *, max_silence: float = MAX_SILENCE_SECONDS
) -> list[str]:
    """Mark every active run whose worker is dead as interrupted, with a message. Returns their ids.

    A run that was being discarded is moved to the bin, as its worker would have done.

    A worker locks the run's folder before it claims the run, and holds the lock until it exits. So the worker of an
    active run with a free lock is dead. The lock is held here while the record is changed, so that no other process can
    claim the run in between. Where the worker's lock is elsewhere, a silence of more than `max_silence` seconds by the
    clock of the database counts instead.

    Raises:
        StoreError: The store or a run's folder cannot be written; the other runs were checked all the same.
    """
    with db.read() as connection:
        active = connection.execute(select(runs).where(runs.c.state.in_(ACTIVE_STATES))).all()
        silent_since = read_clock(connection) - max_silence if active else 0.0
    stale, errors = [], []
    for row in active:
        try:
            if _reap_if_stale(db, row, runs_folder, host, silent_since):
                stale.append(row.id)
        except StoreError as error:
            errors.append(error)
    if errors:
        raise errors[0]
    return stale


def _reap_if_stale(db: Database, row: Row[*tuple[Any, ...]], runs_folder: Path, host: str, silent_since: float) -> bool:
    if not is_run_id(row.id):
        return False  # a damaged record has no folder, and so no lock
    if row.host != host:
        heartbeat = row.heartbeat if isinstance(row.heartbeat, float) else 0.0
        return heartbeat < silent_since and _interrupt(db, row, host)
    if not runs_folder.parent.is_dir():
        # The disk is not mounted. A lock file created now would be free and prove nothing.
        raise StoreError(
            f"The folder {runs_folder.parent} is missing, so the state of the active runs is unknown. Restore it, or"
            " mount its disk."
        )
    lock = RunFolder.of(runs_folder, row.id).lock()
    if lock is None:
        return False
    try:
        return _interrupt(db, row, host)
    finally:
        lock.release()


def _interrupt(db: Database, row: Row[*tuple[Any, ...]], host: str) -> bool:
    with db.write() as connection:
        # Locked, so that on PostgreSQL the worker cannot write between this check and the update.
        command = connection.execute(
            select(runs.c.command)
            .where(
                runs.c.id == row.id,
                runs.c.attempt == row.attempt,
                runs.c.heartbeat == row.heartbeat,
                runs.c.state.in_(ACTIVE_STATES),
            )
            .with_for_update()
        ).scalar_one_or_none()
        if command is None:
            return False
        if command == Command.DISCARD:
            move_to_bin(connection, row.id)
        else:
            connection.execute(
                update(runs)
                .where(runs.c.id == row.id)
                .values(
                    state=RunState.INTERRUPTED,
                    message=_message(row, host),
                    ended=now(connection),
                    command=Command.NONE,
                    phase="",
                )
            )
    return True


def _message(row: Row[*tuple[Any, ...]], host: str) -> str:
    what = "The training process ended unexpectedly (killed, out of memory, or the computer was switched off)"
    if row.host != host:
        name = machine_name(str(row.host)) or "its machine"
        what = f"Nothing was heard of {name} any more (switched off, without a network, or its training was killed)"
    if row.state == RunState.STARTING:
        return f"{what} before the training began."
    try:
        epochs, done = recipe_from_json(row.recipe).epochs, int(row.epochs_done)
    except (LabError, ValueError, TypeError):  # the record is damaged
        return f"{what}."
    if done >= epochs:
        return f"{what} after epoch {epochs} of {epochs}, during the evaluation."
    return f"{what} in epoch {done + 1} of {epochs}."
