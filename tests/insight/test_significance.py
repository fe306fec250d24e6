"""Whether the difference in accuracy of two runs is significant."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnist_lab.insight import accuracy_standard_error, compare_pair, mcnemar_mid_p


def predictions(correct: list[bool]) -> np.ndarray:
    """Probabilities of images that all show a 1: predicted correctly, or as a 7."""
    probabilities = np.zeros((len(correct), 10), np.float32)
    probabilities[np.arange(len(correct)), [1 if one else 7 for one in correct]] = 1
    return probabilities


def compare(only_a: int, only_b: int, both: int, neither: int = 0, names: tuple[str, str] = ("A", "B")):
    right_a = [True] * only_a + [False] * only_b + [True] * both + [False] * neither
    right_b = [False] * only_a + [True] * only_b + [True] * both + [False] * neither
    return compare_pair(predictions(right_a), predictions(right_b), np.ones(len(right_a), np.uint8), names)


def exact_mid_p(only_a: int, only_b: int) -> float:
    total, smaller = only_a + only_b, min(only_a, only_b)
    ways = [math.comb(total, count) for count in range(smaller + 1)]
    if only_a == only_b:
        return float(1 - Fraction(ways[-1], 2**total) / 2) if total else 1.0
    return float(Fraction(2 * sum(ways) - ways[-1], 2**total))


@given(st.integers(0, 120), st.integers(0, 120))
def test_mid_p_is_exact(only_a, only_b):
    assert mcnemar_mid_p(only_a, only_b) == pytest.approx(exact_mid_p(only_a, only_b), rel=1e-9)
    assert mcnemar_mid_p(only_a, only_b) == mcnemar_mid_p(only_b, only_a)


def test_mid_p_of_the_example_in_its_source():
    """Fagerland, Lydersen and Laake 2013, table 1 (airway hyper-responsiveness): 1 and 7 discordant, mid-p 0.039."""
    assert mcnemar_mid_p(1, 7) == pytest.approx(0.0391, abs=5e-5)


def test_mid_p_of_many_images_is_finite():
    assert 0 <= mcnemar_mid_p(4000, 6000) < 1e-80
    assert mcnemar_mid_p(5000, 5000) == pytest.approx(1, abs=0.01)


def test_noise_is_not_significant():
    test = compare(20, 32, 9948)
    assert test.message == (
        "B has a test accuracy 0.12 points higher than A (10,000 images, McNemar test: p-value = 0.098): "
        "not significant, chance may explain it."
    )
    assert (test.is_significant, test.only_a, test.only_b) == (False, 20, 32)
    assert test.difference == pytest.approx(0.0012)


def test_a_large_difference_is_significant():
    test = compare(80, 20, 9800, 100, names=("Small CNN", "Tiny"))
    assert test.message == (
        "Small CNN has a test accuracy 0.60 points higher than Tiny (10,000 images, McNemar test: p-value < 0.001): "
        "unlikely to be chance."
    )
    assert test.is_significant
    assert test.difference == pytest.approx(-0.006)


def test_no_difference():
    assert compare(0, 0, 10, 2).message == "A and B classify the same of the 12 test images correctly: no difference."
    test = compare(3, 3, 10)
    assert (
        test.message == "A and B have the same test accuracy on 16 images; on 6 of them only one of the two is correct."
    )
    assert not test.is_significant


def test_nan_counts_as_misclassified():
    broken = predictions([True, True])
    broken[:] = np.nan
    zeros = np.zeros(2, np.uint8)
    assert compare_pair(broken, predictions([False, False]), zeros).only_a == 0


def test_the_rate_of_false_positives_is_about_the_level():
    chance = np.random.default_rng(0)
    runs = [[chance.random(2000) < 0.98 for _ in range(2)] for _ in range(400)]
    labels = np.ones(2000, np.uint8)
    called = sum(compare_pair(predictions(list(a)), predictions(list(b)), labels).is_significant for a, b in runs)
    assert called / 400 < 0.08


@pytest.mark.parametrize(
    ("first", "second", "labels"),
    [
        (np.zeros((2, 10)), np.zeros((3, 10)), np.zeros(3)),
        (np.zeros((2, 9)), np.zeros((2, 9)), np.zeros(2)),
        (np.zeros((0, 10)), np.zeros((0, 10)), np.zeros(0)),
    ],
)
def test_other_shapes_are_refused(first, second, labels):
    with pytest.raises(ValueError, match="Expected labels"):
        compare_pair(first, second, labels)


def test_standard_error():
    assert accuracy_standard_error(0.99, 10_000) == pytest.approx(0.000995, abs=1e-6)
    assert accuracy_standard_error(1.0, 10) == 0
    with pytest.raises(ValueError, match=r"0\.\.1"):
        accuracy_standard_error(1.01, 10)
    with pytest.raises(ValueError, match="at least 1"):
        accuracy_standard_error(0.5, 0)
