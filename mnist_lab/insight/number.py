"""A drawing with one digit or several, as a network reads it: the number, and a sentence."""

from collections.abc import Sequence
from dataclasses import dataclass

from mnist_lab import formatting
from mnist_lab.insight.prediction import Prediction


@dataclass(frozen=True, slots=True)
class NumberPrediction:
    """What is read in a drawing."""

    number: str
    """The digits from left to right: "42"."""
    is_sure: bool
    """Whether each of them is sure, and none is only a dot."""
    text: str
    """For the user: "42, quite sure", or "Not sure: 42"; for a single digit, its own text."""


def interpret_number(predictions: Sequence[Prediction], dots: Sequence[bool]) -> NumberPrediction:
    """Turn the predictions of the digits of a drawing into a number.

    Args:
        predictions: From left to right; at least one.
        dots: Whether each of them is only a dot.
    """
    number = "".join(str(prediction.digit) for prediction in predictions)
    sure = all(prediction.is_sure for prediction in predictions) and not any(dots)
    if len(predictions) == 1:
        return NumberPrediction(number, sure, digit_text(predictions[0], is_dot=dots[0]))
    return NumberPrediction(number, sure, f"{number}, quite sure" if sure else f"Not sure: {number}")


def digit_text(prediction: Prediction, *, is_dot: bool) -> str:
    """What is read, for the user; of a dot, that it is only one."""
    if not is_dot:
        return prediction.text
    return f"Only a dot, not a digit; read as {prediction.digit} ({formatting.probability(prediction.probability)})"
