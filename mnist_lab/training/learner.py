"""One training, from the first weights to the last: epochs, validation, early stopping, the best epoch's weights."""

import math
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import keras
import numpy as np
import tensorflow as tf

from mnist_lab.data import Split
from mnist_lab.network import Network
from mnist_lab.recipe import Recipe, learning_rates
from mnist_lab.runs import Command, MetricPoint
from mnist_lab.training.evaluation import Evaluator
from mnist_lab.training.keras_network import build
from mnist_lab.training.optimizers import make_optimizer
from mnist_lab.training.result import Scores, score
from mnist_lab.training.steps import Floats, Steps
from mnist_lab.training.weights import save_model

CHUNK_SECONDS = 0.25
"""Steps are run in chunks of about this length; after each the observer is told, and asked whether to go on."""


class Observer(Protocol):
    """Who is told how a training goes on, and may end it."""

    def on_chunk(self, point: MetricPoint) -> Command:
        """Called after each chunk of steps; STOP ends the training, and blocking pauses it."""

    def on_epoch(self, point: MetricPoint, learner: "Learner") -> Command:
        """Called after each epoch's validation."""


@dataclass(frozen=True)
class Outcome:
    """How a training ended."""

    epochs: int
    """Epochs completed."""
    best_epoch: int
    """1-based; the epoch with the lowest validation loss; 0 if none was completed."""
    stopped: bool
    """The observer ended it."""
    diverged: bool
    """The loss became NaN or infinite."""
    seconds: float
    """Training and validation, without the time the observer took."""
    samples_per_second: float
    """Training images per second of training steps; the first chunk, in which TensorFlow compiles, does not count."""


class Learner:
    """A model, its data and its recipe; `train` may be called once."""

    def __init__(
        self, network: Network, recipe: Recipe, split: Split, *, best_path: Path, last_path: Path, precision: str
    ) -> None:
        """Build the model; the same network, recipe and split give the same training on the same machine."""
        self.recipe = recipe
        self.model: keras.Model = build(network, seed=recipe.seed, precision=precision)
        self.batches = math.ceil(len(split.train_labels) / recipe.batch_size)
        """Steps to an epoch."""
        self.total_steps = self.batches * recipe.epochs
        self._split = split
        self._best_path, self._last_path = best_path, last_path
        self._images = tf.constant(split.train_images)
        self._labels = tf.constant(split.train_labels)
        rates = learning_rates(recipe, self.total_steps)
        self._rates, self._rate_of = tf.constant(rates), rates
        self._steps = Steps(self.model, make_optimizer(recipe), recipe)
        self._evaluator = Evaluator(self.model)
        self._clock = _Clock()
        self._chunk = 1

    def train(self, observer: Observer) -> Outcome:
        """Train until the recipe's end, early stopping, STOP, or a loss that is no number.

        Raises:
            OSError: The weights cannot be written.
        """
        epochs, best_epoch, best_loss = 0, 0, math.inf
        stopped = diverged = False
        while epochs < self.recipe.epochs and not stopped and not diverged:
            training = self._epoch(epochs, observer)
            if training.stopped or training.diverged:
                stopped, diverged = training.stopped, training.diverged
                break
            epochs += 1
            validation = self._validate()
            if validation.loss < best_loss:
                best_epoch, best_loss = epochs, validation.loss
                save_model(self.model, self._best_path)
            point = self._point(epochs * self.batches, training.loss, training.accuracy, validation)
            with self._clock.paused():
                stopped = observer.on_epoch(point, self) is Command.STOP
            patience = self.recipe.early_stopping
            if patience is not None and epochs - best_epoch >= patience:
                break
        if not diverged:
            save_model(self.model, self._last_path)
        # A stop after the last epoch stops nothing.
        stopped = stopped and epochs < self.recipe.epochs
        return Outcome(epochs, best_epoch, stopped, diverged, self._clock.seconds(), self._clock.rate())

    def _epoch(self, epoch: int, observer: Observer) -> "_Training":
        order = tf.constant(epoch_order(len(self._split.train_labels), self.recipe.seed, epoch))
        epoch_losses: list[float] = []
        epoch_hits: list[float] = []
        done = 0
        while done < self.batches:
            count = min(self._chunk, self.batches - done)
            start = time.perf_counter()
            losses, accuracies = self._steps.run(
                self._images,
                self._labels,
                order,
                self._rates,
                first_batch=done,
                first_step=epoch * self.batches + done,
                count=count,
            )
            sizes = self._sizes(done, count)
            self._clock.add_chunk(time.perf_counter() - start, int(sizes.sum()))
            self._chunk = _next_chunk(count, time.perf_counter() - start)
            done += count
            if not np.isfinite(losses).all():
                return _Training(math.nan, math.nan, stopped=False, diverged=True)
            epoch_losses.extend(losses.astype(np.float64) * sizes)
            epoch_hits.extend(accuracies.astype(np.float64) * sizes)
            loss, accuracy = (float(np.average(values, weights=sizes)) for values in (losses, accuracies))
            point = self._point(epoch * self.batches + done, loss, accuracy)
            with self._clock.paused():
                if observer.on_chunk(point) is Command.STOP:
                    return _Training(math.nan, math.nan, stopped=True, diverged=False)
        # An exact sum: the chunks' lengths follow the clock, and must not show in the last digits.
        size = len(self._split.train_labels)
        return _Training(math.fsum(epoch_losses) / size, math.fsum(epoch_hits) / size, stopped=False, diverged=False)

    def _sizes(self, first_batch: int, count: int) -> Floats:
        """Images in each of `count` batches of an epoch, float32 (count,)."""
        starts = np.arange(first_batch, first_batch + count) * self.recipe.batch_size
        left = len(self._split.train_labels) - starts
        return np.minimum(left, self.recipe.batch_size).astype(np.float32)

    def _validate(self) -> Scores:
        probabilities = self._evaluator.probabilities(self._split.validation_images)
        return score(probabilities, self._split.validation_labels)

    def _point(self, step: int, loss: float, accuracy: float, validation: Scores | None = None) -> MetricPoint:
        return MetricPoint(
            step=step,
            epoch=step / self.batches,
            kind="step" if validation is None else "epoch",
            training_loss=float(loss),
            training_accuracy=float(accuracy),
            validation_loss=None if validation is None else validation.loss,
            validation_accuracy=None if validation is None else validation.accuracy,
            learning_rate=float(self._rate_of[step - 1]),
            seconds=self._clock.seconds(),
            samples_per_second=self._clock.rate(),
        )


def epoch_order(size: int, seed: int, epoch: int) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    """The order of the training images in one epoch, int32 (size,): another in every epoch, the same for a seed."""
    return np.random.default_rng([seed, epoch]).permutation(size).astype(np.int32)


@dataclass(frozen=True)
class _Training:
    loss: float
    accuracy: float
    stopped: bool
    diverged: bool


class _Clock:
    """Seconds of training, and images a second of its steps."""

    def __init__(self) -> None:
        self._start: float | None = None
        self._paused_for = 0.0
        self._chunks = 0
        self._step_seconds = 0.0
        self._images = 0

    def add_chunk(self, seconds: float, images: int) -> None:
        if self._start is None:
            self._start = time.perf_counter() - seconds
        # The second chunk is the first one after compiling: it starts the count anew.
        if self._chunks == 1:
            self._step_seconds, self._images = 0.0, 0
        self._chunks += 1
        self._step_seconds += seconds
        self._images += images

    def paused(self) -> "_Pause":
        return _Pause(self)

    def leave_out(self, seconds: float) -> None:
        self._paused_for += seconds

    def seconds(self) -> float:
        return 0.0 if self._start is None else time.perf_counter() - self._start - self._paused_for

    def rate(self) -> float:
        return self._images / self._step_seconds if self._step_seconds else 0.0


class _Pause:
    def __init__(self, clock: _Clock) -> None:
        self._clock = clock

    def __enter__(self) -> None:
        self._start = time.perf_counter()

    def __exit__(self, *_: object) -> None:
        self._clock.leave_out(time.perf_counter() - self._start)


def _next_chunk(count: int, seconds: float) -> int:
    """As many steps as take `CHUNK_SECONDS`, but at most twice as many as now: the first ones are slow."""
    return max(1, min(2 * count, round(count * CHUNK_SECONDS / max(seconds, 1e-6))))
