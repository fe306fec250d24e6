"""Confusion matrix, accuracy per class and mistakes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnist_lab.insight import Confusion, count_images, find_images, most_confused
from mnist_lab.training.scoring import score


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
        "4 read as 9: 12 times",
        "3 read as 5: once",
    ]
    assert most_confused(np.diag([5] * 10)) == []


PROBABILITIES = one_hot((3, 0.99), (3, 0.6), (3, 0.9), (4, 0.999), (5, 0.95), (3, 0.7))
LABELS = np.array([3, 5, 5, 4, 6, 3], np.uint8)


def test_without_a_part_all_mistakes_are_found_the_most_certain_first():
    assert find_images(PROBABILITIES, LABELS).tolist() == [4, 2, 1]
    assert find_images(PROBABILITIES, LABELS, least_certain_first=True).tolist() == [1, 2, 4]
    assert find_images(np.zeros((0, 10)), []).tolist() == []


@pytest.mark.parametrize(
    ("true", "predicted", "found"),
    [(5, 3, [2, 1]), (3, 5, []), (5, None, [2, 1]), (3, None, []), (None, 3, [2, 1]), (None, 5, [4]), (3, 3, [0, 5])],
)
def test_a_part_of_the_matrix_has_its_images(true, predicted, found):
    assert find_images(PROBABILITIES, LABELS, true, predicted).tolist() == found


@given(seed=st.integers(0, 1_000), blank=st.booleans())
def test_each_part_has_as_many_images_as_the_confusion_matrix_counts(seed, blank):
    generator = np.random.default_rng(seed)
    probabilities = generator.random((40, 10), np.float32)
    if blank:
        probabilities[:20] = np.nan
    labels = generator.integers(0, 10, 40).astype(np.uint8)
    matrix = score(probabilities, labels).confusion
    for true in (None, *range(10)):
        for predicted in (None, *range(10)):
            found = find_images(probabilities, labels, true, predicted)
            assert len(found) == count_images(matrix, true, predicted), (true, predicted)


def test_without_an_answer_the_certainty_is_0():
    probabilities = one_hot((3, 0.99), (0, 0.9), (2, 0.5))
    probabilities[1] = np.nan
    assert find_images(probabilities, [5, 7, 3]).tolist() == [0, 2, 1]


def test_other_shapes_are_refused():
    with pytest.raises(ValueError, match=r"\(3, 10\)"):
        find_images(np.zeros((2, 10)), [1, 2, 3])
