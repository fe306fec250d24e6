"""What pages, the command line and scripts ask of a run that is there."""

import secrets
import string
import time
from typing import Any

from sqlalchemy import Connection, select, update

from mnist_lab.errors import IllegalMoveError, RefusedError, StoreError, UnknownRunError
from mnist_lab.network.network import clean_name
from mnist_lab.runs.attempt import Attempts
from mnist_lab.runs.continuation import add_continuation, share_files
from mnist_lab.runs.deletion import erase, remove_folder
from mnist_lab.runs.queue_order import end_of_queue, front_of_queue
from mnist_lab.runs.records import Run, clean_note
from mnist_lab.runs.rows import damaged_sentence, run_from_row
from mnist_lab.runs.schema import runs
from mnist_lab.runs.state import ACTIVE_STATES, Command, RunState, ensure_legal

ID_LENGTH = 8
MAX_LEARNING_RATE_FACTOR = 1000.0

_ID_CHARACTERS = string.ascii_lowercase + string.digits


def new_run_id() -> str:
    """8 random characters of a to z and 0 to 9."""
    return "".join(secrets.choice(_ID_CHARACTERS) for _ in range(ID_LENGTH))


class Requests(Attempts):
    """The part of the run store that changes single runs, at a user's wish. Each raises `UnknownRunError`."""

    def request(self, run_id: str, command: Command) -> None:
        """Ask something of a run: pause, step, stop or discard it, or (`Command.NONE`) let it go on.

        The worker of an active run obeys within about a second. A queued one is stopped at once: it has no result,
        or is interrupted as before when it was to be resumed. DISCARD deletes a queued or ended run at once.

        Raises:
            UnknownRunError: There is no such run.
            IllegalMoveError: The run's state does not allow it, or it is being stopped already.
        """
        with self.db.write() as connection:
            row = _row(connection, run_id)
            name, state, standing = _read(row)
            deleted = command is Command.DISCARD and not state.is_active
            if deleted:
                erase(connection, run_id)
            elif state is RunState.QUEUED and command is Command.STOP:
                values = _taken_out_of_queue(row)
                connection.execute(update(runs).where(runs.c.id == run_id).values(**values))
            elif not state.is_active:
                raise IllegalMoveError(f"The run '{name}' is {state}; only a run that is under way can do that.")
            else:
                _ensure_not_taken_back(name, standing, command)
                connection.execute(update(runs).where(runs.c.id == run_id).values(command=command))
        if deleted:
            remove_folder(self.folder(run_id))

    def set_learning_rate(self, run_id: str, factor: float) -> None:
        """Multiply the schedule's learning rate by `factor` from the next steps of a waiting or active run on.

        Raises:
            RefusedError: The factor is not above 0 and at most 1,000.
            UnknownRunError: There is no such run.
            IllegalMoveError: The run has ended.
        """
        if not 0 < factor <= MAX_LEARNING_RATE_FACTOR:
            raise RefusedError(
                f"The learning rate's factor must be above 0 and at most {MAX_LEARNING_RATE_FACTOR:,.0f}."
                f" Received: {factor}."
            )
        with self.db.write() as connection:
            name, state, _ = _read(_row(connection, run_id))
            if state.is_ended:
                raise IllegalMoveError(f"The run '{name}' is {state}; its learning rate cannot be changed any more.")
            connection.execute(update(runs).where(runs.c.id == run_id).values(learning_rate_factor=float(factor)))

    def requeue(self, run_id: str) -> None:
        """Put an interrupted or failed run at the end of the queue; it goes on from its last good checkpoint.

        Raises:
            UnknownRunError: There is no such run.
            IllegalMoveError: The run is neither interrupted nor failed.
        """
        with self.db.write() as connection:
            name, state, _ = _read(_row(connection, run_id))
            ensure_legal(name, state, RunState.QUEUED)
            connection.execute(
                update(runs)
                .where(runs.c.id == run_id)
                .values(state=RunState.QUEUED, position=end_of_queue(connection), ended=None, sentence="", result=None)
            )

    def move_to_front(self, run_id: str) -> None:
        """Let a queued run be started next, whoever's turn it is.

        Raises:
            UnknownRunError: There is no such run.
            IllegalMoveError: The run does not wait.
        """
        with self.db.write() as connection:
            name, state, _ = _read(_row(connection, run_id))
            if state is not RunState.QUEUED:
                raise IllegalMoveError(f"The run '{name}' is {state}; only a waiting run can be moved to the front.")
            connection.execute(update(runs).where(runs.c.id == run_id).values(position=front_of_queue(connection)))

    def continue_run(self, run_id: str, more_epochs: int, *, owner: str | None = None) -> Run:
        """Queue a new run that trains on from where a finished or stopped one ended; that one stays as it is.

        Args:
            run_id: The run to continue. It needs a checkpoint.
            more_epochs: Epochs to add to those it completed.
            owner: The browser session or "cli" that asks; None for the run's own.

        Raises:
            UnknownRunError: There is no such run.
            IllegalMoveError: The run is neither finished nor stopped, or has no checkpoint.
            RefusedError: `more_epochs` is below 1, or the sum above what a recipe can have.
            StoreError: The checkpoint cannot be copied.
        """
        new_id = new_run_id()
        old, new = self.folder(run_id), self.folder(new_id)
        try:
            with self.db.write() as connection:
                row = _row(connection, run_id)
                has_checkpoint = bool(old.checkpoint_files())
                add_continuation(connection, row, new_id, more_epochs, owner=owner, has_checkpoint=has_checkpoint)
                # Before the commit: a run that is there has its checkpoint.
                share_files(old, new)
                return run_from_row(_row(connection, new_id))
        except BaseException:
            remove_folder(new)
            raise

    def rename(self, run_id: str, name: str) -> None:
        """Give a run another name (cleaned, 80 characters).

        Raises:
            UnknownRunError: There is no such run.
        """
        with self.db.write() as connection:
            _row(connection, run_id)
            connection.execute(update(runs).where(runs.c.id == run_id).values(name=clean_name(name)))

    def annotate(self, run_id: str, note: str) -> None:
        """Replace a run's note (cleaned, 2,000 characters).

        Raises:
            UnknownRunError: There is no such run.
        """
        with self.db.write() as connection:
            _row(connection, run_id)
            connection.execute(update(runs).where(runs.c.id == run_id).values(note=clean_note(note)))

    def delete(self, run_id: str) -> None:
        """Delete a run that has ended or is queued, with its points and its folder.

        Raises:
            UnknownRunError: There is no such run.
            IllegalMoveError: The run is under way.
        """
        with self.db.write() as connection:
            # Not `_read`: a damaged record can be deleted too.
            row = _row(connection, run_id)
            if row.state in ACTIVE_STATES:
                raise IllegalMoveError(f"The run '{row.name}' is {row.state} and cannot be deleted; stop it first.")
            erase(connection, run_id)
        remove_folder(self.folder(run_id))


def _row(connection: Connection, run_id: str) -> Any:
    row = connection.execute(select(runs).where(runs.c.id == run_id)).one_or_none()
    if row is None:
        raise UnknownRunError(f"There is no run {run_id!r}; it may have been deleted.")
    return row


def _read(row: Any) -> tuple[str, RunState, Command]:
    try:
        return row.name, RunState(row.state), Command(row.command)
    except ValueError as error:
        raise StoreError(damaged_sentence([row.id])) from error


def _taken_out_of_queue(row: Any) -> dict[str, Any]:
    values: dict[str, Any] = {"ended": time.time()}
    if row.attempt == 0:
        return values | {"state": RunState.STOPPED, "sentence": "Stopped before it started."}
    return values | {
        "state": RunState.INTERRUPTED,
        "sentence": f"Taken out of the queue before it was resumed, with {row.epochs_done} epochs done.",
    }


def _ensure_not_taken_back(name: str, standing: Command, command: Command) -> None:
    if standing is Command.DISCARD and command is not Command.DISCARD:
        raise IllegalMoveError(f"The run '{name}' is being discarded already; that cannot be taken back.")
    if standing is Command.STOP and command not in {Command.STOP, Command.DISCARD}:
        raise IllegalMoveError(f"The run '{name}' is being stopped already; that cannot be taken back.")
