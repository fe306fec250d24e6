"""The training step, and a loop that runs many steps in one call of TensorFlow."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from mnist_lab.recipe import Recipe
from mnist_lab.training.engine.augmentation import augmented
from mnist_lab.training.engine.training_forward import TrainingForward

Floats = NDArray[np.float32]


class StepRunner:
    """Trains a model on images held in memory, batch after batch, in a given order.

    The loop is inside one TensorFlow graph, instead of `Model.fit`. So every single step has its loss, a call may run
    any number of steps without tracing again, and a step's learning rate and random numbers depend on its number alone,
    so that a training can be resumed.
    """

    def __init__(
        self,
        model: keras.Sequential,
        optimizer: keras.optimizers.Optimizer,
        recipe: Recipe,
        forward: Callable[[tf.Tensor], tf.Tensor] | None = None,
    ) -> None:
        """Each step changes `model` and `optimizer`.

        Args:
            model: From float32 (batch, 28, 28, 1) in 0..1 to probabilities (batch, 10).
            optimizer: That of the recipe.
            recipe: How the model is trained.
            forward: Computes what `model(images, training=True)` does; `TrainingForward` if not given.
        """
        self._model = model
        self._forward = forward or TrainingForward(model)
        self._optimizer = optimizer
        self._recipe = recipe
        optimizer.build(model.trainable_variables)
        # XLA makes convolutions several times slower on a CPU.
        self._run: Any = tf.function(self._loop, jit_compile=False)
        # Only the loop needs AutoGraph, which would take half a second to translate what a step calls.
        self._step: Any = tf.autograph.experimental.do_not_convert(self._train_on)

    def run(
        self,
        images: tf.Tensor,
        labels: tf.Tensor,
        order: tf.Tensor,
        rates: tf.Tensor,
        *,
        first_batch: int,
        first_step: int,
        count: int,
        factor: float = 1.0,
    ) -> tuple[Floats, Floats]:
        """Train on `count` batches of one epoch.

        Args:
            images: uint8 (n, 28, 28), all training images.
            labels: uint8 (n,).
            order: int32 (n,), the order of the images in this epoch.
            rates: float32 (total steps,), the learning rate of each step.
            first_batch: 0-based index of the first batch in the epoch.
            first_step: 0-based index of the first step in the whole training.
            count: Number of batches; the epoch must have that many left.
            factor: Multiplies the learning rates.

        Returns:
            Mean loss and accuracy of each batch, float32 (count,) each.
        """
        losses, accuracies = self._run(
            images,
            labels,
            order,
            rates,
            tf.constant(first_batch),
            tf.constant(first_step),
            tf.constant(count),
            tf.constant(factor, tf.float32),
        )
        return losses.numpy(), accuracies.numpy()

    def _loop(
        self,
        images: tf.Tensor,
        labels: tf.Tensor,
        order: tf.Tensor,
        rates: tf.Tensor,
        first_batch: tf.Tensor,
        first_step: tf.Tensor,
        count: tf.Tensor,
        factor: tf.Tensor,
    ) -> tuple[tf.Tensor, tf.Tensor]:
        losses = tf.TensorArray(tf.float32, size=count)
        accuracies = tf.TensorArray(tf.float32, size=count)
        size = self._recipe.batch_size
        for index in tf.range(count):
            start = (first_batch + index) * size
            chosen = order[start : start + size]  # the epoch's last batch may be smaller
            step = first_step + index
            loss, accuracy = self._step(images, labels, chosen, step, rates[step] * factor)
            losses = losses.write(index, loss)
            accuracies = accuracies.write(index, accuracy)
        return losses.stack(), accuracies.stack()

    def _train_on(
        self, images: tf.Tensor, labels: tf.Tensor, chosen: tf.Tensor, step: tf.Tensor, rate: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """One step on the images with the indices `chosen`, int32 (batch,)."""
        batch = tf.cast(tf.gather(images, chosen), tf.float32)[..., tf.newaxis] / 255.0  # (batch, 28, 28, 1)
        batch = augmented(batch, self._recipe.augmentation, tf.stack([self._recipe.seed, step]))
        true = tf.cast(tf.gather(labels, chosen), tf.int32)
        with tf.GradientTape() as tape:
            probabilities = self._forward(batch)  # (batch, 10)
            loss = tf.reduce_mean(keras.losses.sparse_categorical_crossentropy(true, probabilities))
        variables = self._model.trainable_variables
        gradients = tape.gradient(loss, [variable.value for variable in variables])
        self._optimizer.learning_rate.assign(rate)
        self._optimizer.apply(gradients, variables)
        predicted = tf.argmax(probabilities, axis=1, output_type=tf.int32)
        return loss, tf.reduce_mean(tf.cast(predicted == true, tf.float32))
