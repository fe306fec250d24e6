"""The connection of a training to the run store: it sends metrics and receives the user's commands.

This happens in a thread of its own, so that the training never waits for the disk.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from types import TracebackType
from typing import Self, TypeVar

from mnist_lab.errors import LabError, LostFilesError, StaleAttemptError, StoreError
from mnist_lab.runs import Command, ControlState, Intervention, MetricPoint, Run, RunState, RunStore

POLL_SECONDS = 0.2
WRITE_SECONDS = 1.0
MAX_RETRY_SECONDS = 600.0

log = logging.getLogger(__name__)

T = TypeVar("T")


class DiscardedError(Exception):
    """The run is to be discarded: raised through the training, so that it ends at once."""


class StoreConnection:
    """Sends what a training reports to the run store, and receives the command there.

    A context manager: the thread runs inside the `with` block, and only it uses the store while the run trains. It
    polls the command, writes heartbeats and points about once a second, and keeps points in memory while the store does
    not answer.
    """

    def __init__(
        self,
        store: RunStore,
        run: Run,
        *,
        poll_seconds: float = POLL_SECONDS,
        write_seconds: float = WRITE_SECONDS,
        ensure_kept: Callable[[], None] = lambda: None,
        on_write: Callable[[], None] = lambda: None,
    ):
        """Prepare the connection; the thread is started by `with`.

        Args:
            store: Where the run is.
            run: The claimed run.
            poll_seconds: Between two looks at the user's commands, at least 0.
            write_seconds: Between two writes, at least 0.
            ensure_kept: Raises `LostFilesError` when the run's folder is gone.
            on_write: Called by the thread after each write.
        """
        self.attempt = store.attempt(run)
        self.changed = threading.Condition()
        """Guards all that follows; notified when the command changes or the attempt is lost."""
        self._poll_seconds = poll_seconds
        self._write_seconds = write_seconds
        self._ensure_kept = ensure_kept
        self._on_write = on_write
        self._points: list[MetricPoint] = []
        self._interventions: list[Intervention] = []
        self._has_points = False
        self._state = RunState.STARTING
        self._phase = ""
        self._total_steps = 0
        self._control = ControlState(Command.NONE, run.learning_rate_factor)
        self._step_done = False
        self._lost: LabError | None = None
        self._write_now = True
        self._last_write = 0.0
        self._last_error = ""
        self._wake = threading.Event()
        self._closing = False
        self._thread = threading.Thread(target=self._communicate, name="store-connection", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def phase(self) -> str:
        """The phase in which the run is."""
        return self._phase

    @property
    def total_steps(self) -> int:
        """Steps of the whole training; 0 until it is known."""
        return self._total_steps

    @property
    def command(self) -> Command:
        """The user's command, as far as it was received."""
        return self._control.command

    @property
    def learning_rate_factor(self) -> float:
        """The user's factor of the learning rate, as far as it was received."""
        return self._control.learning_rate_factor

    def set_status(self, phase: str, *, state: RunState | None = None, total_steps: int = 0) -> None:
        """Have the run's phase written at once, and its state and number of steps if they are given."""
        with self.changed:
            self._phase = phase
            self._state = state or self._state
            self._total_steps = total_steps or self._total_steps
            self._request_write()

    def send(self, point: MetricPoint) -> None:
        """Have a point written: the first one and those of epochs at once, the others within a second."""
        with self.changed:
            self._points.append(point)
            if point.kind == "epoch" or not self._has_points:
                self._has_points = True
                self._request_write()

    def note(self, intervention: Intervention) -> None:
        """Have what was done by hand written at once."""
        with self.changed:
            self._interventions.append(intervention)
            self._request_write()

    def end_step(self) -> None:
        """Turn the command STEP into PAUSE, at the end of its epoch."""
        with self.changed:
            # The store will do the same, unless another command has replaced the step by then.
            self._step_done = True
            self._control = replace(self._control, command=Command.PAUSE)

    def poll(self) -> None:
        """Receive the command that is in the store now."""
        control = self.attempt.control_state()
        with self.changed:
            # After an epoch requested by STEP, the store still has STEP until the next write.
            if not self._step_done:
                self._receive(control)

    def wait_for(self, condition: Callable[[], bool]) -> bool:
        """Block until `condition` holds, which is looked at when `changed` is notified, or the attempt is lost.

        Returns:
            False if the attempt is lost.
        """
        with self.changed:
            self.changed.wait_for(lambda: self._lost is not None or condition())
            return self._lost is None

    def wait_for_next_try(self) -> None:
        """Block until a failed write should be tried again; raises as `raise_if_over` does."""
        with self.changed:
            self.raise_if_over()
            self.changed.wait(self._write_seconds)

    def raise_if_over(self) -> None:
        """End the training if it must not continue.

        Raises:
            StaleAttemptError: Another worker has the run.
            LostFilesError: The run's folder is gone.
            DiscardedError: The run is to be discarded.
        """
        self._raise_if_lost()
        if self._control.command is Command.DISCARD:
            raise DiscardedError

    def unconfirmed_points(self) -> tuple[MetricPoint, ...]:
        """The points that the store has not confirmed yet, oldest first."""
        with self.changed:
            return tuple(self._points)

    def unconfirmed_interventions(self) -> tuple[Intervention, ...]:
        """What was done by hand and the store has not confirmed yet, in order."""
        with self.changed:
            return tuple(self._interventions)

    def close(self) -> None:
        """Stop the thread and wait for its end; may be called more than once."""
        self._closing = True
        self._wake.set()
        self._thread.join()

    def close_with(self, write: Callable[[], T]) -> T:
        """Stop the thread, write what is left and call `write`, as `retry` does."""
        self.close()

        def write_all() -> T:
            self._write()
            return write()

        return self.retry(write_all)

    def retry(self, write: Callable[[], T], kind: type[StoreError] = StoreError) -> T:
        """Call `write`, which must succeed, retrying for up to ten minutes while the store does not answer.

        Args:
            write: Called again after each failure.
            kind: Other errors than these are raised at once.

        Raises:
            StoreError: The store did not answer for ten minutes.
            StaleAttemptError: Another worker has the run.
            LostFilesError: The run's folder is gone.
        """
        deadline = time.monotonic() + MAX_RETRY_SECONDS
        while True:
            self._raise_if_lost()
            try:
                return write()
            except kind as error:
                if time.monotonic() > deadline:
                    raise
                self._log_once(error)
            time.sleep(self._write_seconds)

    def _request_write(self) -> None:
        self._write_now = True
        self._wake.set()

    def _communicate(self) -> None:
        while not self._closing:
            self._wake.wait(self._poll_seconds)
            self._wake.clear()
            try:
                if self._write_now or time.monotonic() - self._last_write >= self._write_seconds:
                    self._write()
                    self._on_write()
                else:
                    self.poll()
            except StoreError as error:
                self._log_once(error)
            except LabError as error:
                with self.changed:
                    self._lost = error
                    self.changed.notify_all()
                return
            except Exception:
                log.exception("The connection continues after an unexpected error")

    def _write(self) -> None:
        self._ensure_kept()
        with self.changed:
            points, interventions = tuple(self._points), tuple(self._interventions)
            state, phase, total_steps = self._state, self._phase, self._total_steps
            step_done, self._write_now = self._step_done, False
        try:
            control = self.attempt.heartbeat(
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
        with self.changed:
            del self._points[: len(points)]
            del self._interventions[: len(interventions)]
            if step_done == self._step_done:
                self._step_done = False
                self._receive(control)

    def _receive(self, control: ControlState) -> None:
        self._control = control
        self.changed.notify_all()

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
