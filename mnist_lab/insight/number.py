"""A drawing with one digit or several, as a network reads it: the number, and a sentence."""

from collections.abc import Sequence
from dataclasses import dataclass

from mnist_lab.insight.prediction import Prediction


@dataclass(frozen=True, slots=True)
class NumberPrediction:
    """What is read in a drawing."""

    number: str
    """The digits from left to right: "42"."""
    is_sure: bool
    """Whether each of them is sure."""
    is_digit: bool | None
    """False if one of them does not look like a digit, True if all do, None if that is not known."""
    text: str
    """For the user: "42, quite sure", or "Not sure: 42"; for a single digit, its own text."""


def interpret_number(predictions: Sequence[Prediction]) -> NumberPrediction:
    """Turn the predictions of the digits of a drawing into a number.

    Args:
        predictions: From left to right; at least one.
    """
    number = "".join(str(prediction.digit) for prediction in predictions)
    sure = all(prediction.is_sure for prediction in predictions)
    known = {prediction.is_digit for prediction in predictions}
    is_digit = False if False in known else None if None in known else True
    if len(predictions) == 1:
        text = predictions[0].text
    elif is_digit is False:
        text = f"Part of this does not look like a digit; nearest is {number}"
    else:
        text = f"{number}, quite sure" if sure else f"Not sure: {number}"
    return NumberPrediction(number, sure, is_digit, text)
