"""Prediction for the page process, which sends its requests to a separate process that has loaded TensorFlow."""

import contextlib
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_lab.errors import PredictorError
from mnist_lab.inference.process import PredictorProcess, ProcessHungError, ProcessLostError
from mnist_lab.inference.protocol import (
    IMAGE_SHAPE,
    MAX_IMAGES,
    Floats,
    ProtocolError,
    invalid_reply,
    is_run_id,
    pack,
    pack_images,
    unpack,
)
from mnist_lab.inference.reading import Reading
from mnist_lab.network import CLASSES
from mnist_lab.novelty import DigitScore
from mnist_lab.settings import Settings

LOG_NAME = "predictor.log"
START_TIMEOUT = 90.0  # seconds; importing TensorFlow takes 3 to 6 on a quiet machine, many more on a busy one
ANSWER_TIMEOUT = 20.0  # seconds; loading a network takes about 1
MAX_PAUSE = 60.0  # seconds between two starts of a process that keeps dying
MAX_HOLD = 30.0  # seconds that a start waits while others need the processor
HOLD_POLL = 0.5  # seconds between two calls of `hold`
MAX_RUNS_AT_ONCE = 64


@dataclass(frozen=True)
class Answer:
    """The prediction of one run's network for an image.

    Attributes:
        run_id: The run.
        probabilities: float32 (10,), sums to 1; None if the network cannot be used.
        error: Why it cannot be used; "" if it can.
        is_untrained: Whether it cannot be used because it has no weights yet.
        digit_score: Whether the image is a digit at all; None for a run in training, and while it is worked out.
        epoch: Epochs that the weights were trained for, fractional, if they are those of a run in training; else None.
    """

    run_id: str
    probabilities: Floats | None
    error: str = ""
    is_untrained: bool = False
    digit_score: DigitScore | None = None
    epoch: float | None = None


class Predictor:
    """Keeps a predictor process alive and sends it requests. One object serves all threads of the page process.

    Requests are sent one at a time; one takes a few milliseconds if the model is loaded. A process that dies is started
    again, and the request is sent once more. A process that hangs is killed, and the request fails.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        command: Sequence[str] | None = None,
        start_timeout: float = START_TIMEOUT,
        answer_timeout: float = ANSWER_TIMEOUT,
    ) -> None:
        """Does not start the process. `command` is another program that implements `protocol`; timeouts in seconds."""
        self._command = list(command or (sys.executable, "-m", "mnist_lab", "predictor"))
        self._log_path = settings.home / LOG_NAME
        self._start_timeout = start_timeout
        self._answer_timeout = answer_timeout
        self._process: PredictorProcess | None = None
        self._process_lock = threading.Lock()  # held to start or drop the process
        self._request_lock = threading.Lock()  # held to send a request
        # Held by the one that waits for `_request_lock`: who asks again and again, as the view of all networks does,
        # cannot overtake it.
        self._next_lock = threading.Lock()
        self._closed = threading.Event()
        self._monitor: threading.Thread | None = None
        self._warming: set[str] = set()

    @property
    def pid(self) -> int | None:
        """Id of the current process; None if there is none."""
        process = self._process
        return process.pid if process is not None and process.alive else None

    def start(self, delay: float = 0.0, hold: Callable[[], bool] = lambda: False) -> None:
        """Start the process and keep it alive until `close`; returns immediately.

        Args:
            delay: Seconds to wait before the start.
            hold: The start is delayed while this returns true, at most `MAX_HOLD` seconds; a request starts it earlier.
        """
        with self._process_lock:
            if self._monitor is None and not self._closed.is_set():
                keep_alive = partial(self._keep_alive, delay, hold)
                self._monitor = threading.Thread(target=keep_alive, name="predictor", daemon=True)
                self._monitor.start()

    def predict(self, run_id: str, image: Floats) -> Floats:
        """Predict the digit in `image` with the network of one run; its probabilities float32 (10,), see `read`.

        Raises:
            PredictorError: See `read`.
        """
        return self.read(run_id, image).probabilities

    def read(self, run_id: str, image: Floats) -> Reading:
        """Predict the digit in `image` with the network of one run.

        Args:
            run_id: Id of a run that has weights.
            image: float32 (28, 28), 0..1, white ink on black, as `drawing.normalize_drawing` makes it.

        Raises:
            PredictorError: The run has no usable weights, or the process did not reply even after a restart.
        """
        answer = self.predict_many([run_id], image)[0]
        if answer.probabilities is None:
            raise PredictorError(answer.error)
        return Reading(answer.probabilities, answer.digit_score)

    def predict_many(self, run_ids: Sequence[str], image: Floats) -> list[Answer]:
        """Predict the digit in one image with the networks of several runs; one answer per run, in the same order.

        Raises:
            PredictorError: The request is invalid, or the process did not reply even after a restart.
        """
        image = _checked_image(image)
        return self._answers(run_ids, {"image": pack(image)})

    def predict_now(self, run_id: str, image: Floats) -> Answer:
        """Predict the digit in `image` with the network of one run as it is now, even in the middle of its training.

        The first request for a run in training asks its worker for the weights; they are there a second later.

        Raises:
            PredictorError: The request is invalid, or the process did not reply even after a restart.
        """
        return self._answers([run_id], {"image": pack(_checked_image(image)), "live": True})[0]

    def predict_images(self, run_id: str, images: NDArray[np.uint8]) -> Floats:
        """Predict many images uint8 (n, 28, 28) with the network of one run: probabilities float32 (n, 10).

        Raises:
            PredictorError: The run has no usable weights, or the process did not reply even after a restart.
        """
        parts = [self._batch(run_id, images[start : start + MAX_IMAGES]) for start in range(0, len(images), MAX_IMAGES)]
        return np.concatenate(parts) if parts else np.zeros((0, CLASSES), np.float32)

    def inspect(self, run_id: str, image: Floats, kind: str, **options: Any) -> dict[str, Any]:
        """Look into the network of one run while it reads `image`; `inspection` has a function for each kind.

        Raises:
            PredictorError: The network cannot be used, or the process did not reply even after a restart.
        """
        (entry,) = self._entries([run_id], {"image": pack(_checked_image(image)), "inspect": kind, **options})
        if "error" in entry:
            raise PredictorError(str(entry["error"]))
        return entry

    def warm(self, run_id: str) -> None:
        """Load the model of a run in the background, so that the first prediction is as fast as later ones.

        Returns immediately. Errors are reported by the first prediction, not here.
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
        """End the process; further requests raise PredictorError. May be called more than once."""
        self._closed.set()
        with self._process_lock:
            if self._process is not None:
                self._process.close()
                self._process = None

    def _batch(self, run_id: str, images: NDArray[np.uint8]) -> Floats:
        (entry,) = self._entries([run_id], {"images": pack_images(images)})
        if "error" in entry:
            raise PredictorError(str(entry["error"]))
        try:
            return unpack(entry.get("batch"), (len(images), CLASSES))
        except ProtocolError as error:
            raise invalid_reply() from error

    def _answers(self, run_ids: Sequence[str], request: dict[str, Any]) -> list[Answer]:
        entries = self._entries(run_ids, request)
        try:
            return [_answer(run_id, entry) for run_id, entry in zip(run_ids, entries, strict=True)]
        except (KeyError, TypeError, ValueError, ProtocolError) as error:
            raise invalid_reply() from error

    def _entries(self, run_ids: Sequence[str], request: dict[str, Any]) -> list[dict[str, Any]]:
        """What the process answers for each run."""
        if not 1 <= len(run_ids) <= MAX_RUNS_AT_ONCE:
            raise PredictorError(f"A request must name 1 to {MAX_RUNS_AT_ONCE} runs. Received: {len(run_ids)}.")
        for run_id in run_ids:
            if not is_run_id(run_id):
                raise PredictorError(f"A run's id is eight characters of a-z and 0-9. Received: {str(run_id)[:40]!r}.")
        reply = self._ask({**request, "runs": list(run_ids)})
        if "error" in reply:
            raise PredictorError(str(reply["error"]))
        entries = reply.get("answers")
        if not isinstance(entries, list) or len(entries) != len(run_ids):
            raise invalid_reply()
        return entries

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        timeout = self._answer_timeout + self._start_timeout
        if not self._next_lock.acquire(timeout=timeout):
            raise _busy()
        try:
            is_next = self._request_lock.acquire(timeout=timeout)
        finally:
            self._next_lock.release()
        if not is_next:
            raise _busy()
        try:
            return self._ask_twice(request)
        finally:
            self._request_lock.release()

    def _ask_twice(self, request: dict[str, Any]) -> dict[str, Any]:
        for _ in range(2):
            process = self._running_process()
            try:
                process.wait_ready(self._start_timeout)
                return process.ask(request, self._answer_timeout)
            except ProcessHungError:
                raise PredictorError(
                    f"The predictor did not reply within {self._answer_timeout:g} s and is restarted; "
                    f"try again. Its log is {self._log_path}."
                ) from None
            except ProcessLostError:
                self._drop(process)
        raise PredictorError(f"The predictor process failed twice at this request; its log is {self._log_path}.")

    def _running_process(self) -> PredictorProcess:
        with self._process_lock:
            if self._closed.is_set():
                raise PredictorError("The predictor is closed.")
            if self._process is None or not self._process.alive:
                if self._process is not None:
                    self._process.kill()  # it has ended already: this closes its pipe
                try:
                    self._process = PredictorProcess(self._command, self._log_path)
                except OSError as error:
                    raise PredictorError(f"The predictor process cannot be started: {error}.") from error
            return self._process

    def _drop(self, process: PredictorProcess) -> None:
        with self._process_lock:
            process.kill()
            if self._process is process:
                self._process = None

    def _keep_alive(self, delay: float, hold: Callable[[], bool]) -> None:
        self._closed.wait(delay)
        deadline = time.monotonic() + MAX_HOLD
        while hold() and self._process is None and time.monotonic() < deadline and not self._closed.wait(HOLD_POLL):
            pass
        pause = 0.0
        while not self._closed.wait(pause):
            try:
                process = self._running_process()
            except PredictorError:
                pause = MAX_PAUSE
                continue
            while not process.wait_end(1.0) and not self._closed.is_set():
                pass
            lifetime = time.monotonic() - process.started
            # A process that ends soon after its start will probably do so again: the pause doubles each time.
            pause = 0.5 if lifetime > MAX_PAUSE else min(MAX_PAUSE, max(0.5, 2 * pause))


def _busy() -> PredictorError:
    return PredictorError("The predictor is busy with other drawings. Try again in a few seconds.")


def _checked_image(image: Floats) -> Floats:
    image = np.asarray(image, dtype=np.float32)
    if image.shape != IMAGE_SHAPE:
        raise PredictorError(f"An image must have the shape {IMAGE_SHAPE}. Received: {image.shape}.")
    if not (np.isfinite(image).all() and image.min() >= 0.0 and image.max() <= 1.0):
        raise PredictorError("The values of an image must be between 0 and 1.")
    return image


def _answer(run_id: str, entry: dict[str, Any]) -> Answer:
    if "error" in entry:
        return Answer(run_id, None, str(entry["error"]), is_untrained=entry.get("untrained") is True)
    probabilities = unpack(entry["probabilities"], (CLASSES,))
    digit_score = DigitScore(float(entry["score"]), entry["is_digit"] is True) if "score" in entry else None
    epoch = float(entry["epoch"]) if "epoch" in entry else None
    return Answer(run_id, probabilities, digit_score=digit_score, epoch=epoch)
