"""Confusion matrix, accuracy per class, and the most frequent and most confident mistakes."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mnist_lab.network import CLASSES


class Confusion(NamedTuple):
    """How often one digit was predicted as another."""

    true: int
    predicted: int
    occurrences: int

    @property
    def text(self) -> str:
        """The mistake as text: "4 predicted as 9: 12 times"."""
        times = "once" if self.occurrences == 1 else f"{self.occurrences:,} times"
        return f"{self.true} predicted as {self.predicted}: {times}"


def most_confused(matrix: ArrayLike, count: int = 5) -> list[Confusion]:
    """The most frequent mistakes, most frequent first; equal ones in the order of their digits."""
    counts = np.asarray(matrix)
    mistakes = [
        Confusion(true, predicted, int(counts[true, predicted]))
        for true in range(len(counts))
        for predicted in range(len(counts))
        if true != predicted and counts[true, predicted]
    ]
    return sorted(mistakes, key=lambda mistake: -mistake.occurrences)[:count]


def worst_mistakes(probabilities: ArrayLike, labels: ArrayLike, count: int = 20) -> NDArray[np.int64]:
    """Indices of the misclassified images, the most confident mistakes first.

    Args:
        probabilities: Shape (n, 10). Rows with NaN count as misclassified with confidence 0.
        labels: True digits, shape (n,).
        count: Maximum number of indices.

    Returns:
        int64, shape (at most count,).
    """
    confidences = np.nan_to_num(np.asarray(probabilities, dtype=np.float64), nan=0.0)
    true = np.asarray(labels, dtype=np.int64)
    if confidences.shape != (true.size, CLASSES):
        raise ValueError(f"probabilities have the shape ({true.size}, 10). Received: {confidences.shape}.")
    unread = confidences.max(axis=1) <= 0
    wrong = np.flatnonzero((confidences.argmax(axis=1) != true) | unread)
    order = np.argsort(-confidences[wrong].max(axis=1), kind="stable")
    return wrong[order][:count].astype(np.int64)
