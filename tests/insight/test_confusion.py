"""Confusion matrix, accuracy per class and mistakes."""

import numpy as np
import pytest
from hypothesis import strategies as st

from mnist_lab.insight import Confusion, most_confused, worst_mistakes

digits = st.integers(0, 9)


def one_hot(*rows: tuple[int, float]) -> np.ndarray:
    probabilities = np.zeros((len(rows), 10), np.float32)
    for row, (digit, confidence) in enumerate(rows):
        probabilities[row] = (1 - confidence) / 9
        probabilities[row, digit] = confidence
    return probabilities


def test_most_confused():
    matrix = np.zeros((10, 10), np.int64)
    matrix[[4, 4, 7, 3, 3, 5], [9, 4, 2, 5, 3, 3]] = [12, 1, 2, 1, 1, 1]
    assert most_confused(matrix, 3) == [Confusion(4, 9, 12), Confusion(7, 2, 2), Confusion(3, 5, 1)]
    assert [mistake.text for mistake in most_confused(matrix, 3)][::2] == [
        "4 predicted as 9: 12 times",
        "3 predicted as 5: once",
    ]
    assert most_confused(np.diag([5] * 10)) == []


def test_the_most_confident_mistakes_come_first():
    probabilities = one_hot((3, 0.99), (3, 0.6), (3, 0.9), (4, 0.999), (5, 0.95))
    assert worst_mistakes(probabilities, [3, 5, 5, 4, 6], 10).tolist() == [4, 2, 1]
    assert worst_mistakes(probabilities, [3, 5, 5, 4, 6], 2).tolist() == [4, 2]
    assert worst_mistakes(np.zeros((0, 10)), [], 5).tolist() == []


def test_nan_counts_as_misclassified_with_confidence_0():
    probabilities = one_hot((3, 0.99), (0, 0.9))
    probabilities[1] = np.nan
    assert worst_mistakes(probabilities, [5, 0]).tolist() == [0, 1]


def test_worst_mistakes_refuse_other_shapes():
    with pytest.raises(ValueError, match=r"\(3, 10\)"):
        worst_mistakes(np.zeros((2, 10)), [1, 2, 3])
