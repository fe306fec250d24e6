"""Finding runs whose worker is gone, by the lock it held; never by a process id."""

import platform
import time
from pathlib import Path
from typing import Any

from sqlalchemy import Row, select, update

from mnist_lab.errors import LabError, StoreError
from mnist_lab.recipe import recipe_from_json
from mnist_lab.runs.database import Database
from mnist_lab.runs.deletion import erase, remove_folder
from mnist_lab.runs.run_folder import RunFolder
from mnist_lab.runs.schema import runs
from mnist_lab.runs.state import ACTIVE_STATES, Command, RunState

SILENCE_ELSEWHERE = 120.0
"""Seconds without a heartbeat after which a worker in another place, whose lock cannot be tried here, is given up."""


def place_of(db: Database, runs_folder: Path) -> str:
    """Name the place where this process keeps its locks; two processes share locks if their places are equal."""
    folder = str(runs_folder.resolve())
    # A SQLite file is used by one machine only, even if containers give that machine several names.
    return folder if db.is_sqlite else f"{platform.node()}:{folder}"


def sweep(db: Database, runs_folder: Path, place: str) -> list[str]:
    """Move every active run whose worker is gone to interrupted, with a sentence. Returns their ids.

    One that was being discarded is deleted, as its worker would have done.

    A worker locks the folder before it claims and until it exits, so an active run with a free lock has lost its
    worker. The lock is held here while the record is changed: nobody can claim the run in between.

    Raises:
        StoreError: The store or a run's folder cannot be written; the other runs were looked at nevertheless.
    """
    with db.read() as connection:
        active = connection.execute(select(runs).where(runs.c.state.in_(ACTIVE_STATES))).all()
    lost, troubles = [], []
    for row in active:
        try:
            if _lost(db, row, runs_folder, place):
                lost.append(row.id)
        except StoreError as error:
            troubles.append(error)
    if troubles:
        raise troubles[0]
    return lost


def _lost(db: Database, row: Row[*tuple[Any, ...]], runs_folder: Path, place: str) -> bool:
    if row.place != place:
        return time.time() - (row.heartbeat or 0.0) > SILENCE_ELSEWHERE and _give_up(db, row, runs_folder)
    if not runs_folder.parent.is_dir():
        # A disk that is away for a moment: a lock that is made anew in its place would be free.
        raise StoreError(
            f"{runs_folder.parent} is not there, so that nobody can tell which runs are under way. Bring it back."
        )
    lock = RunFolder(runs_folder / row.id).lock()
    if lock is None:
        return False
    try:
        return _give_up(db, row, runs_folder)
    finally:
        lock.release()


def _give_up(db: Database, row: Row[*tuple[Any, ...]], runs_folder: Path) -> bool:
    with db.write() as connection:
        command = connection.execute(
            select(runs.c.command).where(
                runs.c.id == row.id,
                runs.c.attempt == row.attempt,
                runs.c.heartbeat == row.heartbeat,
                runs.c.state.in_(ACTIVE_STATES),
            )
        ).scalar_one_or_none()
        if command is None:
            return False
        if command == Command.DISCARD:
            erase(connection, row.id)
        else:
            connection.execute(
                update(runs)
                .where(runs.c.id == row.id)
                .values(
                    state=RunState.INTERRUPTED,
                    sentence=_sentence(row),
                    ended=time.time(),
                    command=Command.NONE,
                    phase="",
                )
            )
    if command == Command.DISCARD:
        remove_folder(RunFolder(runs_folder / row.id))
    return True


def _sentence(row: Row[*tuple[Any, ...]]) -> str:
    what = "The training process ended without a word (killed, out of memory, or the computer was switched off)"
    if row.state == RunState.STARTING:
        return f"{what} before the training began."
    try:
        epochs = recipe_from_json(row.recipe).epochs
    except LabError:
        return f"{what}."
    if row.epochs_done >= epochs:
        return f"{what} after epoch {epochs} of {epochs}, while the result was made."
    return f"{what} in epoch {row.epochs_done + 1} of {epochs}."
