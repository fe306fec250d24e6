"""Predicts the digits of many images at once."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

BATCH_SIZE = 500


class Evaluator:
    """Applies a model with its current weights to images; traced once, used after every epoch."""

    def __init__(self, model: keras.Model) -> None:
        """`model` takes float32 (batch, 28, 28, 1) in 0..1 and gives probabilities (batch, 10)."""

        def forward(images: tf.Tensor) -> tf.Tensor:  # uint8 (batch, 28, 28) -> float32 (batch, 10)
            return tf.cast(model(tf.cast(images, tf.float32)[..., tf.newaxis] / 255.0, training=False), tf.float32)

        signature = [tf.TensorSpec((None, 28, 28), tf.uint8)]
        self._forward: Any = tf.function(forward, input_signature=signature, jit_compile=False)

    def probabilities(
        self, images: NDArray[np.uint8], pause_point: Callable[[], None] | None = None
    ) -> NDArray[np.float32]:
        """The probabilities float32 (n, 10) of images uint8 (n, 28, 28); `pause_point` is called between batches."""
        parts = []
        for start in range(0, len(images), BATCH_SIZE):
            parts.append(self._forward(images[start : start + BATCH_SIZE]).numpy())
            if pause_point is not None:
                pause_point()
        return np.concatenate(parts) if parts else np.zeros((0, 10), np.float32)


def predict_probabilities(
    model: keras.Model, images: NDArray[np.uint8], pause_point: Callable[[], None] | None = None
) -> NDArray[np.float32]:
    """The probabilities float32 (n, 10) that `model` gives images uint8 (n, 28, 28); see `Evaluator`."""
    return Evaluator(model).probabilities(images, pause_point)
