"""The answer that ten probabilities give, as text."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnist_lab.insight import interpret_probabilities
from mnist_lab.novelty import DigitScore


def probabilities_of(**digits: float) -> list[float]:
    rest = (1 - sum(digits.values())) / (10 - len(digits))
    return [digits.get(f"d{digit}", rest) for digit in range(10)]


@pytest.mark.parametrize(
    ("probabilities", "sure", "text"),
    [
        (probabilities_of(d7=0.98), True, "7, quite sure (98 %)"),
        (probabilities_of(d7=0.9), True, "7, quite sure (90 %)"),
        (probabilities_of(d0=1.0), True, "0, quite sure (100 %)"),
        (probabilities_of(d0=0.9996), True, "0, quite sure (> 99 %)"),
        (probabilities_of(d4=0.48, d9=0.41), False, "Not sure: 4 (48 %) or 9 (41 %)"),
        (probabilities_of(d9=0.8, d4=0.15), False, "Not sure: 9 (80 %) or 4 (15 %)"),
        (probabilities_of(d9=0.5, d4=0.09), False, "Not sure: perhaps 9 (50 %)"),
        ([0.1] * 10, False, "Not sure: 0 (10 %) or 1 (10 %)"),
    ],
)
def test_text(probabilities, sure, text):
    prediction = interpret_probabilities(probabilities)
    assert (prediction.is_sure, prediction.text) == (sure, text)


@given(st.lists(st.floats(0.001, 1), min_size=10, max_size=10))
def test_the_digit_and_its_runner_up_are_the_two_highest(weights):
    probabilities = np.array(weights) / sum(weights)
    prediction = interpret_probabilities(probabilities)
    assert prediction.digit != prediction.runner_up
    assert [prediction.probability, prediction.runner_up_probability] == sorted(probabilities, reverse=True)[:2]
    assert prediction.probability == probabilities[prediction.digit]
    assert str(prediction.digit) in prediction.text


@pytest.mark.parametrize(
    ("is_dot", "score", "is_digit", "sure", "text"),
    [
        (False, DigitScore(0.1, is_digit=True), True, True, "7, quite sure (98 %)"),
        (False, DigitScore(0.6, is_digit=False), False, False, "This does not look like a digit; nearest is 7"),
        (True, DigitScore(0.1, is_digit=True), False, False, "Only a dot, not a digit; read as 7 (98 %)"),
        (True, None, False, False, "Only a dot, not a digit; read as 7 (98 %)"),
        (False, None, None, True, "7, quite sure (98 %)"),
    ],
)
def test_what_is_no_digit_is_never_sure(is_dot, score, is_digit, sure, text):
    prediction = interpret_probabilities(probabilities_of(d7=0.98), is_dot=is_dot, digit_score=score)
    assert (prediction.is_digit, prediction.is_sure, prediction.text) == (is_digit, sure, text)
    assert prediction.score == (None if score is None else score.score)


@pytest.mark.parametrize("wrong", [[0.5, 0.5], [math.nan] * 10, [math.inf] + [0.0] * 9])
def test_other_numbers_are_refused(wrong):
    with pytest.raises(ValueError, match="ten finite probabilities"):
        interpret_probabilities(wrong)
