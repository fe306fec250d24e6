"""A worker's attempt at a run: everything the worker writes about it."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects import sqlite

from mnist_lab.errors import StaleAttemptError
from mnist_lab.runs.backends.database_clock import now
from mnist_lab.runs.database import Database
from mnist_lab.runs.deletion import move_to_bin
from mnist_lab.runs.records import MAX_INTERVENTIONS, ControlState, DataInfo, Intervention, MetricPoint, Result
from mnist_lab.runs.rows import (
    data_to_json,
    interventions_from_json,
    interventions_to_json,
    point_to_row,
    result_to_json,
)
from mnist_lab.runs.schema import metrics, runs
from mnist_lab.runs.shared.manifest import SharedFile, read_manifest, update_manifest
from mnist_lab.runs.state import ACTIVE_STATES, Command, RunState, ensure_transition


class RunAttempt:
    """One attempt at a run: the worker's side of the store, bound to the run and the number of the attempt.

    Every method first checks that the run still belongs to this attempt. When it does not (it was marked as
    interrupted, claimed again or deleted), the method changes nothing and raises `StaleAttemptError`. Each method is
    one transaction and raises `StoreError` when the database cannot be read or written.
    """

    def __init__(self, db: Database, run_id: str, number: int):
        self._db = db
        self.run_id = run_id
        self.number = number

    def rewind(
        self,
        *,
        step: int = 0,
        epochs: int = 0,
        seconds: float = 0.0,
        points: Sequence[MetricPoint] = (),
        interventions: Sequence[Intervention] = (),
    ) -> None:
        """Remove what an earlier attempt recorded after `step`, before training resumes from there.

        Args:
            step: Optimizer steps of the checkpoint; 0 to start from the beginning.
            epochs: Epochs of the checkpoint.
            seconds: Seconds of training until the checkpoint.
            points: Points up to `step`; those that the earlier attempt could not write are added.
            interventions: The same for what was done by hand.
        """
        with self._db.write() as connection:
            current = self._check_attempt(connection)
            kept = [one for one in _merged(current.interventions, interventions) if _is_before(one, step)]
            connection.execute(delete(metrics).where(metrics.c.run_id == self.run_id, metrics.c.step > step))
            if points:
                _insert_points(connection, self.run_id, points)
            self._update(
                connection,
                steps_done=step,
                epochs_done=epochs,
                seconds=seconds,
                result=None,
                interventions=interventions_to_json(kept),
            )

    def move(self, state: RunState, message: str = "") -> None:
        """Move the run to `state`; an empty message keeps the present one.

        Raises:
            TransitionError: Not a move of `TRANSITIONS`.
        """
        with self._db.write() as connection:
            self._move(connection, self._check_attempt(connection), state, message)

    def finish(self, state: RunState, result: Result | None, message: str = "", *, diverged: bool = False) -> bool:
        """End the run with its result. A run that the user has discarded is moved to the bin.

        Args:
            state: An ended state.
            result: The run's metrics; None if it has none.
            message: Why the run ended in this state; an empty one keeps the present message.
            diverged: Whether it failed because its loss became NaN or infinite.

        Returns:
            False if the user has discarded it.

        Raises:
            TransitionError: Not a move of `TRANSITIONS`.
        """
        with self._db.write() as connection:
            current = self._check_attempt(connection)
            discarded = current.control.command is Command.DISCARD
            if discarded:
                move_to_bin(connection, self.run_id)
            else:
                text = result_to_json(result) if result else None
                self._move(connection, current, state, message, result=text, diverged=diverged)
        return not discarded

    def set_aside(self) -> bool:
        """Let go of the paused run, whose position was saved as a checkpoint: another run can train meanwhile.

        If the user has continued or stopped the run in the meantime, it goes back into the queue with that command. If
        the user has discarded it, it is moved to the bin.

        Returns:
            Whether the run still exists.

        Raises:
            TransitionError: The run is not paused.
        """
        with self._db.write() as connection:
            current = self._check_attempt(connection)
            command = current.control.command
            if command is Command.DISCARD:
                move_to_bin(connection, self.run_id)
            elif command is Command.PAUSE:
                self._move(connection, current, RunState.SET_ASIDE, "", command=Command.NONE, phase="")
            else:
                self._move(connection, current, RunState.QUEUED, "", phase="")
        return command is not Command.DISCARD

    def set_data(self, data: DataInfo) -> None:
        """Record which images the run is trained on; if they are not MNIST, the reason becomes the run's message."""
        with self._db.write() as connection:
            self._check_attempt(connection)
            self._update(connection, data=data_to_json(data), message=data.fallback)

    def heartbeat(
        self,
        *,
        points: Sequence[MetricPoint] = (),
        state: RunState | None = None,
        phase: str | None = None,
        total_steps: int | None = None,
        stepped: bool = False,
        interventions: Sequence[Intervention] = (),
    ) -> ControlState:
        """Record that the worker is alive, store its new points, and read the user's command.

        Args:
            points: New points. Progress (`steps_done`, `epochs_done`, `seconds`) is taken from the newest one. Points
                that are stored already are left as they are.
            state: Moves the run, as `move` does.
            phase: What the worker does now; None keeps the present phase.
            total_steps: Optimizer steps of the whole training; None keeps the present number.
            stepped: Whether the epoch requested by STEP is done: if the command is still STEP, it becomes PAUSE.
            interventions: What was done by hand since the last time; what is stored already is left as it is.

        Raises:
            TransitionError: `state` is not a move of `TRANSITIONS`.
        """
        values = _progress(points)
        if phase is not None:
            values["phase"] = phase
        if total_steps is not None:
            values["total_steps"] = total_steps
        with self._db.write() as connection:
            current = self._check_attempt(connection)
            control = current.control
            if state is not None:
                self._move(connection, current, state, "")
            if stepped and control.command is Command.STEP:
                control = replace(control, command=Command.PAUSE)
                values["command"] = Command.PAUSE
            if interventions:
                values["interventions"] = interventions_to_json(_merged(current.interventions, interventions))
            self._update(connection, heartbeat=now(connection), **values)
            if points:
                _insert_points(connection, self.run_id, points)
            return control

    def control_state(self) -> ControlState:
        """Read the user's command and learning-rate factor: one fast query, no write."""
        with self._db.read() as connection:
            return self._check_attempt(connection, lock=False).control

    def files(self) -> dict[str, SharedFile]:
        """The files of the run that are in the object store, by their paths."""
        with self._db.read() as connection:
            return read_manifest(connection, self.run_id)

    def update_files(self, written: Sequence[SharedFile], removed: Collection[str]) -> Sequence[str]:
        """Make files visible whose objects are written, and others not; see `manifest.update_manifest`."""
        with self._db.write() as connection:
            self._check_attempt(connection)
            return update_manifest(connection, self.run_id, written, removed)

    def discard(self) -> None:
        """Move the run to the bin, as the user has asked."""
        with self._db.write() as connection:
            self._check_attempt(connection)
            move_to_bin(connection, self.run_id)

    def _check_attempt(self, connection: Connection, *, lock: bool = True) -> "_Current":
        """Read the run's present state, after checking that it belongs to this attempt.

        Args:
            connection: A transaction, for writing if `lock`.
            lock: Keep other transactions from changing the run until this one ends.

        Raises:
            StaleAttemptError: The run does not belong to this attempt.
        """
        query = select(
            *(runs.c.name, runs.c.state, runs.c.attempt, runs.c.command, runs.c.learning_rate_factor),
            runs.c.interventions,
        ).where(runs.c.id == self.run_id)
        # On PostgreSQL another transaction could otherwise give the run to a new attempt between this check and the
        # write. SQLite ignores it: there a write transaction is alone anyway.
        row = connection.execute(query.with_for_update() if lock else query).one_or_none()
        if row is None:
            raise StaleAttemptError(f"The run {self.run_id} was deleted.")
        state = RunState(row.state)
        if row.attempt != self.number or state not in ACTIVE_STATES:
            raise StaleAttemptError(
                f"The run {self.run_id} is {state} in attempt {row.attempt}; attempt {self.number} can no longer"
                " write to it."
            )
        control = ControlState(Command(row.command), row.learning_rate_factor)
        return _Current(row.name, state, control, interventions_from_json(row.interventions))

    def _move(
        self, connection: Connection, current: "_Current", state: RunState, message: str, **values: object
    ) -> None:
        # The same state again is not an error: a move is repeated when the database's answer was lost.
        if current.state is not state:
            ensure_transition(current.name, current.state, state)
        values |= {"state": state, "heartbeat": now(connection)}
        if message:
            values["message"] = message
        if state.is_ended:
            values |= {"ended": now(connection), "command": Command.NONE, "phase": ""}
        self._update(connection, **values)

    def _update(self, connection: Connection, **values: object) -> None:
        connection.execute(update(runs).where(runs.c.id == self.run_id).values(**values))


class _Current(NamedTuple):
    """The parts of a run's record that decide what its attempt may write."""

    name: str
    state: RunState
    control: ControlState
    interventions: Sequence[Intervention]


def _merged(known: Sequence[Intervention], new: Sequence[Intervention]) -> list[Intervention]:
    """Known and new interventions, each once: a write is repeated when the database's answer was lost.

    Beyond `MAX_INTERVENTIONS` only learning rates are added, as they change the result.
    """
    merged = list(known)
    for one in new:
        if one not in known and (one.action == "learning rate" or len(merged) < MAX_INTERVENTIONS):
            merged.append(one)
    return merged


def _is_before(intervention: Intervention, step: int) -> bool:
    """Whether an intervention is part of a training that is rewound to `step`."""
    # A learning rate that was set at this very step applies from the next one on, which is done again.
    return intervention.step < step or (intervention.step == step and intervention.action != "learning rate")


def _progress(points: Sequence[MetricPoint]) -> dict[str, Any]:
    """The progress columns that follow from new points."""
    if not points:
        return {}
    newest = max(points, key=lambda point: point.step)
    values: dict[str, Any] = {"steps_done": newest.step, "seconds": newest.seconds}
    epochs = [round(point.epoch) for point in points if point.kind == "epoch"]
    if epochs:
        values["epochs_done"] = max(epochs)
    return values


def _insert_points(connection: Connection, run_id: str, points: Sequence[MetricPoint]) -> None:
    insert: Any = sqlite.insert
    if connection.dialect.name != "sqlite":
        # Imported here, as it is slow to load and rarely needed.
        from sqlalchemy.dialects import postgresql

        insert = postgresql.insert
    rows = [point_to_row(run_id, point) for point in points]
    # A write is repeated when the database's answer was lost; then the points are stored already.
    connection.execute(insert(metrics).on_conflict_do_nothing(), rows)
