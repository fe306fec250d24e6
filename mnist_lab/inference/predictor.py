"""The page process asks here what a network reads; a process of its own, with TensorFlow, answers."""

import contextlib
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from mnist_lab.errors import PredictorError
from mnist_lab.inference.process import Child, ChildHungError, ChildLostError
from mnist_lab.inference.protocol import PICTURE_SHAPE, Floats, ProtocolError, is_run_id, pack, unpack
from mnist_lab.network import CLASSES
from mnist_lab.settings import Settings

LOG_NAME = "predictor.log"
START_TIMEOUT = 90.0  # seconds; importing TensorFlow takes 3 to 6 on a quiet machine, many more on a busy one
ANSWER_TIMEOUT = 20.0  # seconds; loading a network takes about 1
LONGEST_PAUSE = 60.0  # seconds between two starts of a process that keeps dying
LONGEST_HOLD = 30.0  # seconds that a start waits for others that want the processor
HOLD_POLL = 0.5  # seconds
MAX_RUNS_AT_ONCE = 64


@dataclass(frozen=True)
class Answer:
    """What one run's network says about a picture.

    Attributes:
        run_id: The run that was asked.
        probabilities: float32 (10,), sums to 1; None when this run cannot answer.
        sentence: Why not; empty when it did.
    """

    run_id: str
    probabilities: Floats | None
    sentence: str = ""


class Predictor:
    """The predictor process, kept alive: one object for the whole page process, shared by all its threads.

    Questions are asked one at a time; a warm one takes a few milliseconds. A process that dies is started again; the
    question it died over is asked once more. One that hangs is killed, and the question fails.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        command: Sequence[str] | None = None,
        start_timeout: float = START_TIMEOUT,
        answer_timeout: float = ANSWER_TIMEOUT,
    ) -> None:
        """Start nothing yet. `command` is another program that speaks the protocol; timeouts are in seconds."""
        self._command = list(command or (sys.executable, "-m", "mnist_lab", "predictor"))
        self._log_path = settings.home / LOG_NAME
        self._start_timeout = start_timeout
        self._answer_timeout = answer_timeout
        self._child: Child | None = None
        self._starting = threading.Lock()  # held to start or drop the process
        self._turn = threading.Lock()  # held to ask it
        self._closed = threading.Event()
        self._keeper: threading.Thread | None = None
        self._warming: set[str] = set()

    @property
    def pid(self) -> int | None:
        """Process id of the process that would be asked now; None when there is none."""
        child = self._child
        return child.pid if child is not None and child.alive else None

    def start(self, delay: float = 0.0, hold: Callable[[], bool] = lambda: False) -> None:
        """Start the process and keep it alive until `close`; returns at once.

        Args:
            delay: Seconds from now.
            hold: The start waits while this is true, but no longer than `LONGEST_HOLD` seconds; a question does not.
        """
        with self._starting:
            if self._keeper is None and not self._closed.is_set():
                keep_alive = partial(self._keep_alive, delay, hold)
                self._keeper = threading.Thread(target=keep_alive, name="predictor", daemon=True)
                self._keeper.start()

    def predict(self, run_id: str, picture: Floats) -> Floats:
        """Ask the network of one run what digit `picture` shows.

        Args:
            run_id: Id of a run that has weights.
            picture: float32 (28, 28), 0..1, white ink on black, as `drawing.to_mnist` makes it.

        Returns:
            Probabilities of the digits 0 to 9, float32 (10,), summing to 1.

        Raises:
            PredictorError: The run has no usable weights, or the process did not answer even when started again.
        """
        answer = self.predict_many([run_id], picture)[0]
        if answer.probabilities is None:
            raise PredictorError(answer.sentence)
        return answer.probabilities

    def predict_many(self, run_ids: Sequence[str], picture: Floats) -> list[Answer]:
        """Ask the networks of several runs about the same picture; one answer a run, in the order asked.

        Raises:
            PredictorError: The question cannot be asked, or the process did not answer even when started again.
        """
        picture = _checked_picture(picture)
        return self._answers(run_ids, {"picture": pack(picture)})

    def warm(self, run_id: str) -> None:
        """Have the network of a run loaded, so that the first picture is read as fast as the second.

        Returns at once, and says nothing of a run that cannot be loaded: the first prediction will.
        """
        if run_id in self._warming or self._closed.is_set():
            return
        self._warming.add(run_id)

        def load() -> None:
            with contextlib.suppress(PredictorError):
                self._answers([run_id], {})
            self._warming.discard(run_id)

        threading.Thread(target=load, name="predictor-warm", daemon=True).start()

    def close(self) -> None:
        """End the process; further questions raise PredictorError. May be called more than once."""
        self._closed.set()
        with self._starting:
            if self._child is not None:
                self._child.close()
                self._child = None

    def _answers(self, run_ids: Sequence[str], question: dict[str, Any]) -> list[Answer]:
        if not 1 <= len(run_ids) <= MAX_RUNS_AT_ONCE:
            raise PredictorError(
                f"Between 1 and {MAX_RUNS_AT_ONCE} runs can be asked at once. Received: {len(run_ids)}."
            )
        for run_id in run_ids:
            if not is_run_id(run_id):
                raise PredictorError(f"A run's id is eight characters of a-z and 0-9. Received: {str(run_id)[:40]!r}.")
        reply = self._ask({**question, "runs": list(run_ids)})
        if "sentence" in reply:
            raise PredictorError(str(reply["sentence"]))
        try:
            return [_answer(run_id, entry) for run_id, entry in zip(run_ids, reply["answers"], strict=True)]
        except (KeyError, TypeError, ValueError, ProtocolError) as error:
            raise PredictorError("The predictor process gave an answer that makes no sense; try again.") from error

    def _ask(self, question: dict[str, Any]) -> dict[str, Any]:
        if not self._turn.acquire(timeout=self._answer_timeout + self._start_timeout):
            raise PredictorError("The predictor is busy with other drawings; try again in a moment.")
        try:
            return self._ask_twice(question)
        finally:
            self._turn.release()

    def _ask_twice(self, question: dict[str, Any]) -> dict[str, Any]:
        for _ in range(2):
            child = self._living_child()
            try:
                child.wait_ready(self._start_timeout)
                return child.ask(question, self._answer_timeout)
            except ChildHungError:
                raise PredictorError(
                    f"The predictor did not answer within {self._answer_timeout:g} s and is started again; "
                    f"try once more. Its log is {self._log_path}."
                ) from None
            except ChildLostError:
                self._drop(child)
        raise PredictorError(f"The predictor process failed twice over this question; its log is {self._log_path}.")

    def _living_child(self) -> Child:
        with self._starting:
            if self._closed.is_set():
                raise PredictorError("The predictor is closed.")
            if self._child is None or not self._child.alive:
                if self._child is not None:
                    self._child.kill()  # it is dead already: this closes its pipe
                try:
                    self._child = Child(self._command, self._log_path)
                except OSError as error:
                    raise PredictorError(f"The predictor process cannot be started: {error}.") from error
            return self._child

    def _drop(self, child: Child) -> None:
        with self._starting:
            child.kill()
            if self._child is child:
                self._child = None

    def _keep_alive(self, delay: float, hold: Callable[[], bool]) -> None:
        self._closed.wait(delay)
        at_last = time.monotonic() + LONGEST_HOLD
        while hold() and self._child is None and time.monotonic() < at_last and not self._closed.wait(HOLD_POLL):
            pass
        pause = 0.0
        while not self._closed.wait(pause):
            try:
                child = self._living_child()
            except PredictorError:
                pause = LONGEST_PAUSE
                continue
            while not child.wait_end(1.0) and not self._closed.is_set():
                pass
            lived = time.monotonic() - child.started
            # One that dies young would only die again: wait twice as long each time.
            pause = 0.5 if lived > LONGEST_PAUSE else min(LONGEST_PAUSE, max(0.5, 2 * pause))


def _checked_picture(picture: Floats) -> Floats:
    picture = np.asarray(picture, dtype=np.float32)
    if picture.shape != PICTURE_SHAPE:
        raise PredictorError(f"A picture is {PICTURE_SHAPE} numbers. Received: {picture.shape}.")
    if not (np.isfinite(picture).all() and picture.min() >= 0.0 and picture.max() <= 1.0):
        raise PredictorError("The numbers of a picture are ink between 0 and 1.")
    return picture


def _answer(run_id: str, entry: dict[str, Any]) -> Answer:
    if "sentence" in entry:
        return Answer(run_id, None, str(entry["sentence"]))
    return Answer(run_id, unpack(entry["probabilities"], (CLASSES,)))
