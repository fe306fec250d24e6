"""What a user can do with a run: control its training, edit, queue, continue and delete it."""

import secrets
import string
import time
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select, update

from mnist_lab.errors import RefusedError, StoreError, TransitionError, UnknownRunError
from mnist_lab.network.network import clean_name
from mnist_lab.runs.continuation import add_continuation, share_files
from mnist_lab.runs.database import Database
from mnist_lab.runs.deletion import delete_record, remove_folder
from mnist_lab.runs.queue_order import end_of_queue, front_of_queue
from mnist_lab.runs.records import MAX_INTERVENTIONS, Run, clean_note
from mnist_lab.runs.rows import damaged_message, run_from_row
from mnist_lab.runs.run_folder import RunFolder, is_run_id
from mnist_lab.runs.schema import runs
from mnist_lab.runs.state import ACTIVE_STATES, Command, RunState, ensure_transition

ID_LENGTH = 8
MAX_LEARNING_RATE_FACTOR = 1000.0

_ID_CHARACTERS = string.ascii_lowercase + string.digits


def new_run_id() -> str:
    """8 random characters of a to z and 0 to 9."""
    return "".join(secrets.choice(_ID_CHARACTERS) for _ in range(ID_LENGTH))


class RunCommands:
    """The user's commands on single runs. Each is one transaction and raises `StoreError` when it cannot be written."""

    def __init__(self, db: Database, runs_folder: Path):
        self._db = db
        self._runs_folder = runs_folder

    def request(self, run_id: str, command: Command) -> None:
        """Pause, step, stop, discard or (`Command.NONE`) continue a run.

        The worker of an active run obeys within about a second. STOP takes a queued run out of the queue: a new run
        becomes stopped, one that was to be resumed becomes interrupted again. A run that was set aside goes back into
        the queue with the command. DISCARD deletes a run without a worker at once.

        Raises:
            UnknownRunError: There is no such run.
            TransitionError: The run's state does not allow it, or it is being stopped already.
        """
        with self._db.write() as connection:
            row = _locked_row(connection, run_id)
            name, state, present = _parsed(row)
            deleted = command is Command.DISCARD and not state.is_active
            if deleted:
                delete_record(connection, run_id)
            else:
                if state.is_active:
                    _ensure_not_revoked(name, present, command)
                values = {"command": command} if state.is_active else _without_worker(connection, row, command)
                if values:
                    connection.execute(update(runs).where(runs.c.id == run_id).values(**values))
        if deleted:
            remove_folder(self._folder(run_id))

    def set_learning_rate(self, run_id: str, factor: float) -> None:
        """Multiply the learning rate of a queued or active run by `factor`, from its next steps on.

        Raises:
            RefusedError: The factor is not above 0 and at most 1,000.
            UnknownRunError: There is no such run.
            TransitionError: The run has ended.
        """
        if not 0 < factor <= MAX_LEARNING_RATE_FACTOR:
            raise RefusedError(
                f"The learning rate's factor must be above 0 and at most {MAX_LEARNING_RATE_FACTOR:,.0f}."
                f" Received: {factor}."
            )
        with self._db.write() as connection:
            row = _locked_row(connection, run_id)
            name, state, _ = _parsed(row)
            if state.is_ended:
                raise TransitionError(f"The run '{name}' is {state}; its learning rate cannot be changed any more.")
            if len(run_from_row(row).interventions) >= MAX_INTERVENTIONS:
                raise RefusedError(
                    f"The run '{name}' was changed by hand {MAX_INTERVENTIONS} times, which is the most that is kept on"
                    " record. Train a new run with the learning rate that you want."
                )
            connection.execute(update(runs).where(runs.c.id == run_id).values(learning_rate_factor=float(factor)))

    def requeue(self, run_id: str) -> None:
        """Put an interrupted, failed or set-aside run into the queue; it resumes from its newest usable checkpoint.

        Raises:
            UnknownRunError: There is no such run.
            TransitionError: The run is in another state.
        """
        with self._db.write() as connection:
            row = _locked_row(connection, run_id)
            name, state, _ = _parsed(row)
            if state.is_active:
                raise TransitionError(f"The run '{name}' is {state} and cannot become queued: a worker has it.")
            ensure_transition(name, state, RunState.QUEUED)
            if state is RunState.SET_ASIDE:
                values = _queued_again(connection, row)
                connection.execute(update(runs).where(runs.c.id == run_id).values(**values))
                return
            connection.execute(
                update(runs)
                .where(runs.c.id == run_id)
                .values(
                    state=RunState.QUEUED,
                    position=end_of_queue(connection),
                    ended=None,
                    message="",
                    diverged=False,
                    result=None,
                )
            )

    def move_to_front(self, run_id: str) -> None:
        """Move a queued run to the front of the queue.

        Raises:
            UnknownRunError: There is no such run.
            TransitionError: The run is not queued.
        """
        with self._db.write() as connection:
            name, state, _ = _parsed(_locked_row(connection, run_id))
            if state is not RunState.QUEUED:
                raise TransitionError(f"The run '{name}' is {state}; only a waiting run can be moved to the front.")
            connection.execute(update(runs).where(runs.c.id == run_id).values(position=front_of_queue(connection)))

    def continue_run(
        self, run_id: str, more_epochs: int, *, owner: str | None = None, keep_learning_rate: bool = True
    ) -> Run:
        """Queue a new run that continues a finished or stopped one, which is not changed.

        Args:
            run_id: The run to continue. It needs a checkpoint.
            more_epochs: Epochs to train on top of those it completed.
            owner: The browser session or "cli" that continues it; None for the run's own owner.
            keep_learning_rate: Keep the learning rate as it was changed by hand, instead of the recipe's own.

        Raises:
            UnknownRunError: There is no such run.
            TransitionError: The run is neither finished nor stopped, or has no checkpoint.
            RefusedError: `more_epochs` is below 1, or the sum above what a recipe can have.
            StoreError: The checkpoint cannot be copied.
        """
        new_id = new_run_id()
        old, new = self._folder(run_id), self._folder(new_id)
        try:
            with self._db.write() as connection:
                row = _locked_row(connection, run_id)
                add_continuation(
                    connection,
                    row,
                    new_id,
                    more_epochs,
                    owner=owner,
                    has_checkpoint=old.has_epoch_checkpoint(),
                    keep_learning_rate=keep_learning_rate,
                )
                # Before the commit, so that no run exists without its checkpoint.
                share_files(old, new)
                return run_from_row(_locked_row(connection, new_id))
        except BaseException:
            remove_folder(new)
            raise

    def rename(self, run_id: str, name: str) -> None:
        """Give a run another name (cleaned, 80 characters).

        Raises:
            UnknownRunError: There is no such run.
        """
        with self._db.write() as connection:
            _locked_row(connection, run_id)
            connection.execute(update(runs).where(runs.c.id == run_id).values(name=clean_name(name)))

    def annotate(self, run_id: str, note: str) -> None:
        """Replace a run's note (cleaned, 2,000 characters).

        Raises:
            UnknownRunError: There is no such run.
        """
        with self._db.write() as connection:
            _locked_row(connection, run_id)
            connection.execute(update(runs).where(runs.c.id == run_id).values(note=clean_note(note)))

    def delete(self, run_id: str) -> None:
        """Delete a run that has ended or is queued, with its points and its folder.

        Raises:
            UnknownRunError: There is no such run.
            TransitionError: The run is under way.
        """
        with self._db.write() as connection:
            # Not parsed: a damaged record can be deleted too.
            row = _locked_row(connection, run_id)
            if row.state in ACTIVE_STATES:
                raise TransitionError(f"The run '{row.name}' is {row.state} and cannot be deleted. Stop it first.")
            delete_record(connection, run_id)
        self._remove_folder(run_id)

    def _remove_folder(self, run_id: str) -> None:
        # A record whose id is damaged has no folder, and can be deleted nevertheless.
        if is_run_id(run_id):
            remove_folder(self._folder(run_id))

    def _folder(self, run_id: str) -> RunFolder:
        return RunFolder.of(self._runs_folder, run_id)


def _locked_row(connection: Connection, run_id: str) -> Any:
    """The run's row, which no other transaction can change until this one ends."""
    # On PostgreSQL a worker could otherwise claim the run between this query and the write; SQLite ignores it.
    row = connection.execute(select(runs).where(runs.c.id == run_id).with_for_update()).one_or_none()
    if row is None:
        raise UnknownRunError(f"There is no run {run_id!r}; it may have been deleted.")
    return row


def _parsed(row: Any) -> tuple[str, RunState, Command]:
    try:
        return row.name, RunState(row.state), Command(row.command)
    except ValueError as error:
        raise StoreError(damaged_message([row.id])) from error


def _queued_again(connection: Connection, row: Any) -> dict[str, Any]:
    """What puts a run that was set aside back into the queue.

    It keeps its place among its owner's runs, since it had its turn before them. Only the front of the queue, to which
    it may have been moved once, is given up.
    """
    position = row.position if row.position > 0 else end_of_queue(connection)
    return {"state": RunState.QUEUED, "position": position}


def _without_worker(connection: Connection, row: Any, command: Command) -> dict[str, Any]:
    """What a command other than DISCARD changes in a run that no worker has.

    Raises:
        TransitionError: The run's state does not allow the command.
    """
    name, state, present = _parsed(row)
    if state is RunState.SET_ASIDE:
        return {} if command is Command.PAUSE else _queued_again(connection, row) | {"command": command}
    if state is RunState.QUEUED and command is Command.STOP:
        # One that is queued to be stopped waits for its turn to be tested.
        return {} if present is Command.STOP else _cancelled(row)
    raise TransitionError(
        f"The run '{name}' is {state}; only a run that is starting, running or paused accepts this command."
    )


def _cancelled(row: Any) -> dict[str, Any]:
    values: dict[str, Any] = {"ended": time.time()}
    if row.attempt == 0:
        return values | {"state": RunState.STOPPED, "message": "Stopped before it started."}
    return values | {
        "state": RunState.INTERRUPTED,
        "message": f"Taken out of the queue before it was resumed, with {row.epochs_done} epochs done.",
    }


def _ensure_not_revoked(name: str, present: Command, command: Command) -> None:
    if present is Command.DISCARD and command is not Command.DISCARD:
        raise TransitionError(f"The run '{name}' is already being discarded; this cannot be undone.")
    if present is Command.STOP and command not in {Command.STOP, Command.DISCARD}:
        raise TransitionError(f"The run '{name}' is already being stopped; this cannot be undone.")
