"""A prediction from ten probabilities: the digit, how sure it is, and the second most likely digit."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mnist_lab import formatting
from mnist_lab.novelty import DigitScore

MIN_SURE_PROBABILITY = 0.9
"""From this probability on, the answer is called sure.

Chow's rule (On optimum recognition error and reject tradeoff, IEEE Trans. Inf. Theory 16, 1970): refuse to answer when
the highest probability is below 1 - (cost of refusing / cost of a mistake). At 0.9, a wrong answer given as sure costs
as much as ten times "not sure". Networks are overconfident on drawings, so the threshold should not be lower.
"""

MIN_SECOND_PROBABILITY = 0.1
"""The second digit is named if it has at least this probability."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """The digit that a network predicts, with its probability."""

    digit: int
    probability: float
    """Probability of the digit, 0..1."""
    runner_up: int
    runner_up_probability: float
    is_sure: bool
    """Whether it is a digit, as far as is known, and the network is sure of it."""
    text: str
    """For the user: "7, quite sure (98 %)", or "Not sure: 4 (48 %) or 9 (41 %)"."""
    is_digit: bool | None = None
    """Whether the drawing looks like a digit at all; None if that is not known."""
    score: float | None = None
    """How unlike the digit it is, 0..1, see `DigitScore`; None if that is not known."""


def interpret_probabilities(
    probabilities: "Sequence[float] | np.ndarray", *, is_dot: bool = False, digit_score: DigitScore | None = None
) -> Prediction:
    """Turn ten probabilities into a prediction: page, feed and command line say the same of the same drawing.

    Args:
        probabilities: Shape (10,), each in 0..1.
        is_dot: Whether the drawing is only a dot, see `NormalizedDrawing`.
        digit_score: Whether it looks like a digit; None if that is not known.

    Raises:
        ValueError: There are not ten finite numbers.
    """
    values = np.asarray(probabilities, dtype=np.float64)
    if values.shape != (10,) or not np.isfinite(values).all():
        raise ValueError(f"There must be ten finite probabilities. Received: {values.tolist()}.")
    order = np.argsort(-values, kind="stable")
    digit, second = int(order[0]), int(order[1])
    first_probability, second_probability = float(values[digit]), float(values[second])
    is_digit = False if is_dot else None if digit_score is None else digit_score.is_digit
    if is_dot:
        text = f"Only a dot, not a digit; read as {digit} ({formatting.probability(first_probability)})"
    elif is_digit is False:
        text = f"This does not look like a digit; nearest is {digit}"
    else:
        text = _digit_text(digit, first_probability, second, second_probability)
    return Prediction(
        digit,
        first_probability,
        second,
        second_probability,
        is_sure=is_digit is not False and first_probability >= MIN_SURE_PROBABILITY,
        text=text,
        is_digit=is_digit,
        score=None if digit_score is None else digit_score.score,
    )


def _digit_text(digit: int, probability: float, second: int, second_probability: float) -> str:
    if probability >= MIN_SURE_PROBABILITY:
        return f"{digit}, quite sure ({formatting.probability(probability)})"
    first = f"{digit} ({formatting.probability(probability)})"
    if second_probability >= MIN_SECOND_PROBABILITY:
        return f"Not sure: {first} or {second} ({formatting.probability(second_probability)})"
    return f"Not sure: perhaps {first}"
