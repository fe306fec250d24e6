"""Trains one network: epochs, validation, early stopping, the best epoch's weights."""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from mnist_lab.data import Split
from mnist_lab.network import Network
from mnist_lab.recipe import Recipe, learning_rates
from mnist_lab.runs import Command, MetricPoint
from mnist_lab.training.callbacks import CallbackList, TrainingCallback
from mnist_lab.training.checkpoint import Arrays, TrainingState
from mnist_lab.training.clock import Clock
from mnist_lab.training.engine.epoch_images import EpochImages
from mnist_lab.training.engine.evaluation import Evaluator
from mnist_lab.training.engine.model import build, make_optimizer
from mnist_lab.training.engine.train_step import Floats, StepRunner
from mnist_lab.training.engine.variables import assign, copy_values, load_weights, save_model, values_fit
from mnist_lab.training.scoring import Scores, score

CHUNK_SECONDS = 0.25
"""Steps are run in chunks of about this length; after each the callbacks are called."""


@dataclass(frozen=True)
class Outcome:
    """How a training ended."""

    epochs: int
    """Epochs completed."""
    best_epoch: int
    """1-based; the epoch with the lowest validation loss; 0 if none was completed."""
    stopped: bool
    """A callback returned STOP before the last epoch was completed."""
    diverged: bool
    """The loss became NaN or infinite."""
    seconds: float
    """Training and validation, without the time of the callbacks."""
    samples_per_second: float
    """Training images per second of training steps; the first chunk, in which TensorFlow compiles, does not count."""


class Trainer:
    """Trains a model on a data set by a recipe; `train` may be called once."""

    def __init__(
        self,
        network: Network,
        recipe: Recipe,
        split: Split,
        *,
        best_path: Path,
        last_path: Path,
        precision: str,
        callbacks: Sequence[TrainingCallback] = (),
        insist: Callable[[Callable[[], None]], None] = lambda write: write(),
        initial_path: Path | None = None,
    ) -> None:
        """Build the model; the same network, recipe and split give the same training on the same machine.

        Args:
            network: A valid network.
            recipe: How it is trained.
            split: Training and validation images.
            best_path: Where the weights of the best epoch are written at the end.
            last_path: Where the last weights are written at the end.
            precision: "float32" or "mixed_bfloat16".
            callbacks: Called in this order at each hook.
            insist: Calls the function that writes the weights; it may call it again if it fails.
            initial_path: The network, as Keras saves it, whose weights the training starts with; None for random ones.

        Raises:
            StoreError: The weights to start with cannot be read.
        """
        self.network, self.recipe, self.split, self.precision = network, recipe, split, precision
        self.model: keras.Model = build(network, seed=recipe.seed, precision=precision)
        if initial_path is not None:
            load_weights(self.model, initial_path)
        self.batches = math.ceil(len(split.train_labels) / recipe.batch_size)
        """Steps per epoch."""
        self.total_steps = self.batches * recipe.epochs
        self.epochs_done = 0
        self._callbacks = CallbackList(callbacks)
        self._best_path, self._last_path, self._insist = best_path, last_path, insist
        self._epoch_images = EpochImages(split, recipe)
        self._rates = learning_rates(recipe, self.total_steps)
        self._rates_tensor = tf.constant(self._rates)
        self._optimizer = make_optimizer(recipe)
        self._step_runner = StepRunner(self.model, self._optimizer, recipe)
        self.evaluator = Evaluator(self.model)
        """Predicts with the model's current weights; traced already, once an epoch has ended."""
        self.validation: Scores | None = None
        """Of the weights as they are now; None if they have not been validated since they changed."""
        self.best_validation: Scores | None = None
        """Of the best epoch, if this process trained it."""
        self._clock = Clock()
        self._chunk, self._factor = 1, 1.0
        self._best_epoch, self._best_loss, self._patience_from = 0, math.inf, 0
        self._best: Arrays = ()
        # Of each batch of the present epoch. Not sums, since the length of a chunk depends on the clock and must not
        # change the last digits of the result.
        self._losses: list[float] = []
        self._correct: list[float] = []

    @property
    def batches_done(self) -> int:
        """Batches of the present epoch that are done."""
        return len(self._losses)

    @property
    def steps_done(self) -> int:
        """Optimizer steps since the start of the run."""
        return self.epochs_done * self.batches + self.batches_done

    @property
    def seconds(self) -> float:
        """Seconds of training since the start of the run."""
        return self._clock.seconds()

    def restore(self, state: TrainingState, *, continued: bool = False) -> bool:
        """Continue from `state` instead of from the initial weights; false, and nothing changed, if it does not fit.

        Args:
            state: The state of an earlier training with this network, recipe and split.
            continued: That training had ended, and this one trains for more epochs: patience that had run out starts
                again.
        """
        best_fits = not state.best or values_fit(self.model.weights, state.best)
        if not (
            best_fits
            and values_fit(self.model.variables, state.model)
            and values_fit(self._optimizer.variables, state.optimizer)
            and state.epoch + (state.batch > 0) <= self.recipe.epochs
            and state.batch <= self.batches
        ):
            return False
        assign(self.model.variables, state.model)
        assign(self._optimizer.variables, state.optimizer)
        self.epochs_done, self._best_epoch, self._best_loss = state.epoch, state.best_epoch, state.best_loss
        self._patience_from, self._best, self._factor = state.patience_from, state.best, state.learning_rate_factor
        self._losses, self._correct = map(np.ndarray.tolist, state.running) if state.running else ([], [])
        self._clock = Clock(seconds=state.seconds, images=state.images, step_seconds=state.step_seconds)
        if continued and self._is_out_of_patience():
            self._patience_from = self.epochs_done
        return True

    def train(self, *, stopped: bool = False) -> Outcome:
        """Train until all epochs are done, early stopping, STOP of a callback, or divergence; then write the weights.

        Args:
            stopped: Whether the restored training is to end without another step.

        Raises:
            OSError: The weights cannot be written.
        """
        self._callbacks.on_train_begin(self)
        diverged = False
        while self.epochs_done < self.recipe.epochs and not stopped and not self._is_out_of_patience():
            training = self._train_epoch()
            if training.stopped or training.diverged:
                stopped, diverged = training.stopped, training.diverged
                break
            self.validation = validation = self._validate()
            self.epochs_done += 1
            self._losses, self._correct = [], []
            if validation.loss < self._best_loss:
                self._best_epoch, self._best_loss, self.best_validation = self.epochs_done, validation.loss, validation
                self._best = copy_values(self.model.weights)
            point = self._point(self.epochs_done * self.batches, training.loss, training.accuracy, validation)
            with self._clock.paused():
                stopped = self._callbacks.on_epoch_end(point, self) is Command.STOP
        self._save(last=not diverged)
        # STOP after the last epoch has no effect: the training is complete.
        stopped = stopped and self.epochs_done < self.recipe.epochs
        outcome = Outcome(
            self.epochs_done, self._best_epoch, stopped, diverged, self._clock.seconds(), self._clock.rate()
        )
        self._callbacks.on_train_end(outcome)
        return outcome

    def state(self, seconds: float) -> TrainingState:
        """Copy the state between two steps, after `seconds` of training from the run's beginning."""
        return TrainingState(
            epoch=self.epochs_done,
            best_epoch=self._best_epoch,
            best_loss=self._best_loss,
            patience_from=self._patience_from,
            learning_rate_factor=self._factor,
            seconds=seconds,
            images=self._clock.images,
            step_seconds=self._clock.step_seconds,
            model=copy_values(self.model.variables),
            optimizer=copy_values(self._optimizer.variables),
            best=self._best,
            running=(np.array(self._losses), np.array(self._correct)) if self._losses else (),
        )

    def weights(self) -> Arrays:
        """Copies of the model's weights as they are now, in the order of `keras.Model.weights`."""
        return copy_values(self.model.weights)

    def save_model(self, path: Path) -> None:
        """Write the model as it is now to `path` (.keras).

        Raises:
            OSError: The file cannot be written.
        """
        save_model(self.model, path)

    def _is_out_of_patience(self) -> bool:
        patience = self.recipe.early_stopping
        return patience is not None and self.epochs_done - max(self._best_epoch, self._patience_from) >= patience

    def _save(self, *, last: bool) -> None:
        if last:
            self._insist(lambda: save_model(self.model, self._last_path))
        if self._best_epoch:
            weights = copy_values(self.model.weights)
            assign(self.model.weights, self._best)
            self._insist(lambda: save_model(self.model, self._best_path))
            assign(self.model.weights, weights)

    def _train_epoch(self) -> "_TrainedEpoch":
        epoch = self.epochs_done
        order = tf.constant(epoch_order(len(self.split.train_labels), self.recipe.seed, epoch))
        images, labels = self._epoch_images.of(epoch)
        while (done := self.batches_done) < self.batches:
            count = min(self._chunk, self.batches - done)
            self._update_factor()
            self.validation = None
            start = time.perf_counter()
            losses, accuracies = self._step_runner.run(
                images,
                labels,
                order,
                self._rates_tensor,
                first_batch=done,
                first_step=epoch * self.batches + done,
                count=count,
                factor=self._factor,
            )
            sizes = self._batch_sizes(done, count)
            self._clock.add_chunk(time.perf_counter() - start, int(sizes.sum()))
            self._chunk = _next_chunk(count, time.perf_counter() - start)
            if not np.isfinite(losses).all():
                return _TrainedEpoch(math.nan, math.nan, stopped=False, diverged=True)
            self._losses.extend((losses.astype(np.float64) * sizes).tolist())
            self._correct.extend((accuracies.astype(np.float64) * sizes).tolist())
            loss, accuracy = (float(np.average(values, weights=sizes)) for values in (losses, accuracies))
            point = self._point(self.steps_done, loss, accuracy)
            with self._clock.paused():
                if self._callbacks.on_chunk_end(point) is Command.STOP:
                    return _TrainedEpoch(math.nan, math.nan, stopped=True, diverged=False)
        size = len(self.split.train_labels)
        return _TrainedEpoch(
            math.fsum(self._losses) / size, math.fsum(self._correct) / size, stopped=False, diverged=False
        )

    def _update_factor(self) -> None:
        factor = self._callbacks.learning_rate_factor
        if factor != self._factor:
            self._factor = factor
            self._callbacks.on_learning_rate_change(self.steps_done, self.steps_done / self.batches, factor)

    def _batch_sizes(self, first_batch: int, count: int) -> Floats:
        """Images in each of `count` batches of an epoch, float32 (count,)."""
        starts = np.arange(first_batch, first_batch + count) * self.recipe.batch_size
        left = len(self.split.train_labels) - starts
        return np.minimum(left, self.recipe.batch_size).astype(np.float32)

    def _validate(self) -> Scores:
        probabilities = self.evaluator.probabilities(self.split.validation_images, self._pause_point)
        return score(probabilities, self.split.validation_labels)

    def _pause_point(self) -> None:
        with self._clock.paused():
            self._callbacks.pause_point()

    def _point(self, step: int, loss: float, accuracy: float, validation: Scores | None = None) -> MetricPoint:
        return MetricPoint(
            step=step,
            epoch=step / self.batches,
            kind="step" if validation is None else "epoch",
            training_loss=float(loss),
            training_accuracy=float(accuracy),
            validation_loss=None if validation is None else validation.loss,
            validation_accuracy=None if validation is None else validation.accuracy,
            learning_rate=float(self._rates[step - 1] * np.float32(self._factor)),
            seconds=self._clock.seconds(),
            samples_per_second=self._clock.rate(),
        )


@dataclass(frozen=True)
class _TrainedEpoch:
    """The steps of one epoch; loss and accuracy are NaN if it was not completed."""

    loss: float
    accuracy: float
    stopped: bool
    diverged: bool


def _next_chunk(count: int, seconds: float) -> int:
    """As many steps as take `CHUNK_SECONDS`, but at most twice as many as now: the first ones are slow."""
    return max(1, min(2 * count, round(count * CHUNK_SECONDS / max(seconds, 1e-6))))


def epoch_order(size: int, seed: int, epoch: int) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    """The order of the training images in one epoch, int32 (size,): new in every epoch, determined by the seed."""
    return np.random.default_rng([seed, epoch]).permutation(size).astype(np.int32)
