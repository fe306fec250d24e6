"""The connection between a training and the run store: it writes metrics and reads commands.

This happens in a thread of its own, so that the training never waits for the disk.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

from mnist_lab.errors import LabError, LostFilesError, StaleAttemptError, StoreError
from mnist_lab.files import is_disk_full, is_not_writable
from mnist_lab.runs import Command, ControlState, Intervention, MetricPoint, Result, Run, RunState, RunStore
from mnist_lab.runs.records import Action
from mnist_lab.training.callbacks import Progress, ProgressListener, SetAsideError, TrainingCallback, ignore_progress

if TYPE_CHECKING:
    from mnist_lab.training.engine.trainer import Trainer

POLL_SECONDS = 0.2
WRITE_SECONDS = 1.0
MAX_RETRY_SECONDS = 600.0
MAX_FULL_DISK_SECONDS = 12 * 3600.0
"""A full disk is waited for this long: a night, until somebody looks."""
SET_ASIDE_SECONDS = 2.0
"""A run is paused at least this long before it is set aside, as continuing it then takes several seconds."""
WAITING_FOR_DISK = "waiting for disk space"
"""The phase of a run that cannot write its weights."""

log = logging.getLogger(__name__)


T = TypeVar("T")


class DiscardedError(Exception):
    """The run is to be discarded: raised through the training, so that it ends at once."""


class Reporter(TrainingCallback):
    """Callback that writes a training's metrics to the run store and obeys the commands there.

    Only its thread uses the store while the run trains. It polls the command, writes heartbeats and points about once a
    second, and keeps points in memory while the store does not answer. A context manager: the thread runs inside the
    `with` block.

    A hook returns STOP when the run is to be stopped, and blocks while the run is paused. All methods raise
    `StaleAttemptError` when the run no longer belongs to this attempt; hooks and `enter` raise `DiscardedError` when
    the run is to be discarded. While another run waits, a paused run is set aside, see `allow_set_aside`.
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
        """Prepare the connection; the thread is started by `with`.

        Args:
            store: Where the run is.
            run: The claimed run.
            listener: Called with each phase and each point.
            poll_seconds: Between two looks at the user's commands, at least 0.
            write_seconds: Between two writes, at least 0.
            set_aside_seconds: How long a run is paused before it may be set aside.
            ensure_kept: Raises `LostFilesError` when the run's folder is gone.
        """
        self._attempt = store.attempt(run)
        self._listener = listener or ignore_progress
        self._poll_seconds = poll_seconds
        self._write_seconds = write_seconds
        self._set_aside_seconds = set_aside_seconds
        self._ensure_kept = ensure_kept
        # Guards the attributes below; notified when the command changes or the attempt is lost.
        self._changed = threading.Condition()
        self._points: list[MetricPoint] = []
        self._has_points = False
        self._phase = ""
        self._total_steps = 0
        self._state = RunState.STARTING
        self._control = ControlState(Command.NONE, run.learning_rate_factor)
        self._step_done = False
        self._interventions: list[Intervention] = []
        self._position = (0, 0.0)
        """Steps and epochs done."""
        self._was_paused = bool(run.interventions) and run.interventions[-1].action == "pause"
        self._stop_noted = False
        self._others_wait: Callable[[], bool] = lambda: False
        self._save_position: Callable[[], None] = lambda: None
        self._paused_since: float | None = None
        self._is_wanted = False
        """Whether another run waits for the slot of this one, which is paused."""
        self._lost: LabError | None = None
        self._write_now = True
        self._last_write = 0.0
        self._last_error = ""
        self._wake = threading.Event()
        self._closing = False
        self._thread = threading.Thread(target=self._communicate, name="reporter", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop_thread()

    @property
    def learning_rate_factor(self) -> float:
        """Multiplies the schedule's learning rate, as the user has set it."""
        return self._control.learning_rate_factor

    def allow_set_aside(self, others_wait: Callable[[], bool], save_position: Callable[[], None]) -> None:
        """From now on the run is set aside if it is paused while another one waits.

        A hook that blocks then calls `save_position` and raises `SetAsideError`.

        Args:
            others_wait: Whether a run waits and there is no free slot; called by the reporter's thread.
            save_position: Writes the training as it is now to the disk. If it raises an `OSError`, the run stays as it
                is and the next try is made a second later.
        """
        with self._changed:
            self._others_wait, self._save_position = others_wait, save_position

    def on_train_begin(self, trainer: "Trainer") -> None:
        """Note where the training begins, and that a run that was paused in an earlier attempt goes on."""
        with self._changed:
            self._position = trainer.steps_done, trainer.steps_done / trainer.batches
            if self._control.command is Command.STOP:
                self._note_stop()
            elif self._was_paused:
                self._note("continue")

    def on_learning_rate_change(self, step: int, epoch: float, factor: float) -> None:
        """Record the new learning rate as part of the run."""
        with self._changed:
            self._position = step, epoch
            self._note("learning rate", factor)
            self._request_write()

    def on_chunk_end(self, point: MetricPoint) -> Command:
        """Report a point; returns once the training may continue, or STOP."""
        return self._report(point)

    def on_epoch_end(self, point: MetricPoint, trainer: "Trainer") -> Command:  # noqa: ARG002
        """Report an epoch's point; returns once the training may continue, or STOP. STEP becomes a pause here."""
        return self._report(point)

    def pause_point(self) -> None:
        """Block while the run is paused."""
        self._wait_while_paused()
        with self._changed:
            self._raise_if_over()

    def enter(self, phase: str, *, total_steps: int = 0, message: str = "") -> Command:
        """Report the phase that the run enters; returns the current command."""
        with self._changed:
            self._raise_if_over()
            self._phase = phase
            self._total_steps = total_steps or self._total_steps
            if phase == "training":
                self._state = RunState.RUNNING
            self._request_write()
        self._listener(Progress(phase, self._total_steps, message=message))
        return self._control.command

    def unconfirmed_points(self) -> tuple[MetricPoint, ...]:
        """The points that the store has not confirmed yet, oldest first."""
        with self._changed:
            return tuple(self._points)

    def unconfirmed_interventions(self) -> tuple[Intervention, ...]:
        """What was done by hand and the store has not confirmed yet, in order."""
        with self._changed:
            return tuple(self._interventions)

    def end(self, state: RunState, result: Result | None, message: str, diverged: bool = False) -> bool:
        """Write the last points and the run's end, retrying for up to ten minutes while the store does not answer.

        Returns:
            False if the user discarded the run meanwhile, so that it is in the bin.

        Raises:
            StoreError: The store did not answer for ten minutes; the launcher will mark the run as interrupted.
        """
        self._stop_thread()

        def write_end() -> bool:
            self._write()
            return self._attempt.finish(state, result, message, diverged=diverged)

        return self.retry(write_end)

    def set_aside(self) -> bool:
        """Let go of the run after a `SetAsideError`, retrying for up to ten minutes while the store does not answer.

        Returns:
            False if the user discarded the run meanwhile, so that it is in the bin.

        Raises:
            StoreError: The store did not answer for ten minutes; the launcher will mark the run as interrupted.
        """
        self._stop_thread()

        def write_set_aside() -> bool:
            self._write()
            return self._attempt.set_aside()

        exists = self.retry(write_set_aside)
        self._listener(Progress("set aside", self._total_steps))
        return exists

    def discard(self) -> None:
        """Delete the run, retrying for up to ten minutes while the store does not answer.

        Raises:
            StoreError: The store did not answer for ten minutes.
        """
        self._stop_thread()
        self.retry(self._attempt.discard)

    def retry(self, write: Callable[[], T]) -> T:
        """Call `write`, which must succeed, retrying for up to ten minutes while the store does not answer.

        Raises:
            StoreError: The store did not answer for ten minutes.
        """
        deadline = time.monotonic() + MAX_RETRY_SECONDS
        while True:
            self._raise_if_lost()
            try:
                return write()
            except StoreError as error:
                if time.monotonic() > deadline:
                    raise
                self._log_once(error)
            time.sleep(self._write_seconds)

    def insist(self, write: Callable[[], T]) -> T:
        """Call `write`, which writes files of the run, until it succeeds: a full disk is waited for, and said so.

        Raises:
            OSError: It failed for another reason than a full disk or a read-only folder, or for twelve hours.
            DiscardedError: The run is to be discarded.
        """
        start, phase, message = time.monotonic(), self._phase, ""
        while True:
            self._ensure_kept()
            try:
                result = write()
                break
            except Exception as error:
                limit = MAX_FULL_DISK_SECONDS if is_disk_full(error) else MAX_RETRY_SECONDS
                if not (is_disk_full(error) or is_not_writable(error)) or time.monotonic() - start > limit:
                    raise
                if not message:
                    message = _waiting_message(error)
                    # Not as a warning: in the foreground the listener shows it.
                    log.info("%s", message)
                    self.enter(WAITING_FOR_DISK, message=message)
            with self._changed:
                self._raise_if_over()
                self._changed.wait(self._write_seconds)
        if message:
            log.info("The files are written now.")
            self.enter(phase)
        return result

    def _report(self, point: MetricPoint) -> Command:
        self._listener(Progress("training", self._total_steps, point))
        with self._changed:
            self._points.append(point)
            self._position = point.step, point.epoch
            if point.kind == "epoch" or not self._has_points:
                self._has_points = True
                self._request_write()
            ends_epoch = point.kind == "epoch" and point.step < self._total_steps
            if ends_epoch and self._control.command is Command.STEP:
                # The store will do the same, unless another command has replaced the step by then.
                self._step_done = True
                self._control = replace(self._control, command=Command.PAUSE)
        self._wait_while_paused()
        with self._changed:
            self._raise_if_over()
            if self._control.command is Command.STOP and point.step < self._total_steps:
                self._note_stop()
            return self._control.command

    def _wait_while_paused(self) -> None:
        """Block while the run is paused.

        Raises:
            SetAsideError: Another run waits, and the position of this one is saved.
        """
        with self._changed:
            if self._control.command is not Command.PAUSE:
                return
            phase = self._phase
            self._state, self._phase, self._paused_since = RunState.PAUSED, "paused", time.monotonic()
            self._note("pause")
            self._request_write()
        self._listener(Progress("paused", self._total_steps))
        while self._is_to_be_set_aside():
            if self._has_saved_position():
                raise SetAsideError
        with self._changed:
            self._state, self._phase, self._paused_since = RunState.RUNNING, phase, None
            if self._control.command in {Command.NONE, Command.STEP}:
                self._note("continue")
            self._request_write()

    def _is_to_be_set_aside(self) -> bool:
        """Block while the run is paused and no other run waits; returns whether one does."""
        with self._changed:
            self._is_wanted = False
            self._changed.wait_for(
                lambda: self._control.command is not Command.PAUSE or self._lost is not None or self._is_wanted
            )
            return self._is_wanted and self._control.command is Command.PAUSE and self._lost is None

    def _has_saved_position(self) -> bool:
        # Without the lock: on a slow disk the heartbeat goes on meanwhile.
        try:
            self._ensure_kept()
            self._save_position()
        except OSError as error:
            log.warning("The run stays paused in memory, as its position cannot be saved: %s", error)
            return False
        except LostFilesError:
            # The reporter's thread has noticed too, and ends the training.
            return False
        return True

    def _note(self, action: Action, factor: float | None = None) -> None:
        step, epoch = self._position
        self._interventions.append(Intervention(action, step, epoch, datetime.now(UTC), factor))

    def _note_stop(self) -> None:
        if not self._stop_noted:
            self._stop_noted = True
            self._note("stop")

    def _request_write(self) -> None:
        self._write_now = True
        self._wake.set()

    def _stop_thread(self) -> None:
        """Stop the thread and wait for its end; may be called more than once."""
        self._closing = True
        self._wake.set()
        self._thread.join()

    def _communicate(self) -> None:
        while not self._closing:
            self._wake.wait(self._poll_seconds)
            self._wake.clear()
            try:
                self._write_or_poll()
            except StoreError as error:
                self._log_once(error)
            except LabError as error:
                with self._changed:
                    self._lost = error
                    self._changed.notify_all()
                return
            except Exception:
                log.exception("The reporter continues after an unexpected error")

    def _write_or_poll(self) -> None:
        if self._write_now or time.monotonic() - self._last_write >= self._write_seconds:
            self._write()
            return
        control = self._attempt.control_state()
        with self._changed:
            # After an epoch requested by STEP, the store still has STEP until the next write.
            if not self._step_done:
                self._receive(control)

    def _write(self) -> None:
        self._ensure_kept()
        with self._changed:
            points, phase, total_steps, state = tuple(self._points), self._phase, self._total_steps, self._state
            interventions = tuple(self._interventions)
            step_done, self._write_now = self._step_done, False
        try:
            control = self._attempt.heartbeat(
                points=points,
                state=state,
                phase=phase,
                total_steps=total_steps,
                stepped=step_done,
                interventions=interventions,
            )
        finally:
            self._last_write = time.monotonic()
        self._last_error = ""
        with self._changed:
            del self._points[: len(points)]
            del self._interventions[: len(interventions)]
            if step_done == self._step_done:
                self._step_done = False
                self._receive(control)
        self._look_whether_others_wait()

    def _look_whether_others_wait(self) -> None:
        paused_since = self._paused_since
        if paused_since is None or time.monotonic() - paused_since < self._set_aside_seconds:
            return
        if self._others_wait():
            with self._changed:
                self._is_wanted = True
                self._changed.notify_all()

    def _receive(self, control: ControlState) -> None:
        self._control = control
        self._changed.notify_all()

    def _log_once(self, error: StoreError) -> None:
        # Each message is logged once, not every second.
        if str(error) != self._last_error:
            self._last_error = str(error)
            log.warning("The training continues while the store does not answer: %s", error)

    def _raise_if_lost(self) -> None:
        if isinstance(self._lost, LostFilesError):
            raise self._lost
        if self._lost is not None:
            raise StaleAttemptError(str(self._lost)) from self._lost

    def _raise_if_over(self) -> None:
        self._raise_if_lost()
        if self._control.command is Command.DISCARD:
            raise DiscardedError


def _waiting_message(error: Exception) -> str:
    if is_disk_full(error):
        return (
            "The disk is full: the training waits to write its weights and results, and goes on as soon as there is"
            " room. Free some space."
        )
    return (
        "The run's folder cannot be written: the training waits to write its weights and results. Make the lab's"
        " folder writable within ten minutes."
    )
