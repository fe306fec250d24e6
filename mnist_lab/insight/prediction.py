"""What ten probabilities say about a digit, in a sentence."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mnist_lab import formatting

SURE_FROM = 0.9
"""Naming one digit is called sure from this probability on.

Chow's rule (On optimum recognition error and reject tradeoff, IEEE Trans. Inf. Theory 16, 1970): refuse to answer when
the highest probability is below 1 - (cost of refusing / cost of a mistake). At 0.9, a wrong digit told plainly counts
as bad as ten times "not sure". Networks are surer of drawings than they are right, which asks for no less.
"""

MENTION_FROM = 0.1
"""A second digit is named when it has at least this probability."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How a digit was read."""

    digit: int
    probability: float
    """Of the digit, 0..1."""
    runner_up: int
    runner_up_probability: float
    sure: bool
    sentence: str
    """For people: "7, quite sure (98 %)", or "Not sure: 4 (48 %) or 9 (41 %)"."""


def read_probabilities(probabilities: "Sequence[float] | np.ndarray") -> Reading:
    """Read ten probabilities.

    Args:
        probabilities: Shape (10,), each in 0..1.

    Raises:
        ValueError: There are not ten finite numbers.
    """
    chances = np.asarray(probabilities, dtype=np.float64)
    if chances.shape != (10,) or not np.isfinite(chances).all():
        raise ValueError(f"There must be ten finite probabilities. Received: {chances.tolist()}.")
    order = np.argsort(-chances, kind="stable")
    digit, second = int(order[0]), int(order[1])
    first_chance, second_chance = float(chances[digit]), float(chances[second])
    sure = first_chance >= SURE_FROM
    return Reading(
        digit, first_chance, second, second_chance, sure, _sentence(digit, first_chance, second, second_chance)
    )


def _sentence(digit: int, chance: float, second: int, second_chance: float) -> str:
    if chance >= SURE_FROM:
        return f"{digit}, quite sure ({formatting.probability(chance)})"
    first = f"{digit} ({formatting.probability(chance)})"
    if second_chance >= MENTION_FROM:
        return f"Not sure: {first} or {second} ({formatting.probability(second_chance)})"
    return f"Not sure: perhaps {first}"
