"""Whether one run is better than another, or had luck with the test images."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from mnist_lab import formatting

SIGNIFICANT = 0.05


@dataclass(frozen=True, slots=True)
class Verdict:
    """How two runs compare on the same test images."""

    sentence: str
    difference: float
    """Accuracy of B minus accuracy of A, -1..1."""
    p_value: float
    """Chance of a difference as large or larger if both were equally good."""
    real: bool
    """Whether the p-value is below 0.05; says nothing of other seeds."""
    only_a: int
    """Images that only A reads right."""
    only_b: int


def compare_pair(
    probabilities_a: ArrayLike, probabilities_b: ArrayLike, labels: ArrayLike, names: tuple[str, str] = ("A", "B")
) -> Verdict:
    """Compare two runs by the images that only one of them reads right (McNemar's test, mid-p).

    The test asks about the luck of the test images alone. How much another seed would change either run is another
    question, and has to be said beside it.

    Args:
        probabilities_a: Shape (n, 10), n at least 1.
        probabilities_b: Shape (n, 10), of the same images in the same order.
        labels: True digits, shape (n,).
        names: What the sentence calls the two.

    Raises:
        ValueError: The shapes do not fit, or there is no image.
    """
    true = np.asarray(labels)
    right_a, right_b = (_right(chances, true) for chances in (probabilities_a, probabilities_b))
    only_a, only_b = int((right_a & ~right_b).sum()), int((right_b & ~right_a).sum())
    difference = (only_b - only_a) / true.size
    p_value = mid_p(only_a, only_b)
    real = p_value < SIGNIFICANT
    sentence = _sentence(names, difference, p_value, real=real, images=true.size, differing=only_a + only_b)
    return Verdict(sentence, difference, p_value, real, only_a, only_b)


def mid_p(only_a: int, only_b: int) -> float:
    """Two-sided mid-p value of McNemar's test, 0..1, for the two counts of images that only one run reads right.

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

    The binomial's; it tells the luck of the test images, not that of the seed.

    Raises:
        ValueError: `accuracy` is outside 0..1, or n is below 1.
    """
    if not 0 <= accuracy <= 1 or n < 1:
        raise ValueError(f"accuracy must be in 0..1 and n at least 1. Received: {accuracy} and {n}.")
    return math.sqrt(accuracy * (1 - accuracy) / n)


def _right(probabilities: ArrayLike, true: np.ndarray) -> np.ndarray:
    chances = np.asarray(probabilities)
    if true.ndim != 1 or not true.size or chances.shape != (true.size, 10):
        raise ValueError(f"Expected labels (n,) and probabilities (n, 10). Received: {true.shape}, {chances.shape}.")
    # argmax takes NaN for the largest value; what is NaN was not read.
    right: np.ndarray = (chances.argmax(axis=1) == true) & np.isfinite(chances).all(axis=1)
    return right


def _log_binomial(total: int, count: int) -> float:
    """Logarithm of the probability of `count` heads in `total` throws of a fair coin."""
    ways = math.lgamma(total + 1) - math.lgamma(count + 1) - math.lgamma(total - count + 1)
    return ways - total * math.log(2)


def _sentence(
    names: tuple[str, str], difference: float, p_value: float, *, real: bool, images: int, differing: int
) -> str:
    first, second = names
    if not differing:
        return f"{first} and {second} read the same {images:,} test images right: there is nothing between them."
    if difference == 0:
        return (
            f"{first} and {second} are equally good on {images:,} test images, "
            f"though they differ on {differing:,} of them."
        )
    better, other = (second, first) if difference > 0 else (first, second)
    by = formatting.points(difference)
    if real:
        return (
            f"{better} is better than {other} by {by}; "
            f"the luck of {images:,} test images hardly explains that ({_p(p_value)})."
        )
    return (
        f"No clear winner between {better} and {other}: {better} read {by} more of the test images right, "
        f"which luck alone could do ({_p(p_value)})."
    )


def _p(value: float) -> str:
    return "p < 0.001" if value < 0.001 else f"p = {value:.3f}" if value < 0.1 else f"p = {value:.2f}"
