"""The connection between a training and the run store: it writes metrics and reads commands.

This happens in a thread of its own, so that the training never waits for the disk.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

from mnist_lab.errors import LabError, StaleAttemptError, StoreError
from mnist_lab.runs import Command, ControlState, MetricPoint, Result, Run, RunState, RunStore
from mnist_lab.training.callbacks import Progress, ProgressListener, TrainingCallback, ignore_progress

if TYPE_CHECKING:
    from mnist_lab.training.engine.trainer import Trainer

POLL_SECONDS = 0.2
WRITE_SECONDS = 1.0
MAX_RETRY_SECONDS = 600.0

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
    the run is to be discarded.
    """

    def __init__(
        self,
        store: RunStore,
        run: Run,
        listener: ProgressListener | None = None,
        *,
        poll_seconds: float = POLL_SECONDS,
        write_seconds: float = WRITE_SECONDS,
    ):
        """`listener` is called with each phase and each point; the intervals are at least 0."""
        self._attempt = store.attempt(run)
        self._listener = listener or ignore_progress
        self._poll_seconds = poll_seconds
        self._write_seconds = write_seconds
        # Guards the attributes below; notified when the command changes or the attempt is lost.
        self._changed = threading.Condition()
        self._points: list[MetricPoint] = []
        self._has_points = False
        self._phase = ""
        self._total_steps = 0
        self._state = RunState.STARTING
        self._control = ControlState(Command.NONE, run.learning_rate_factor)
        self._step_done = False
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

    def on_chunk_end(self, point: MetricPoint) -> Command:
        """Report a point; returns once the training may continue, or STOP."""
        return self._report(point)

    def on_epoch_end(self, point: MetricPoint, trainer: "Trainer") -> Command:  # noqa: ARG002
        """Report an epoch's point; returns once the training may continue, or STOP. STEP becomes a pause here."""
        return self._report(point)

    def pause_point(self) -> None:
        """Block while the run is paused."""
        with self._changed:
            self._wait_while_paused()
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

    def end(self, state: RunState, result: Result | None, message: str, diverged: bool = False) -> bool:
        """Write the last points and the run's end, retrying for up to ten minutes while the store does not answer.

        Returns:
            False if the user discarded the run meanwhile, so that it was deleted.

        Raises:
            StoreError: The store did not answer for ten minutes; the launcher will mark the run as interrupted.
        """
        self._stop_thread()

        def write_end() -> bool:
            self._write()
            return self._attempt.finish(state, result, message, diverged=diverged)

        return self.retry(write_end)

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

    def _report(self, point: MetricPoint) -> Command:
        self._listener(Progress("training", self._total_steps, point))
        with self._changed:
            self._points.append(point)
            if point.kind == "epoch" or not self._has_points:
                self._has_points = True
                self._request_write()
            ends_epoch = point.kind == "epoch" and point.step < self._total_steps
            if ends_epoch and self._control.command is Command.STEP:
                # The store will do the same, unless another command has replaced the step by then.
                self._step_done = True
                self._control = replace(self._control, command=Command.PAUSE)
            self._wait_while_paused()
            self._raise_if_over()
            return self._control.command

    def _wait_while_paused(self) -> None:
        if self._control.command is not Command.PAUSE:
            return
        phase = self._phase
        self._state, self._phase = RunState.PAUSED, "paused"
        self._request_write()
        self._listener(Progress("paused", self._total_steps))
        self._changed.wait_for(lambda: self._control.command is not Command.PAUSE or self._lost is not None)
        self._state, self._phase = RunState.RUNNING, phase
        self._request_write()

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
        with self._changed:
            points, phase, total_steps, state = tuple(self._points), self._phase, self._total_steps, self._state
            step_done, self._write_now = self._step_done, False
        try:
            control = self._attempt.heartbeat(
                points=points,
                state=state,
                phase=phase,
                total_steps=total_steps,
                stepped=step_done,
            )
        finally:
            self._last_write = time.monotonic()
        self._last_error = ""
        with self._changed:
            del self._points[: len(points)]
            if step_done == self._step_done:
                self._step_done = False
                self._receive(control)

    def _receive(self, control: ControlState) -> None:
        self._control = control
        self._changed.notify_all()

    def _log_once(self, error: StoreError) -> None:
        # Each message is logged once, not every second.
        if str(error) != self._last_error:
            self._last_error = str(error)
            log.warning("The training continues while the store does not answer: %s", error)

    def _raise_if_lost(self) -> None:
        if self._lost is not None:
            raise StaleAttemptError(str(self._lost)) from self._lost

    def _raise_if_over(self) -> None:
        self._raise_if_lost()
        if self._control.command is Command.DISCARD:
            raise DiscardedError
