"""Predictions of digits become a number."""

import numpy as np

from mnist_lab.insight import Prediction, interpret_number, interpret_probabilities
from mnist_lab.novelty import DigitScore

FAR = DigitScore(0.9, is_digit=False)
NEAR = DigitScore(0.1, is_digit=True)


def prediction(
    digit: int, probability: float, *, is_dot: bool = False, digit_score: DigitScore | None = None
) -> Prediction:
    values = np.full(10, (1 - probability) / 9)
    values[digit] = probability
    return interpret_probabilities(values, is_dot=is_dot, digit_score=digit_score)


def test_a_single_digit_keeps_its_own_text() -> None:
    seven = prediction(7, 0.98)
    number = interpret_number([seven])
    assert (number.number, number.is_sure, number.text) == ("7", True, seven.text)


def test_a_number_is_sure_if_each_digit_is() -> None:
    four, two, unsure = prediction(4, 0.99), prediction(2, 0.95), prediction(3, 0.5)
    assert interpret_number([four, two]).text == "42, quite sure"
    assert interpret_number([four, unsure]).text == "Not sure: 43"


def test_a_dot_is_never_sure_and_is_called_a_dot() -> None:
    one, dot = prediction(1, 0.99), prediction(1, 0.99, is_dot=True)
    assert interpret_number([dot]).text == "Only a dot, not a digit; read as 1 (99 %)"
    assert not interpret_number([one, dot]).is_sure


def test_one_part_that_is_no_digit_makes_it_no_number() -> None:
    near, far, unknown = (prediction(4, 0.99, digit_score=score) for score in (NEAR, FAR, None))
    assert interpret_number([near, near]).is_digit is True
    assert interpret_number([near, unknown]).is_digit is None
    number = interpret_number([near, far])
    assert (number.is_digit, number.is_sure) == (False, False)
    assert number.text == "Part of this does not look like a digit; nearest is 44"
