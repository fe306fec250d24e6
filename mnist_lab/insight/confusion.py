"""Which digits are taken for which, and which mistakes are worth looking at."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mnist_lab.network import CLASSES


class Confused(NamedTuple):
    """One kind of mistake."""

    true: int
    read: int
    times: int

    @property
    def sentence(self) -> str:
        """The mistake in words: "4 read as 9: 12 times"."""
        times = "once" if self.times == 1 else f"{self.times:,} times"
        return f"{self.true} read as {self.read}: {times}"


def confusion_matrix(labels: ArrayLike, predicted: ArrayLike) -> NDArray[np.int64]:
    """Count the pairs of true and read digits: int64, shape (10, 10), rows true, columns read.

    Args:
        labels: True digits, shape (n,), 0..9.
        predicted: Digits read, shape (n,), 0..9.

    Raises:
        ValueError: The shapes differ, or a digit is outside 0..9.
    """
    true, read = np.asarray(labels), np.asarray(predicted)
    if true.ndim != 1 or true.shape != read.shape:
        raise ValueError(f"labels and predicted have one shape (n,). Received: {true.shape} and {read.shape}.")
    digits = np.concatenate([true, read]).astype(np.int64)
    if digits.size and not 0 <= digits.min() <= digits.max() < CLASSES:
        raise ValueError(f"Digits are 0 to 9. Received: {digits.min()} to {digits.max()}.")
    pairs = digits[: true.size] * CLASSES + digits[true.size :]
    return np.bincount(pairs, minlength=CLASSES**2).reshape(CLASSES, CLASSES).astype(np.int64)


def per_class_accuracy(matrix: ArrayLike) -> NDArray[np.float64]:
    """Share of each true digit that was read right: float64, shape (10,); NaN for a digit that has no image.

    Args:
        matrix: Confusion matrix, shape (10, 10), rows true.
    """
    counts = np.asarray(matrix, dtype=np.float64)
    totals = counts.sum(axis=1)
    shares: NDArray[np.float64] = np.full(len(totals), np.nan)
    np.divide(np.diag(counts), totals, out=shares, where=totals > 0)
    return shares


def most_confused(matrix: ArrayLike, count: int = 5) -> list[Confused]:
    """The most frequent mistakes, most frequent first; equal ones in the order of their digits."""
    counts = np.asarray(matrix)
    mistakes = [
        Confused(true, read, int(counts[true, read]))
        for true in range(len(counts))
        for read in range(len(counts))
        if true != read and counts[true, read]
    ]
    return sorted(mistakes, key=lambda mistake: -mistake.times)[:count]


def worst_mistakes(probabilities: ArrayLike, labels: ArrayLike, count: int = 20) -> NDArray[np.int64]:
    """Places of the images that were read wrong, those read wrong with most confidence first.

    Args:
        probabilities: Shape (n, 10). Rows with NaN count as read wrong without confidence.
        labels: True digits, shape (n,).
        count: At most so many.

    Returns:
        int64, shape (at most count,).
    """
    chances = np.nan_to_num(np.asarray(probabilities, dtype=np.float64), nan=0.0)
    true = np.asarray(labels, dtype=np.int64)
    if chances.shape != (true.size, CLASSES):
        raise ValueError(f"probabilities have the shape ({true.size}, 10). Received: {chances.shape}.")
    unread = chances.max(axis=1) <= 0
    wrong = np.flatnonzero((chances.argmax(axis=1) != true) | unread)
    order = np.argsort(-chances[wrong].max(axis=1), kind="stable")
    return wrong[order][:count].astype(np.int64)
