"""What a Keras model makes of images before its output layer, and the subspaces of the digits in it. Imports Keras."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from mnist_lab.network import CLASSES
from mnist_lab.novelty.digit_subspaces import MAX_TRAINING, DigitSubspaces, Floats, fit_subspaces, make_features

Images = NDArray[np.uint8]
Labels = NDArray[np.uint8]

MAX_TEST = 5_000
"""Test images for the threshold; the quantile of so many is right to 0.3 points."""
SMALL_BATCH = 50
"""Where readings of drawings wait for a batch."""


def with_hidden(model: keras.Model) -> keras.Model:
    """The same model, which also gives the values that enter its output layer: outputs (n, 10) and (n, h)."""
    return keras.Model(model.inputs[0], [model.outputs[0], model.layers[-1].input])


def fit_to_model(
    model: keras.Model,
    train_images: Images,
    train_labels: Labels,
    test_images: Images,
    *,
    pause_point: Callable[[], None] | None = None,
    batch_size: int = SMALL_BATCH,
) -> DigitSubspaces | None:
    """Fit the digits' subspaces to a trained model.

    Args:
        model: From float32 (n, 28, 28, 1) in 0..1 to probabilities (n, 10).
        train_images: uint8 (n, 28, 28); `MAX_TRAINING` of each digit are used.
        train_labels: uint8 (n,).
        test_images: uint8 (m, 28, 28); `MAX_TEST` of them, evenly spread, are used.
        pause_point: Called between batches; an exception that it raises ends the work.
        batch_size: Images that the model gets at once.

    Returns:
        None if the model gives numbers that are not finite.
    """
    chosen = np.concatenate([np.flatnonzero(train_labels == digit)[:MAX_TRAINING] for digit in range(CLASSES)])
    # Not the first ones: the second half of MNIST's test images was written by other people.
    tested = test_images[:: max(1, -(-len(test_images) // MAX_TEST))]
    compute = _Features(model, pause_point, batch_size)
    features, _ = compute(train_images[chosen])
    test_features, test_digits = compute(tested)
    return fit_subspaces(features, train_labels[chosen], test_features, test_digits)


class _Features:
    """Computes the features of images, and the digits that a model takes them for."""

    def __init__(self, model: keras.Model, pause_point: Callable[[], None] | None, batch_size: int) -> None:
        both = with_hidden(model)

        def forward(images: tf.Tensor) -> Any:  # uint8 (n, 28, 28) -> float32 (n, 10), (n, h)
            outputs = both(tf.cast(images, tf.float32)[..., tf.newaxis] / 255.0, training=False)
            return [tf.cast(output, tf.float32) for output in outputs]

        signature = [tf.TensorSpec((None, 28, 28), tf.uint8)]
        self._forward: Any = tf.function(forward, input_signature=signature, jit_compile=False)
        self._pause_point, self._batch_size = pause_point, batch_size

    def __call__(self, images: Images) -> tuple[Floats, NDArray[np.int64]]:
        """Features (n, width) and digits (n,)."""
        starts = range(0, len(images), self._batch_size)
        parts = [self._batch(images[start : start + self._batch_size]) for start in starts]
        features, digits = zip(*parts, strict=True)
        return np.concatenate(features), np.concatenate(digits)

    def _batch(self, images: Images) -> tuple[Floats, NDArray[np.int64]]:
        probabilities, hidden = (output.numpy() for output in self._forward(images))
        if self._pause_point is not None:
            self._pause_point()
        return make_features(hidden, images.astype(np.float32) / np.float32(255)), probabilities.argmax(axis=1)
