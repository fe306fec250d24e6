"""Between a training and the run store: points go out, commands come in, and the training never waits for the disk."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from mnist_lab.errors import LabError, StaleAttemptError, StoreError
from mnist_lab.runs import Command, MetricPoint, Result, Run, RunState, RunStore

POLL_SECONDS = 0.2
WRITE_SECONDS = 1.0
PATIENCE_SECONDS = 600.0

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Progress:
    """What a training in the foreground tells its caller."""

    phase: str
    """"waiting", "loading data", "building", "training", "paused", "evaluating"."""
    total_steps: int = 0
    point: MetricPoint | None = None
    sentence: str = ""


ProgressCallback = Callable[[Progress], None]


class Reporter:
    """Observer of one training, with a thread that alone talks to the store.

    The thread polls the wanted command, writes heartbeats and points about once a second, and keeps what it could not
    write while the store does not answer. A context: the thread lives within it.
    """

    def __init__(self, store: RunStore, run: Run, callback: ProgressCallback | None = None):
        self._store = store
        self._run = run
        self._callback = callback or _ignore
        # Guards what follows; notified when the command changes or the attempt is lost.
        self._changed = threading.Condition()
        self._points: list[MetricPoint] = []
        self._has_points = False
        self._phase = ""
        self._total_steps = 0
        self._wanted_state = RunState.STARTING
        self._command = Command.NONE
        self._lost: LabError | None = None
        self._urgent = True
        self._told_state = RunState.STARTING
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
        """Say what the run is at now, and hear what is wanted.

        Raises:
            StaleAttemptError: The run is not this attempt's any more.
        """
        with self._changed:
            self._raise_if_lost()
            self._phase = phase
            self._total_steps = total_steps or self._total_steps
            if phase == "training":
                self._wanted_state = RunState.RUNNING
            self._hurry()
        self._callback(Progress(phase, self._total_steps, sentence=sentence))
        return self._command

    def on_chunk(self, point: MetricPoint) -> Command:
        """Take a point of the training; returns once the training may go on, or is to stop.

        Raises:
            StaleAttemptError: The run is not this attempt's any more.
        """
        return self._take(point)

    def on_epoch(self, point: MetricPoint, _learner: object) -> Command:
        """Take an epoch's point; returns once the training may go on, or is to stop.

        Raises:
            StaleAttemptError: The run is not this attempt's any more.
        """
        return self._take(point)

    def end(self, state: RunState, result: Result | None, sentence: str) -> None:
        """Write the last points and the run's end, and wait for the store as long as ten minutes if need be.

        Raises:
            StaleAttemptError: The run is not this attempt's any more.
            StoreError: The store did not answer for ten minutes; the run will be found interrupted.
        """
        self.__exit__(None, None, None)

        def write_end() -> None:
            self._write()
            self._store.finish(self._run.id, self._run.attempt, state, result, sentence)

        self.insist(write_end)

    def insist(self, write: Callable[[], None]) -> None:
        """Do a write that the run cannot do without, and wait for the store as long as ten minutes if need be.

        Raises:
            StaleAttemptError: The run is not this attempt's any more.
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
            if self._command is Command.PAUSE:
                self._pause()
            self._raise_if_lost()
            return self._command

    def _pause(self) -> None:
        self._wanted_state, self._phase = RunState.PAUSED, "paused"
        self._hurry()
        self._callback(Progress("paused", self._total_steps))
        self._changed.wait_for(lambda: self._command is not Command.PAUSE or self._lost is not None)
        self._wanted_state, self._phase = RunState.RUNNING, "training"
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
            command = self._write()
        else:
            command = self._store.wanted(self._run.id, self._run.attempt).command
        with self._changed:
            self._command = command
            self._changed.notify_all()

    def _write(self) -> Command:
        with self._changed:
            points, phase, total_steps, state = self._points, self._phase, self._total_steps, self._wanted_state
            self._points, self._urgent = [], False
        try:
            if state is not self._told_state:
                self._store.move(self._run.id, self._run.attempt, state)
                self._told_state = state
            command = self._store.heartbeat(
                self._run.id, self._run.attempt, points=points, phase=phase, total_steps=total_steps
            ).command
        except StoreError:
            with self._changed:
                self._points = points + self._points
            raise
        finally:
            self._last_write = time.monotonic()
        self._trouble = ""
        return command

    def _note(self, error: StoreError) -> None:
        # Once, not once a second: the disk may be full.
        if str(error) != self._trouble:
            self._trouble = str(error)
            log.warning("The training goes on while the store does not answer: %s", error)

    def _raise_if_lost(self) -> None:
        if self._lost is not None:
            raise StaleAttemptError(str(self._lost)) from self._lost


def _ignore(_progress: Any) -> None:
    pass
