"""Predictions of digits become a number."""

import numpy as np

from mnist_lab.insight import Prediction, digit_text, interpret_number, interpret_probabilities


def prediction(digit: int, probability: float) -> Prediction:
    values = np.full(10, (1 - probability) / 9)
    values[digit] = probability
    return interpret_probabilities(values)


def test_a_single_digit_keeps_its_own_text() -> None:
    seven = prediction(7, 0.98)
    number = interpret_number([seven], [False])
    assert (number.number, number.is_sure, number.text) == ("7", True, seven.text)


def test_a_number_is_sure_if_each_digit_is() -> None:
    four, two, unsure = prediction(4, 0.99), prediction(2, 0.95), prediction(3, 0.5)
    assert interpret_number([four, two], [False, False]).text == "42, quite sure"
    assert interpret_number([four, unsure], [False, False]).text == "Not sure: 43"


def test_a_dot_is_never_sure_and_is_called_a_dot() -> None:
    one = prediction(1, 0.99)
    assert (
        interpret_number([one], [True]).text
        == digit_text(one, is_dot=True)
        == "Only a dot, not a digit; read as 1 (99 %)"
    )
    assert not interpret_number([one, one], [False, True]).is_sure
