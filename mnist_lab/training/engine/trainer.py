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
from mnist_lab.training.callbacks import NoWishes, Wishes
from mnist_lab.training.checkpoint import Arrays, TrainingState
from mnist_lab.training.clock import Clock
from mnist_lab.training.engine.evaluation import Evaluator
from mnist_lab.training.engine.model import build, make_optimizer
from mnist_lab.training.engine.train_step import Floats, Steps, epoch_order
from mnist_lab.training.engine.variables import assign, fit, save_model, values_of
from mnist_lab.training.scoring import Scores, score

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
        self,
        network: Network,
        recipe: Recipe,
        split: Split,
        *,
        best_path: Path,
        last_path: Path,
        precision: str,
        wishes: Wishes | None = None,
    ) -> None:
        """Build the model; the same network, recipe and split give the same training on the same machine."""
        self.recipe = recipe
        self.model: keras.Model = build(network, seed=recipe.seed, precision=precision)
        self.batches = math.ceil(len(split.train_labels) / recipe.batch_size)
        """Steps to an epoch."""
        self.total_steps = self.batches * recipe.epochs
        self._split = split
        self._wishes: Wishes = wishes or NoWishes()
        self._best_path, self._last_path = best_path, last_path
        self._images = tf.constant(split.train_images)
        self._labels = tf.constant(split.train_labels)
        rates = learning_rates(recipe, self.total_steps)
        self._rates, self._rate_of = tf.constant(rates), rates
        self._optimizer = make_optimizer(recipe)
        self._steps = Steps(self.model, self._optimizer, recipe)
        self._evaluator = Evaluator(self.model)
        self._clock = Clock()
        self._chunk, self._factor = 1, 1.0
        self._epochs, self._best_epoch, self._best_loss, self._patience_from = 0, 0, math.inf, 0
        self._best: Arrays = ()

    def take_up(self, state: TrainingState, *, continued: bool = False) -> bool:
        """Go on from `state` instead of from the first weights; false, and nothing changed, if it does not fit.

        Args:
            state: Where a training of this network, recipe and split was.
            continued: It had ended there, and is to train for more epochs: patience that had run out starts anew.
        """
        best_fits = not state.best or fit(self.model.weights, state.best)
        if not (
            best_fits
            and fit(self.model.variables, state.model)
            and fit(self._optimizer.variables, state.optimizer)
            and state.epoch <= self.recipe.epochs
        ):
            return False
        assign(self.model.variables, state.model)
        assign(self._optimizer.variables, state.optimizer)
        self._epochs, self._best_epoch, self._best_loss = state.epoch, state.best_epoch, state.best_loss
        self._patience_from, self._best = state.patience_from, state.best
        self._clock = Clock(seconds=state.seconds, images=state.images, step_seconds=state.step_seconds)
        if continued and self._is_out_of_patience():
            self._patience_from = self._epochs
        return True

    def train(self, observer: Observer) -> Outcome:
        """Train until the recipe's end, early stopping, STOP, or a loss that is no number; then write the weights.

        Raises:
            OSError: The weights cannot be written.
        """
        stopped = diverged = False
        while self._epochs < self.recipe.epochs and not stopped and not self._is_out_of_patience():
            training = self._epoch(observer)
            if training.stopped or training.diverged:
                stopped, diverged = training.stopped, training.diverged
                break
            validation = self._validate()
            self._epochs += 1
            if validation.loss < self._best_loss:
                self._best_epoch, self._best_loss = self._epochs, validation.loss
                self._best = values_of(self.model.weights)
            point = self._point(self._epochs * self.batches, training.loss, training.accuracy, validation)
            with self._clock.paused():
                self._wishes.keep(self._state(point.seconds), point)
                stopped = observer.on_epoch(point, self) is Command.STOP
        self._save(last=not diverged)
        # A stop after the last epoch stops nothing.
        stopped = stopped and self._epochs < self.recipe.epochs
        return Outcome(self._epochs, self._best_epoch, stopped, diverged, self._clock.seconds(), self._clock.rate())

    def _is_out_of_patience(self) -> bool:
        patience = self.recipe.early_stopping
        return patience is not None and self._epochs - max(self._best_epoch, self._patience_from) >= patience

    def _state(self, seconds: float) -> TrainingState:
        return TrainingState(
            epoch=self._epochs,
            best_epoch=self._best_epoch,
            best_loss=self._best_loss,
            patience_from=self._patience_from,
            learning_rate_factor=self._factor,
            seconds=seconds,
            images=self._clock.images,
            step_seconds=self._clock.step_seconds,
            model=values_of(self.model.variables),
            optimizer=values_of(self._optimizer.variables),
            best=self._best,
        )

    def _save(self, *, last: bool) -> None:
        if last:
            save_model(self.model, self._last_path)
        if self._best_epoch:
            weights = values_of(self.model.weights)
            assign(self.model.weights, self._best)
            save_model(self.model, self._best_path)
            assign(self.model.weights, weights)

    def _epoch(self, observer: Observer) -> "_Training":
        epoch = self._epochs
        order = tf.constant(epoch_order(len(self._split.train_labels), self.recipe.seed, epoch))
        epoch_losses: list[float] = []
        epoch_hits: list[float] = []
        done = 0
        while done < self.batches:
            count = min(self._chunk, self.batches - done)
            self._factor = self._wishes.learning_rate_factor
            start = time.perf_counter()
            losses, accuracies = self._steps.run(
                self._images,
                self._labels,
                order,
                self._rates,
                first_batch=done,
                first_step=epoch * self.batches + done,
                count=count,
                factor=self._factor,
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
        probabilities = self._evaluator.probabilities(self._split.validation_images, self._breathe)
        return score(probabilities, self._split.validation_labels)

    def _breathe(self) -> None:
        with self._clock.paused():
            self._wishes.breathe()

    def _point(self, step: int, loss: float, accuracy: float, validation: Scores | None = None) -> MetricPoint:
        return MetricPoint(
            step=step,
            epoch=step / self.batches,
            kind="step" if validation is None else "epoch",
            training_loss=float(loss),
            training_accuracy=float(accuracy),
            validation_loss=None if validation is None else validation.loss,
            validation_accuracy=None if validation is None else validation.accuracy,
            learning_rate=float(self._rate_of[step - 1] * np.float32(self._factor)),
            seconds=self._clock.seconds(),
            samples_per_second=self._clock.rate(),
        )


@dataclass(frozen=True)
class _Training:
    loss: float
    accuracy: float
    stopped: bool
    diverged: bool


def _next_chunk(count: int, seconds: float) -> int:
    """As many steps as take `CHUNK_SECONDS`, but at most twice as many as now: the first ones are slow."""
    return max(1, min(2 * count, round(count * CHUNK_SECONDS / max(seconds, 1e-6))))
