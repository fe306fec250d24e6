"""What a user can do with a run: control its training, edit, queue, continue, delete and restore it.

Each command takes the `Actor` who asks for it. It changes a run only for its owner and for a teacher.
"""

import secrets
import string
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, select, update

from mnist_lab import formatting
from mnist_lab.errors import RefusedError, StoreError, TransitionError, UnknownRunError
from mnist_lab.network.network import clean_name
from mnist_lab.runs.access.actor import MACHINE, Actor, ensure_may_change
from mnist_lab.runs.access.queue_limits import QueueLimits, images_to_train
from mnist_lab.runs.backends.advisory_locks import Area
from mnist_lab.runs.backends.database_clock import now
from mnist_lab.runs.continuation import add_continuation
from mnist_lab.runs.database import Database
from mnist_lab.runs.deletion import delete_record, move_to_bin
from mnist_lab.runs.queries.queue_order import end_of_queue, front_of_queue, move_to_own_front
from mnist_lab.runs.records import MAX_INTERVENTIONS, Run, clean_note
from mnist_lab.runs.rows import damaged_message, run_from_row
from mnist_lab.runs.run_folder import is_run_id
from mnist_lab.runs.schema import runs
from mnist_lab.runs.shared.run_files import RunFiles
from mnist_lab.runs.state import ACTIVE_STATES, Command, RunState, ensure_transition

ID_LENGTH = 8
MAX_LEARNING_RATE_FACTOR = 1000.0

_ID_CHARACTERS = string.ascii_lowercase + string.digits


def new_run_id() -> str:
    """8 random characters of a to z and 0 to 9."""
    return "".join(secrets.choice(_ID_CHARACTERS) for _ in range(ID_LENGTH))


class RunCommands:
    """The user's commands on single runs. Each is one transaction and raises `StoreError` when it cannot be written.

    Without an actor a command is that of the machine, which may do everything. All raise `UnknownRunError` if there is
    no such run, or it is in the bin, and `NotOwnerError` if it belongs to another browser.
    """

    def __init__(self, db: Database, files: RunFiles, limits: QueueLimits):
        self._db = db
        self._files = files
        self._limits = limits

    def request(self, run_id: str, command: Command, actor: Actor = MACHINE) -> None:
        """Pause, step, stop, discard or (`Command.NONE`) continue a run.

        The worker of an active run obeys within about a second. STOP takes a queued run out of the queue: a new run
        becomes stopped, one that was to be resumed becomes interrupted again. A run that was set aside goes back into
        the queue with the command. DISCARD moves a run without a worker to the bin at once.

        Raises:
            TransitionError: The run's state does not allow it, or it is being stopped already.
        """
        with self._db.write(Area.QUEUE) as connection:
            row = _locked_row(connection, run_id, actor)
            name, state, present = _parsed(row)
            if command is Command.DISCARD and not state.is_active:
                move_to_bin(connection, run_id)
                return
            if state.is_active:
                _ensure_not_revoked(name, present, command)
            values = {"command": command} if state.is_active else _without_worker(connection, row, command)
            if values:
                connection.execute(update(runs).where(runs.c.id == run_id).values(**values))

    def set_learning_rate(self, run_id: str, factor: float, actor: Actor = MACHINE) -> None:
        """Multiply the learning rate of a queued or active run by `factor`, from its next steps on.

        Raises:
            RefusedError: The factor is not above 0 and at most 1,000.
            TransitionError: The run has ended.
        """
        if not 0 < factor <= MAX_LEARNING_RATE_FACTOR:
            raise RefusedError(
                f"The learning rate's factor must be above 0 and at most {MAX_LEARNING_RATE_FACTOR:,.0f}."
                f" Received: {factor}."
            )
        with self._db.write() as connection:
            row = _locked_row(connection, run_id, actor)
            name, state, _ = _parsed(row)
            if state.is_ended:
                raise TransitionError(f"The run '{name}' is {state}; its learning rate cannot be changed any more.")
            if len(run_from_row(row).interventions) >= MAX_INTERVENTIONS:
                raise RefusedError(
                    f"The run '{name}' was changed by hand {MAX_INTERVENTIONS} times, which is the most that is kept on"
                    " record. Train a new run with the learning rate that you want."
                )
            connection.execute(update(runs).where(runs.c.id == run_id).values(learning_rate_factor=float(factor)))

    def requeue(self, run_id: str, actor: Actor = MACHINE) -> None:
        """Put an interrupted, failed or set-aside run into the queue; it resumes from its newest usable checkpoint.

        Raises:
            TransitionError: The run is in another state.
            QueueLimitError: The actor has too much in the queue.
        """
        with self._db.write(Area.QUEUE) as connection:
            row = _locked_row(connection, run_id, actor)
            name, state, _ = _parsed(row)
            if state.is_active:
                raise TransitionError(f"The run '{name}' is {state} and cannot become queued: a worker has it.")
            ensure_transition(name, state, RunState.QUEUED)
            self._ensure_room(connection, row, actor)
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

    def move_to_front(self, run_id: str, actor: Actor = MACHINE) -> None:
        """Move a queued run to the front: a teacher to that of the queue, others to that of their own runs.

        Raises:
            TransitionError: The run is not queued.
        """
        with self._db.write(Area.QUEUE) as connection:
            name, state, _ = _parsed(_locked_row(connection, run_id, actor))
            if state is not RunState.QUEUED:
                raise TransitionError(f"The run '{name}' is {state}; only a waiting run can be moved to the front.")
            if actor.is_teacher:
                connection.execute(update(runs).where(runs.c.id == run_id).values(position=front_of_queue(connection)))
            else:
                move_to_own_front(connection, run_id, actor.browser_id)

    def continue_run(
        self, run_id: str, more_epochs: int, actor: Actor = MACHINE, *, keep_learning_rate: bool = True
    ) -> Run:
        """Queue a new run that continues a finished or stopped one, which is not changed: so everybody may do it.

        Args:
            run_id: The run to continue. It needs a checkpoint.
            more_epochs: Epochs to train on top of those it completed.
            actor: Who continues it, and owns the new run.
            keep_learning_rate: Keep the learning rate as it was changed by hand, instead of the recipe's own.

        Raises:
            QueueLimitError: The actor has too much in the queue.
            TransitionError: The run is neither finished nor stopped, or has no checkpoint.
            RefusedError: `more_epochs` is below 1, or the sum above what a recipe can have.
            StoreError: The checkpoint cannot be copied.
        """
        new_id = new_run_id()
        has_checkpoint = self._files.has_checkpoint(run_id, of_epoch_end=True)
        try:
            given = self._files.prepare_pass_on(run_id, new_id) if has_checkpoint else []
            with self._db.write(Area.QUEUE) as connection:
                row = _locked_row(connection, run_id)
                add_continuation(
                    connection,
                    row,
                    new_id,
                    more_epochs,
                    owner=actor.browser_id,
                    has_checkpoint=has_checkpoint,
                    keep_learning_rate=keep_learning_rate,
                )
                # After it was checked that this run can be continued at all, which is the better message.
                self._limits.ensure_room(connection, actor, [])
                # Before the commit, so that no run exists without its checkpoint.
                self._files.pass_on(connection, run_id, new_id, given)
                return run_from_row(_locked_row(connection, new_id))
        except BaseException:
            self._files.remove(new_id)
            raise

    def rename(self, run_id: str, name: str, actor: Actor = MACHINE) -> None:
        """Give a run another name (cleaned, 80 characters)."""
        with self._db.write() as connection:
            _locked_row(connection, run_id, actor)
            connection.execute(update(runs).where(runs.c.id == run_id).values(name=clean_name(name)))

    def annotate(self, run_id: str, note: str, actor: Actor = MACHINE) -> None:
        """Replace a run's note (cleaned, 2,000 characters)."""
        with self._db.write() as connection:
            _locked_row(connection, run_id, actor)
            connection.execute(update(runs).where(runs.c.id == run_id).values(note=clean_note(note)))

    def delete(self, run_id: str, actor: Actor = MACHINE, *, forever: bool = False) -> None:
        """Move a run that has ended or is queued to the bin, from which it can be restored for a day.

        Args:
            run_id: The run.
            actor: Who deletes it.
            forever: Remove it at once, with its points and its folder, even if it is in the bin.

        Raises:
            TransitionError: The run is under way.
        """
        keys: Sequence[str] = ()
        with self._db.write() as connection:
            # Not parsed: a damaged record can be deleted too.
            row = _locked_row(connection, run_id, actor, also_deleted=forever)
            if row.state in ACTIVE_STATES:
                raise TransitionError(f"The run '{row.name}' is {row.state} and cannot be deleted. Stop it first.")
            if forever:
                keys = delete_record(connection, run_id)
            else:
                move_to_bin(connection, run_id)
        # A record whose id is damaged has no folder, and can be deleted nevertheless.
        if forever and is_run_id(run_id):
            self._files.remove(run_id, keys)

    def restore(self, run_id: str, actor: Actor = MACHINE) -> None:
        """Bring a run back from the bin, as it was; one that was queued is queued again. No error if it is not there.

        Raises:
            QueueLimitError: The run would be queued, and the actor has too much in the queue.
        """
        with self._db.write(Area.QUEUE) as connection:
            row = _locked_row(connection, run_id, actor, also_deleted=True)
            if row.deleted_at is None:
                return
            if row.state == RunState.QUEUED:
                self._ensure_room(connection, row, actor)
            connection.execute(update(runs).where(runs.c.id == run_id).values(deleted_at=None))

    def _ensure_room(self, connection: Connection, row: Any, actor: Actor) -> None:
        run = run_from_row(row)
        self._limits.ensure_room(connection, actor, [images_to_train(run.recipe, run.epochs_done)])


def _locked_row(connection: Connection, run_id: str, actor: Actor | None = None, *, also_deleted: bool = False) -> Any:
    """The run's row, which no other transaction can change until this one ends.

    Args:
        connection: A transaction for writing.
        run_id: The run.
        actor: Who changes the run; None if it is only read.
        also_deleted: Whether it may be in the bin.
    """
    # On PostgreSQL a worker could otherwise claim the run between this query and the write; SQLite ignores it.
    row = connection.execute(select(runs).where(runs.c.id == run_id).with_for_update()).one_or_none()
    if row is None or (row.deleted_at is not None and not also_deleted):
        raise UnknownRunError(f"There is no run {run_id!r}; it may have been deleted.")
    if actor is not None:
        ensure_may_change(actor, row.name, row.owner)
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
        return {} if present is Command.STOP else _cancelled(connection, row)
    raise TransitionError(
        f"The run '{name}' is {state}; only a run that is starting, running or paused accepts this command."
    )


def _cancelled(connection: Connection, row: Any) -> dict[str, Any]:
    values: dict[str, Any] = {"ended": now(connection)}
    if row.attempt == 0:
        return values | {"state": RunState.STOPPED, "message": "Stopped before it started."}
    done = formatting.quantity(row.epochs_done, "epoch")
    message = f"Taken out of the queue before it was resumed, with {done} done."
    return values | {"state": RunState.INTERRUPTED, "message": message}


def _ensure_not_revoked(name: str, present: Command, command: Command) -> None:
    if present is Command.DISCARD and command is not Command.DISCARD:
        raise TransitionError(
            f"The run '{name}' is already being discarded. It can be brought back from the bin after that."
        )
    if present is Command.STOP and command not in {Command.STOP, Command.DISCARD}:
        raise TransitionError(f"The run '{name}' is already being stopped; this cannot be undone.")
