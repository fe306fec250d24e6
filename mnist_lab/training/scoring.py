"""A run's figures on the test images, from the probabilities its network gave them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnist_lab.network import CLASSES

SMALLEST_PROBABILITY = 1e-7
"""Probabilities are clipped to this and 1 minus this before the logarithm, as Keras does (`keras.config.epsilon`)."""


@dataclass(frozen=True, eq=False)
class Scores:
    """What a network scored on images whose digits are known."""

    loss: float
    """Mean categorical cross-entropy."""
    accuracy: float
    """Share read right, 0..1."""
    per_class_accuracy: tuple[float, ...]
    """Ten shares, class 0 to 9; NaN for a class without an image."""
    confusion: tuple[tuple[int, ...], ...]
    """10 rows (true class) of 10 counts (class read)."""


def score(probabilities: NDArray[np.float32], labels: NDArray[np.uint8]) -> Scores:
    """Score probabilities float32 (n, 10) against labels uint8 (n,); n is at least 1."""
    true = labels.astype(np.int64)
    of_true = probabilities[np.arange(len(true)), true].astype(np.float64)
    loss = -np.log(np.clip(of_true, SMALLEST_PROBABILITY, 1 - SMALLEST_PROBABILITY)).mean()
    read = probabilities.argmax(axis=1)
    confusion = np.zeros((CLASSES, CLASSES), np.int64)
    np.add.at(confusion, (true, read), 1)
    counts = confusion.sum(axis=1)
    per_class = np.where(counts > 0, confusion.diagonal() / np.maximum(counts, 1), np.nan)
    return Scores(
        loss=float(loss),
        accuracy=float((read == true).mean()),
        per_class_accuracy=tuple(float(share) for share in per_class),
        confusion=tuple(tuple(int(count) for count in row) for row in confusion),
    )
