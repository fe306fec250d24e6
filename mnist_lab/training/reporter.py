"""The callback that reports a training to its run in the store, and obeys the user's commands there."""

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

from mnist_lab.errors import LostFilesError, StoreError
from mnist_lab.runs import Command, Intervention, MetricPoint, Result, Run, RunState, RunStore
from mnist_lab.runs.records import Action
from mnist_lab.training import disk_wait
from mnist_lab.training.callbacks import Progress, ProgressListener, SetAsideError, TrainingCallback, ignore_progress
from mnist_lab.training.connection import POLL_SECONDS, WRITE_SECONDS, StoreConnection
from mnist_lab.training.disk_wait import WAITING_FOR_DISK, WAITING_FOR_OBJECTS

if TYPE_CHECKING:
    from mnist_lab.training.engine.trainer import Trainer

SET_ASIDE_SECONDS = 2.0
"""A run is paused at least this long before it is set aside, as continuing it then takes several seconds."""

log = logging.getLogger(__name__)

T = TypeVar("T")


class Reporter(TrainingCallback):
    """Callback that writes a training's metrics to the run store and obeys the commands there.

    A context manager, as its `connection` is. A hook returns STOP when the run is to be stopped, and blocks while the
    run is paused. All methods raise `StaleAttemptError` when the run no longer belongs to this attempt; hooks and
    `enter` raise `DiscardedError` when the run is to be discarded. While another run waits, a paused run is set aside,
    see `allow_set_aside`.
    """

    def __init__(
        self,
        store: RunStore,
        run: Run,
        listener: ProgressListener | None = None,
        *,
        poll_seconds: float = POLL_SECONDS,
        write_seconds: float = WRITE_SECONDS,
        set_aside_seconds: float = SET_ASIDE_SECONDS,
        ensure_kept: Callable[[], None] = lambda: None,
    ):
        """Prepare the connection; it is opened by `with`.

        Args:
            store: Where the run is.
            run: The claimed run.
            listener: Called with each phase and each point.
            poll_seconds: Between two looks at the user's commands, at least 0.
            write_seconds: Between two writes, at least 0.
            set_aside_seconds: How long a run is paused before it may be set aside.
            ensure_kept: Raises `LostFilesError` when the run's folder is gone.
        """
        self.connection = StoreConnection(
            store,
            run,
            poll_seconds=poll_seconds,
            write_seconds=write_seconds,
            ensure_kept=ensure_kept,
            on_write=self._look_whether_others_wait,
        )
        self._listener = listener or ignore_progress
        self._set_aside_seconds = set_aside_seconds
        self._ensure_kept = ensure_kept
        self._position = (0, 0.0)
        """Steps and epochs done."""
        self._was_paused = bool(run.interventions) and run.interventions[-1].action == "pause"
        self._stop_noted = False
        self._others_wait: Callable[[], bool] = lambda: False
        self._save_position: Callable[[], None] = lambda: None
        self._paused_since: float | None = None
        self._is_wanted = False
        """Whether another run waits for the slot of this one, which is paused."""

    def __enter__(self) -> Self:
        self.connection.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.connection.__exit__(kind, error, trace)

    @property
    def learning_rate_factor(self) -> float:
        """Multiplies the schedule's learning rate, as the user has set it."""
        return self.connection.learning_rate_factor

    def allow_set_aside(self, others_wait: Callable[[], bool], save_position: Callable[[], None]) -> None:
        """From now on the run is set aside if it is paused while another one waits.

        A hook that blocks then calls `save_position` and raises `SetAsideError`.

        Args:
            others_wait: Whether a run waits and there is no free slot; called by the connection's thread.
            save_position: Writes the training as it is now to the disk. If it raises an `OSError` or a `StoreError`,
                the run stays as it is and the next try is made a second later.
        """
        self._others_wait, self._save_position = others_wait, save_position

    def on_train_begin(self, trainer: "Trainer") -> None:
        """Note where the training begins, and that a run that was paused in an earlier attempt goes on."""
        self._position = trainer.steps_done, trainer.steps_done / trainer.batches
        if self.connection.command is Command.STOP:
            self._note_stop()
        elif self._was_paused:
            self._note("continue")

    def on_learning_rate_change(self, step: int, epoch: float, factor: float) -> None:
        """Record the new learning rate as part of the run."""
        self._position = step, epoch
        self._note("learning rate", factor)

    def on_chunk_end(self, point: MetricPoint) -> Command:
        """Report a point; returns once the training may continue, or STOP."""
        return self._report(point)

    def on_epoch_end(self, point: MetricPoint, trainer: "Trainer") -> Command:  # noqa: ARG002
        """Report an epoch's point; returns once the training may continue, or STOP. STEP becomes a pause here."""
        return self._report(point)

    def pause_point(self) -> None:
        """Block while the run is paused."""
        self._wait_while_paused()
        self.connection.raise_if_over()

    def enter(self, phase: str, *, total_steps: int = 0, message: str = "") -> Command:
        """Report the phase that the run enters; returns the current command."""
        self.connection.raise_if_over()
        state = RunState.RUNNING if phase == "training" else None
        self.connection.set_status(phase, state=state, total_steps=total_steps)
        self._listener(Progress(phase, self.connection.total_steps, message=message))
        return self.connection.command

    def end(self, state: RunState, result: Result | None, message: str, diverged: bool = False) -> bool:
        """Write the last points and the run's end, retrying for up to ten minutes while the store does not answer.

        Returns:
            False if the user discarded the run meanwhile, so that it is in the bin.

        Raises:
            StoreError: The store did not answer for ten minutes; the launcher will mark the run as interrupted.
        """
        attempt = self.connection.attempt
        return self.connection.close_with(lambda: attempt.finish(state, result, message, diverged=diverged))

    def set_aside(self) -> bool:
        """Let go of the run after a `SetAsideError`; returns and raises as `end` does."""
        exists = self.connection.close_with(self.connection.attempt.set_aside)
        self._listener(Progress("set aside", self.connection.total_steps))
        return exists

    def discard(self) -> None:
        """Delete the run, retrying for up to ten minutes while the store does not answer.

        Raises:
            StoreError: The store did not answer for ten minutes.
        """
        self.connection.close()
        self.connection.retry(self.connection.attempt.discard)

    def insist(self, write: Callable[[], T]) -> T:
        """Call `write`, which writes files of the run, until it succeeds.

        A full disk, or an object store that does not answer, is waited for, and said so.

        Raises:
            OSError: It failed for another reason than a full disk or a read-only folder, or for twelve hours.
            StoreError: A store did not answer for too long.
            DiscardedError: The run is to be discarded.
        """
        phase = self.connection.phase

        def write_if_kept() -> T:
            self._ensure_kept()
            return write()

        def wait(waiting: str, message: str) -> None:
            if self.connection.phase != waiting:
                # Not as a warning: in the foreground the listener shows it.
                log.info("%s", message)
                self.enter(waiting, message=message)
            self.connection.wait_for_next_try()

        result = disk_wait.insist(write_if_kept, wait)
        if self.connection.phase in {WAITING_FOR_DISK, WAITING_FOR_OBJECTS}:
            log.info("The files are written now.")
            self.enter(phase)
        return result

    def _report(self, point: MetricPoint) -> Command:
        connection = self.connection
        self._listener(Progress("training", connection.total_steps, point))
        self._position = point.step, point.epoch
        is_last = point.step >= connection.total_steps
        with connection.changed:
            connection.send(point)
            if point.kind == "epoch" and not is_last and connection.command is Command.STEP:
                connection.end_step()
        self._wait_while_paused()
        with connection.changed:
            connection.raise_if_over()
            if connection.command is Command.STOP and not is_last:
                self._note_stop()
            return connection.command

    def _wait_while_paused(self) -> None:
        """Block while the run is paused.

        Raises:
            SetAsideError: Another run waits, and the position of this one is saved.
        """
        connection = self.connection
        with connection.changed:
            if connection.command is not Command.PAUSE:
                return
            phase, self._paused_since = connection.phase, time.monotonic()
            self._note("pause")
            connection.set_status("paused", state=RunState.PAUSED)
        self._listener(Progress("paused", connection.total_steps))
        while self._is_to_be_set_aside():
            if self._has_saved_position():
                raise SetAsideError
        with connection.changed:
            self._paused_since = None
            if connection.command in {Command.NONE, Command.STEP}:
                self._note("continue")
            connection.set_status(phase, state=RunState.RUNNING)

    def _is_to_be_set_aside(self) -> bool:
        """Block while the run is paused and no other run waits; returns whether one does."""
        connection = self.connection
        with connection.changed:
            self._is_wanted = False
            is_ours = connection.wait_for(lambda: connection.command is not Command.PAUSE or self._is_wanted)
            return is_ours and self._is_wanted and connection.command is Command.PAUSE

    def _has_saved_position(self) -> bool:
        # Without the lock: on a slow disk the heartbeat goes on meanwhile.
        try:
            self._ensure_kept()
            self._save_position()
        except (OSError, StoreError) as error:
            log.warning("The run stays paused in memory, as its position cannot be saved: %s", error)
            return False
        except LostFilesError:
            # The connection has noticed too, and ends the training.
            return False
        return True

    def _look_whether_others_wait(self) -> None:
        """Wake up the paused training when another run waits. The connection's thread calls it after each write."""
        paused_since = self._paused_since
        if paused_since is None or time.monotonic() - paused_since < self._set_aside_seconds:
            return
        if self._others_wait():
            with self.connection.changed:
                self._is_wanted = True
                self.connection.changed.notify_all()

    def _note(self, action: Action, factor: float | None = None) -> None:
        step, epoch = self._position
        self.connection.note(Intervention(action, step, epoch, datetime.now(UTC), factor))

    def _note_stop(self) -> None:
        if not self._stop_noted:
            self._stop_noted = True
            self._note("stop")
