"""Scores of a network: loss, accuracy and confusion matrix, from its probabilities for labelled images.

Validation, the result of a run and the command `evaluate` all use these functions.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnist_lab.network import CLASSES

EPSILON = 1e-7
"""Probabilities are clipped to this and 1 minus this before the logarithm, as Keras does (`keras.config.epsilon`)."""


@dataclass(frozen=True, eq=False)
class Scores:
    """How well a network classifies images."""

    loss: float
    """Mean categorical cross-entropy."""
    accuracy: float
    """Share of images classified correctly, 0..1."""
    per_class_accuracy: tuple[float, ...]
    """Ten shares, class 0 to 9; NaN for a class without an image."""
    confusion: tuple[tuple[int, ...], ...]
    """10 rows (true class) of 10 counts (predicted class)."""


def score(probabilities: NDArray[np.float32], labels: NDArray[np.uint8]) -> Scores:
    """Score probabilities float32 (n, 10) against labels uint8 (n,); n is at least 1."""
    true = labels.astype(np.int64)
    of_true = probabilities[np.arange(len(true)), true].astype(np.float64)
    loss = -np.log(np.clip(of_true, EPSILON, 1 - EPSILON)).mean()
    predicted = probabilities.argmax(axis=1)
    confusion = confusion_matrix(true, predicted)
    return Scores(
        loss=float(loss),
        accuracy=float((predicted == true).mean()),
        per_class_accuracy=tuple(per_class_accuracy(confusion).tolist()),
        confusion=tuple(map(tuple, confusion.tolist())),
    )


def confusion_matrix(labels: NDArray[np.integer], predicted: NDArray[np.integer]) -> NDArray[np.int64]:
    """Count the pairs of true and predicted digits: int64 (10, 10), rows true, columns predicted.

    Args:
        labels: True digits, shape (n,), 0..9.
        predicted: Predicted digits, shape (n,), 0..9.
    """
    pairs = labels.astype(np.int64) * CLASSES + predicted
    return np.bincount(pairs, minlength=CLASSES**2).reshape(CLASSES, CLASSES).astype(np.int64)


def per_class_accuracy(confusion: NDArray[np.int64]) -> NDArray[np.float64]:
    """Share of each true digit that is predicted correctly: float64 (10,); NaN for a digit without an image."""
    counts = confusion.sum(axis=1)
    return np.where(counts > 0, confusion.diagonal() / np.maximum(counts, 1), np.nan)
