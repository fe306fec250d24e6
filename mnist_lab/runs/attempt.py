"""What a worker writes of the run it has. Every write carries the run's attempt number and is refused when stale."""

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, delete, select, update
from sqlalchemy.dialects import sqlite

from mnist_lab.errors import StaleAttemptError
from mnist_lab.runs.database import BUSY_SECONDS, Database
from mnist_lab.runs.deletion import erase, remove_folder
from mnist_lab.runs.records import DataInfo, MetricPoint, Result, Run, Wanted
from mnist_lab.runs.rows import data_to_json, point_to_row, result_to_json, run_from_row
from mnist_lab.runs.run_folder import RunFolder
from mnist_lab.runs.schema import metrics, runs
from mnist_lab.runs.stale_runs import place_of
from mnist_lab.runs.state import ACTIVE_STATES, Command, RunState, ensure_legal


class Attempts:
    """The worker's side of the run store."""

    def __init__(self, db_url: str | URL, runs_folder: Path, *, busy_seconds: float = BUSY_SECONDS):
        """Open the store, and make it when it is new.

        Raises:
            StoreError: It cannot be opened, or was written by a newer MNIST Lab.
        """
        self.db = Database(db_url, busy_seconds=busy_seconds)
        self.runs_folder = runs_folder
        self.place = place_of(self.db, runs_folder)

    def folder(self, run_id: str) -> RunFolder:
        """The run's folder, which need not exist yet."""
        return RunFolder(self.runs_folder / run_id)

    def claim(self, run_id: str, worker: str) -> Run | None:
        """Take a queued run (→ starting, next attempt); None when it is not queued any more. Lock its folder first.

        Points and progress of an earlier attempt stay until `rewind`.

        Raises:
            StoreError: The store cannot be written, or the run's record is damaged.
        """
        now = time.time()
        with self.db.write() as connection:
            claimed = connection.execute(
                update(runs)
                .where(runs.c.id == run_id, runs.c.state == RunState.QUEUED)
                .values(
                    state=RunState.STARTING,
                    attempt=runs.c.attempt + 1,
                    command=Command.NONE,
                    phase="starting",
                    started=now,
                    ended=None,
                    heartbeat=now,
                    sentence="",
                    worker=worker,
                    place=self.place,
                )
            )
            if claimed.rowcount != 1:
                return None
            row = connection.execute(select(runs).where(runs.c.id == run_id)).one()
            return run_from_row(row)

    def rewind(
        self,
        run_id: str,
        attempt: int,
        *,
        step: int = 0,
        epochs: int = 0,
        seconds: float = 0.0,
        points: Sequence[MetricPoint] = (),
    ) -> None:
        """Forget what an earlier attempt did after `step`, before training goes on from there.

        Of `points`, which are of steps up to there, those are added that the earlier attempt could not write.

        Raises:
            StaleAttemptError: The run is not this attempt's any more.
        """
        with self.db.write() as connection:
            self._fenced(connection, run_id, attempt)
            connection.execute(delete(metrics).where(metrics.c.run_id == run_id, metrics.c.step > step))
            if points:
                self._insert_points(connection, run_id, points)
            connection.execute(
                update(runs)
                .where(runs.c.id == run_id)
                .values(steps_done=step, epochs_done=epochs, seconds=seconds, result=None)
            )

    def move(self, run_id: str, attempt: int, new_state: RunState, sentence: str = "") -> None:
        """Move the run to `new_state`; an empty sentence leaves the one it has.

        Raises:
            IllegalMoveError: Not a move of `LEGAL_MOVES`.
            StaleAttemptError: The run is not this attempt's any more.
        """
        with self.db.write() as connection:
            name, state, _ = self._fenced(connection, run_id, attempt)
            _move(connection, run_id, name, state, new_state, sentence, {})

    def finish(self, run_id: str, attempt: int, state: RunState, result: Result | None, sentence: str = "") -> bool:
        """End the run in `state` with its result; a run that is to be discarded is deleted instead.

        Returns:
            Whether the run is still there.

        Raises:
            IllegalMoveError: Not a move of `LEGAL_MOVES`.
            StaleAttemptError: The run is not this attempt's any more.
        """
        with self.db.write() as connection:
            name, old_state, wanted = self._fenced(connection, run_id, attempt)
            discarded = wanted.command is Command.DISCARD
            if discarded:
                erase(connection, run_id)
            else:
                values = {"result": result_to_json(result) if result else None}
                _move(connection, run_id, name, old_state, state, sentence, values)
        if discarded:
            remove_folder(self.folder(run_id))
        return not discarded

    def set_data(self, run_id: str, attempt: int, data: DataInfo) -> None:
        """Record what the run is trained on; why it is not MNIST becomes the run's sentence.

        Raises:
            StaleAttemptError: The run is not this attempt's any more.
        """
        with self.db.write() as connection:
            self._fenced(connection, run_id, attempt)
            connection.execute(
                update(runs).where(runs.c.id == run_id).values(data=data_to_json(data), sentence=data.fallback)
            )

    def heartbeat(
        self,
        run_id: str,
        attempt: int,
        *,
        points: Sequence[MetricPoint] = (),
        state: RunState | None = None,
        phase: str | None = None,
        total_steps: int | None = None,
        stepped: bool = False,
    ) -> Wanted:
        """Say that the worker lives, add new points, and hear what is wanted: one transaction.

        Progress (`steps_done`, `epochs_done`, `seconds`) follows from the newest point. `state` moves the run, as
        `move` does. `stepped` says that the
        epoch that STEP asked for is done: a STEP that stands becomes PAUSE.

        Raises:
            IllegalMoveError: `state` is not a move of `LEGAL_MOVES`.
            StaleAttemptError: The run is not this attempt's any more.
        """
        values: dict[str, Any] = {"heartbeat": time.time()}
        if phase is not None:
            values["phase"] = phase
        if total_steps is not None:
            values["total_steps"] = total_steps
        if points:
            newest = max(points, key=lambda point: point.step)
            values |= {"steps_done": newest.step, "seconds": newest.seconds}
            epochs = [round(point.epoch) for point in points if point.kind == "epoch"]
            if epochs:
                values["epochs_done"] = max(epochs)
        with self.db.write() as connection:
            name, old_state, wanted = self._fenced(connection, run_id, attempt)
            if state is not None:
                _move(connection, run_id, name, old_state, state, "", {})
            if stepped and wanted.command is Command.STEP:
                wanted = replace(wanted, command=Command.PAUSE)
                values["command"] = Command.PAUSE
            connection.execute(update(runs).where(runs.c.id == run_id).values(**values))
            if points:
                self._insert_points(connection, run_id, points)
            return wanted

    def add_points(self, run_id: str, attempt: int, points: Sequence[MetricPoint]) -> None:
        """Add points to the run's curves; points that are there already are left as they are.

        Raises:
            StaleAttemptError: The run is not this attempt's any more.
        """
        self.heartbeat(run_id, attempt, points=points)

    def wanted(self, run_id: str, attempt: int) -> Wanted:
        """What is wanted of the run: one cheap query, no write.

        Raises:
            StaleAttemptError: The run is not this attempt's any more.
        """
        with self.db.read() as connection:
            return self._fenced(connection, run_id, attempt)[2]

    def discard(self, run_id: str, attempt: int) -> None:
        """Delete the run that this attempt has, with its points and its folder.

        Raises:
            StaleAttemptError: The run is not this attempt's any more.
        """
        with self.db.write() as connection:
            self._fenced(connection, run_id, attempt)
            erase(connection, run_id)
        remove_folder(self.folder(run_id))

    def _insert_points(self, connection: Connection, run_id: str, points: Sequence[MetricPoint]) -> None:
        insert: Any = sqlite.insert
        if not self.db.is_sqlite:
            # Here, as it takes a while to load and few need it.
            from sqlalchemy.dialects import postgresql

            insert = postgresql.insert
        rows = [point_to_row(run_id, point) for point in points]
        # A commit whose answer was lost is written again: what is there already is the same.
        connection.execute(insert(metrics).on_conflict_do_nothing(), rows)

    @staticmethod
    def _fenced(connection: Connection, run_id: str, attempt: int) -> tuple[str, RunState, Wanted]:
        row = connection.execute(
            select(runs.c.name, runs.c.state, runs.c.attempt, runs.c.command, runs.c.learning_rate_factor).where(
                runs.c.id == run_id
            )
        ).one_or_none()
        if row is None:
            raise StaleAttemptError(f"The run {run_id} was deleted.")
        if row.attempt != attempt or RunState(row.state) not in ACTIVE_STATES:
            raise StaleAttemptError(
                f"The run {run_id} is {row.state} in attempt {row.attempt}; attempt {attempt} may not write any more."
            )
        return row.name, RunState(row.state), Wanted(Command(row.command), row.learning_rate_factor)


def _move(
    connection: Connection,
    run_id: str,
    name: str,
    old: RunState,
    new: RunState,
    sentence: str,
    values: dict[str, Any],
) -> None:
    now = time.time()
    values = values | {"state": new, "heartbeat": now}
    if sentence:
        values["sentence"] = sentence
    if new.is_ended:
        values |= {"ended": now, "command": Command.NONE, "phase": ""}
    # A move whose answer was lost is asked for again.
    if old is not new:
        ensure_legal(name, old, new)
    connection.execute(update(runs).where(runs.c.id == run_id).values(**values))
