"""The most frequent mistakes, and the images in a part of the confusion matrix."""

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
        """The mistake as text: "4 read as 9: 12 times"."""
        times = "once" if self.occurrences == 1 else f"{self.occurrences:,} times"
        return f"{self.true} read as {self.predicted}: {times}"


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


def count_images(matrix: ArrayLike, true: int | None = None, predicted: int | None = None) -> int:
    """The number of images that `find_images` finds in this part of the confusion matrix."""
    counts = np.asarray(matrix)
    if true is None or true != predicted:
        counts = counts - np.diag(np.diag(counts))
    rows = slice(None) if true is None else true
    return int(counts[rows, slice(None) if predicted is None else predicted].sum())


def find_images(
    probabilities: ArrayLike,
    labels: ArrayLike,
    true: int | None = None,
    predicted: int | None = None,
    *,
    least_certain_first: bool = False,
) -> NDArray[np.int64]:
    """Indices of the test images in a part of the confusion matrix, the most certain predictions first.

    A cell of the diagonal has the images of a digit that are classified correctly; a whole row, a whole column and the
    whole matrix have mistakes only.

    Args:
        probabilities: Shape (n, 10). Rows with NaN are counted as in the confusion matrix, with certainty 0.
        labels: True digits, shape (n,).
        true: The row; None for all rows.
        predicted: The column; None for all columns.
        least_certain_first: Whether to reverse the order.

    Returns:
        int64, shape (number of images found,).
    """
    answers, digits = np.asarray(probabilities), np.asarray(labels, dtype=np.int64)
    if answers.shape != (digits.size, CLASSES):
        raise ValueError(f"probabilities have the shape ({digits.size}, 10). Received: {answers.shape}.")
    read = answers.argmax(axis=1) if digits.size else digits
    found = read == digits if true is not None and true == predicted else read != digits
    if true is not None:
        found = found & (digits == true)
    if predicted is not None:
        found = found & (read == predicted)
    indices = np.flatnonzero(found)
    certainty = np.nan_to_num(answers[indices].max(axis=1, initial=0.0), nan=0.0)
    order = np.argsort(certainty if least_certain_first else -certainty, kind="stable")
    return indices[order].astype(np.int64)
