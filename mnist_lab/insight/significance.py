"""Whether the difference in test accuracy of two runs is statistically significant."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from mnist_lab import formatting

P_VALUE = "p-value"
"""How messages name it."""
LEVEL = 0.05
"""Significance level: a p-value below it counts as significant."""


@dataclass(frozen=True, slots=True)
class SignificanceTest:
    """McNemar's test (mid-p) of two runs on the same test images."""

    message: str
    """For the user: which run is more accurate, by how much, and whether that is significant."""
    difference: float
    """Accuracy of B minus accuracy of A, -1..1."""
    p_value: float
    """Probability of a difference at least as large if both were equally good."""
    is_significant: bool
    """Whether the p-value is below 0.05. It does not cover the variation between seeds."""
    only_a: int
    """Number of images that only A classifies correctly."""
    only_b: int
    """Number of images that only B classifies correctly."""


UNLIKELY = "unlikely to be chance"
"""In the message of a significant difference."""
RESERVATION = (
    "A difference that is unlikely to be chance is one of these trained networks, not of their settings: "
    "other seeds may give another order."
)
"""What is to be said once about any number of significant differences."""


def compare_pair(
    probabilities_a: ArrayLike, probabilities_b: ArrayLike, labels: ArrayLike, names: tuple[str, str] = ("A", "B")
) -> SignificanceTest:
    """Compare two runs by the images that only one of them classifies correctly (McNemar's test, mid-p).

    The test covers the random choice of the test images only, not the variation between seeds.

    Args:
        probabilities_a: Shape (n, 10), n at least 1.
        probabilities_b: Shape (n, 10), of the same images in the same order.
        labels: True digits, shape (n,).
        names: Names of the two runs in the message.

    Raises:
        ValueError: The shapes do not fit, or there is no image.
    """
    true = np.asarray(labels)
    correct_a, correct_b = (_correct(each, true) for each in (probabilities_a, probabilities_b))
    only_a, only_b = int((correct_a & ~correct_b).sum()), int((correct_b & ~correct_a).sum())
    difference = (only_b - only_a) / true.size
    p_value = mcnemar_mid_p(only_a, only_b)
    message = _message(names, difference, p_value, images=true.size, discordant=only_a + only_b)
    return SignificanceTest(message, difference, p_value, p_value < LEVEL, only_a, only_b)


def mcnemar_mid_p(only_a: int, only_b: int) -> float:
    """Two-sided mid-p value of McNemar's test, 0..1, for the numbers of images that only one run classifies correctly.

    Source: Fagerland, Lydersen and Laake, "The McNemar test for binary matched-pairs data: mid-p and asymptotic are
    better than exact conditional", BMC Medical Research Methodology 13:91 (2013): the exact conditional p-value from
    Binomial(n, 1/2), less the probability of the observed count (of half of it, if both counts are equal).
    """
    total, smaller = only_a + only_b, min(only_a, only_b)
    logs = [_log_binomial(total, count) for count in range(smaller + 1)]
    observed = math.exp(logs[-1])
    if only_a == only_b:
        return 1 - observed / 2 if total else 1.0
    return min(1.0, max(0.0, 2 * math.fsum(math.exp(value) for value in logs) - observed))


def accuracy_standard_error(accuracy: float, n: int) -> float:
    """Standard error of an accuracy measured on n images: √(p·(1 - p) / n), same unit as the accuracy (0..1).

    From the binomial distribution: it covers the choice of the test images, not the variation between seeds.

    Raises:
        ValueError: `accuracy` is outside 0..1, or n is below 1.
    """
    if not 0 <= accuracy <= 1 or n < 1:
        raise ValueError(f"accuracy must be in 0..1 and n at least 1. Received: {accuracy} and {n}.")
    return math.sqrt(accuracy * (1 - accuracy) / n)


def p_text(value: float) -> str:
    """A p-value with its sign: "< 0.001", "= 0.042"."""
    return "< 0.001" if value < 0.001 else f"= {value:.3f}" if value < 0.1 else f"= {value:.2f}"


def _correct(probabilities: ArrayLike, true: np.ndarray) -> np.ndarray:
    values = np.asarray(probabilities)
    if true.ndim != 1 or not true.size or values.shape != (true.size, 10):
        raise ValueError(f"Expected labels (n,) and probabilities (n, 10). Received: {true.shape}, {values.shape}.")
    # argmax takes NaN for the largest value; an image with NaN counts as misclassified.
    correct: np.ndarray = (values.argmax(axis=1) == true) & np.isfinite(values).all(axis=1)
    return correct


def _log_binomial(total: int, count: int) -> float:
    """Logarithm of the probability of `count` heads in `total` tosses of a fair coin."""
    ways = math.lgamma(total + 1) - math.lgamma(count + 1) - math.lgamma(total - count + 1)
    return ways - total * math.log(2)


def _message(names: tuple[str, str], difference: float, p_value: float, *, images: int, discordant: int) -> str:
    first, second = names
    if not discordant:
        return f"{first} and {second} classify the same of the {images:,} test images correctly: no difference."
    if difference == 0:
        return (
            f"{first} and {second} have the same test accuracy on {images:,} images; "
            f"on {discordant:,} of them only one of the two is correct."
        )
    better, other = (second, first) if difference > 0 else (first, second)
    conclusion = UNLIKELY if p_value < LEVEL else "not significant, chance may explain it"
    return (
        f"{better} has a test accuracy {formatting.points(difference)} higher than {other} "
        f"({images:,} images, McNemar test: {P_VALUE} {p_text(p_value)}): {conclusion}."
    )
