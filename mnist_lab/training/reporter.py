"""Between a training and the run store: points go out, commands come in, and the training never waits for the disk."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from types import TracebackType
from typing import Self, TypeVar

from mnist_lab.errors import LabError, StaleAttemptError, StoreError
from mnist_lab.runs import Command, ControlState, MetricPoint, Result, Run, RunState, RunStore
from mnist_lab.training.progress import Progress, ProgressCallback, ignore_progress

POLL_SECONDS = 0.2
WRITE_SECONDS = 1.0
PATIENCE_SECONDS = 600.0

log = logging.getLogger(__name__)


T = TypeVar("T")


class DiscardedError(Exception):
    """The run is to be discarded: raised through the training, so that it ends at once."""


class Reporter:
    """Observer of one training, with a thread that alone talks to the store.

    The thread polls the wanted command, writes heartbeats and points about once a second, and keeps what it could not
    write while the store does not answer. A context: the thread lives within it.

    Its methods raise `StaleAttemptError` when the run is not this attempt's any more, and those that the training calls
    raise `DiscardedError` when the run is to be discarded.
    """

    def __init__(self, store: RunStore, run: Run, callback: ProgressCallback | None = None):
        self._attempt = store.attempt(run)
        self._callback = callback or ignore_progress
        # Guards what follows; notified when the command changes or the attempt is lost.
        self._changed = threading.Condition()
        self._points: list[MetricPoint] = []
        self._has_points = False
        self._phase = ""
        self._total_steps = 0
        self._wanted_state = RunState.STARTING
        self._wanted = ControlState(Command.NONE, run.learning_rate_factor)
        self._stepped = False
        self._lost: LabError | None = None
        self._urgent = True
        self._last_write = 0.0
        self._trouble = ""
        self._wake = threading.Event()
        self._closing = False
        self._thread = threading.Thread(target=self._talk, name="reporter", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing = True
        self._wake.set()
        self._thread.join()

    def enter(self, phase: str, *, total_steps: int = 0, sentence: str = "") -> Command:
        """Say what the run is at now, and hear what is wanted."""
        with self._changed:
            self._raise_if_over()
            self._phase = phase
            self._total_steps = total_steps or self._total_steps
            if phase == "training":
                self._wanted_state = RunState.RUNNING
            self._hurry()
        self._callback(Progress(phase, self._total_steps, sentence=sentence))
        return self._wanted.command

    @property
    def learning_rate_factor(self) -> float:
        """What the schedule is to be multiplied by."""
        return self._wanted.learning_rate_factor

    def on_chunk(self, point: MetricPoint) -> Command:
        """Take a point of the training; returns once the training may go on, or is to stop."""
        return self._take(point)

    def on_epoch(self, point: MetricPoint, _learner: object) -> Command:
        """Take an epoch's point; returns once the training may go on, or is to stop. STEP ends in a pause here."""
        return self._take(point)

    def breathe(self) -> None:
        """Hold the evaluation while the run is paused."""
        with self._changed:
            self._pause_if_wanted()
            self._raise_if_over()

    def unconfirmed(self) -> tuple[MetricPoint, ...]:
        """The points that the store has not confirmed yet, oldest first."""
        with self._changed:
            return tuple(self._points)

    def end(self, state: RunState, result: Result | None, message: str, diverged: bool = False) -> bool:
        """Write the last points and the run's end, and wait for the store as long as ten minutes if need be.

        Returns:
            False if the run was to be discarded at the last moment, and is deleted now.

        Raises:
            StoreError: The store did not answer for ten minutes; the run will be found interrupted.
        """
        self.__exit__(None, None, None)

        def write_end() -> bool:
            self._write()
            return self._attempt.finish(state, result, message, diverged=diverged)

        return self.insist(write_end)

    def discard(self) -> None:
        """Delete the run, and wait for the store as long as ten minutes if need be.

        Raises:
            StoreError: The store did not answer for ten minutes.
        """
        self.__exit__(None, None, None)
        self.insist(lambda: self._attempt.discard())

    def insist(self, write: Callable[[], T]) -> T:
        """Do a write that the run cannot do without, and wait for the store as long as ten minutes if need be.

        Raises:
            StoreError: The store did not answer for ten minutes.
        """
        give_up = time.monotonic() + PATIENCE_SECONDS
        while True:
            self._raise_if_lost()
            try:
                return write()
            except StoreError as error:
                if time.monotonic() > give_up:
                    raise
                self._note(error)
            time.sleep(WRITE_SECONDS)

    def _take(self, point: MetricPoint) -> Command:
        self._callback(Progress("training", self._total_steps, point))
        with self._changed:
            self._points.append(point)
            if point.kind == "epoch" or not self._has_points:
                self._has_points = True
                self._hurry()
            ends_epoch = point.kind == "epoch" and point.step < self._total_steps
            if ends_epoch and self._wanted.command is Command.STEP:
                # As the store will have it: whatever was asked for after the step goes before it.
                self._stepped = True
                self._wanted = replace(self._wanted, command=Command.PAUSE)
            self._pause_if_wanted()
            self._raise_if_over()
            return self._wanted.command

    def _pause_if_wanted(self) -> None:
        if self._wanted.command is not Command.PAUSE:
            return
        phase = self._phase
        self._wanted_state, self._phase = RunState.PAUSED, "paused"
        self._hurry()
        self._callback(Progress("paused", self._total_steps))
        self._changed.wait_for(lambda: self._wanted.command is not Command.PAUSE or self._lost is not None)
        self._wanted_state, self._phase = RunState.RUNNING, phase
        self._hurry()

    def _hurry(self) -> None:
        self._urgent = True
        self._wake.set()

    def _talk(self) -> None:
        while not self._closing:
            self._wake.wait(POLL_SECONDS)
            self._wake.clear()
            try:
                self._beat()
            except StoreError as error:
                self._note(error)
            except LabError as error:
                with self._changed:
                    self._lost = error
                    self._changed.notify_all()
                return
            except Exception:
                log.exception("The reporter goes on after an error that it does not know")

    def _beat(self) -> None:
        if self._urgent or time.monotonic() - self._last_write >= WRITE_SECONDS:
            self._write()
            return
        wanted = self._attempt.control_state()
        with self._changed:
            # A step that has just been done still stands in the store until the next write.
            if not self._stepped:
                self._hear(wanted)

    def _write(self) -> None:
        with self._changed:
            points, phase, total_steps, state = tuple(self._points), self._phase, self._total_steps, self._wanted_state
            stepped, self._urgent = self._stepped, False
        try:
            wanted = self._attempt.heartbeat(
                points=points,
                state=state,
                phase=phase,
                total_steps=total_steps,
                stepped=stepped,
            )
        finally:
            self._last_write = time.monotonic()
        self._trouble = ""
        with self._changed:
            del self._points[: len(points)]
            if stepped == self._stepped:
                self._stepped = False
                self._hear(wanted)

    def _hear(self, wanted: ControlState) -> None:
        self._wanted = wanted
        self._changed.notify_all()

    def _note(self, error: StoreError) -> None:
        # Once, not once a second: the disk may be full.
        if str(error) != self._trouble:
            self._trouble = str(error)
            log.warning("The training goes on while the store does not answer: %s", error)

    def _raise_if_lost(self) -> None:
        if self._lost is not None:
            raise StaleAttemptError(str(self._lost)) from self._lost

    def _raise_if_over(self) -> None:
        self._raise_if_lost()
        if self._wanted.command is Command.DISCARD:
            raise DiscardedError
