import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnist_lab.training.scoring import confusion_matrix, per_class_accuracy, score

digits = st.integers(0, 9)


def test_scores_worked_out_by_hand() -> None:
    probabilities = np.full((4, 10), 0.05, np.float32)
    probabilities[[0, 1, 2, 3], [3, 3, 5, 9]] = 0.55
    scores = score(probabilities, np.array([3, 3, 5, 5], np.uint8))
    assert scores.accuracy == 0.75
    assert scores.loss == pytest.approx((3 * -math.log(0.55) - math.log(0.05)) / 4)
    assert (scores.per_class_accuracy[3], scores.per_class_accuracy[5]) == (1.0, 0.5)
    assert all(math.isnan(scores.per_class_accuracy[digit]) for digit in (0, 1, 2, 4, 6, 7, 8, 9))
    assert scores.confusion[5] == (0, 0, 0, 0, 0, 1, 0, 0, 0, 1)
    assert sum(map(sum, scores.confusion)) == 4


def test_a_certain_wrong_prediction_has_a_finite_loss() -> None:
    probabilities = np.eye(10, dtype=np.float32)[[1]]
    assert score(probabilities, np.array([2], np.uint8)).loss == pytest.approx(-math.log(1e-7), rel=1e-3)


@given(st.lists(st.tuples(digits, digits)))
def test_the_confusion_matrix_counts_every_pair(pairs: list[tuple[int, int]]) -> None:
    labels, predicted = (np.array([pair[index] for pair in pairs], np.uint8) for index in (0, 1))
    matrix = confusion_matrix(labels, predicted)
    assert matrix.shape == (10, 10)
    assert matrix.dtype == np.int64
    assert all(matrix[true, read] == pairs.count((true, read)) for true in range(10) for read in range(10))


def test_accuracy_per_class() -> None:
    matrix = confusion_matrix(np.array([0, 0, 0, 0, 1]), np.array([0, 0, 0, 1, 1]))
    shares = per_class_accuracy(matrix)
    assert shares[:2].tolist() == [0.75, 1.0]
    assert np.isnan(shares[2:]).all()
