"""Which digits are taken for which, and which mistakes are worth looking at."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

CLASSES = 10


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
