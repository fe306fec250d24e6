"""Whether one run is better than another."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnist_lab.insight import accuracy_standard_error, compare_pair, mid_p


def readings(right: list[bool]) -> np.ndarray:
    """Probabilities of images that all show a 1: read right, or as a 7."""
    probabilities = np.zeros((len(right), 10), np.float32)
    probabilities[np.arange(len(right)), [1 if one else 7 for one in right]] = 1
    return probabilities


def compare(only_a: int, only_b: int, both: int, neither: int = 0, names: tuple[str, str] = ("A", "B")):
    right_a = [True] * only_a + [False] * only_b + [True] * both + [False] * neither
    right_b = [False] * only_a + [True] * only_b + [True] * both + [False] * neither
    return compare_pair(readings(right_a), readings(right_b), np.ones(len(right_a), np.uint8), names)


def exact_mid_p(only_a: int, only_b: int) -> float:
    total, smaller = only_a + only_b, min(only_a, only_b)
    ways = [math.comb(total, count) for count in range(smaller + 1)]
    if only_a == only_b:
        return float(1 - Fraction(ways[-1], 2**total) / 2) if total else 1.0
    return float(Fraction(2 * sum(ways) - ways[-1], 2**total))


@given(st.integers(0, 120), st.integers(0, 120))
def test_mid_p_is_exact(only_a, only_b):
    assert mid_p(only_a, only_b) == pytest.approx(exact_mid_p(only_a, only_b), rel=1e-9)
    assert mid_p(only_a, only_b) == mid_p(only_b, only_a)


def test_mid_p_of_the_example_in_its_source():
    """Fagerland, Lydersen and Laake 2013, table 1 (airway hyper-responsiveness): 1 and 7 discordant, mid-p 0.039."""
    assert mid_p(1, 7) == pytest.approx(0.0391, abs=5e-5)


def test_mid_p_of_many_images_is_finite():
    assert 0 <= mid_p(4000, 6000) < 1e-80
    assert mid_p(5000, 5000) == pytest.approx(1, abs=0.01)


def test_noise_is_called_noise():
    verdict = compare(20, 32, 9948)
    assert verdict.sentence == (
        "No clear winner between B and A: B read 0.12 points more of the test images right, "
        "which luck alone could do (p = 0.098)."
    )
    assert (verdict.real, verdict.only_a, verdict.only_b) == (False, 20, 32)
    assert verdict.difference == pytest.approx(0.0012)


def test_a_real_difference_is_called_real():
    verdict = compare(80, 20, 9800, 100, names=("Small CNN", "Tiny"))
    assert verdict.sentence == (
        "Small CNN is better than Tiny by 0.60 points; the luck of 10,000 test images hardly explains that (p < 0.001)."
    )
    assert verdict.real
    assert verdict.difference == pytest.approx(-0.006)


def test_no_difference():
    assert compare(0, 0, 10, 2).sentence == "A and B read the same 12 test images right: there is nothing between them."
    verdict = compare(3, 3, 10)
    assert verdict.sentence == "A and B are equally good on 16 test images, though they differ on 6 of them."
    assert not verdict.real


def test_what_is_nan_was_not_read():
    broken = readings([True, True])
    broken[:] = np.nan
    zeros = np.zeros(2, np.uint8)
    assert compare_pair(broken, readings([False, False]), zeros).only_a == 0


def test_equal_networks_are_seldom_called_different():
    chance = np.random.default_rng(0)
    runs = [[chance.random(2000) < 0.98 for _ in range(2)] for _ in range(400)]
    labels = np.ones(2000, np.uint8)
    called = sum(compare_pair(readings(list(a)), readings(list(b)), labels).real for a, b in runs)
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
