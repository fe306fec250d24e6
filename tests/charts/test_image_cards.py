"""The cards of test images: truth, prediction and the three most probable digits."""

import re

import numpy as np

from mnist_lab.charts import ImageCard, image_cards_html

IMAGE = np.zeros((28, 28), np.uint8)


def card(true: int, **probabilities: float) -> str:
    row = np.zeros(10, np.float32)
    for digit, probability in probabilities.items():
        row[int(digit[1])] = probability
    return image_cards_html([ImageCard(1234, IMAGE, true, row)], "light").split("</style>")[1]


def test_a_mistake_has_sign_word_and_colour():
    html = card(7, d3=0.9, d7=0.08, d1=0.02)
    assert 'alt="A 7, read as 3, 90 %" title="Test image 1,234"' in html
    assert '<span>true <b>7</b></span><span class="bad">✗ read as <b>3</b></span>' in html
    assert '<li class="wrong">' in html
    assert re.findall(r'<div class="([a-z ]+)"><b>(.*?)</b>', html) == [
        ("guess bad", "3 ✗"),
        ("guess good", "7 ✓"),
        ("guess", "1 "),
    ]
    assert re.findall(r"width:([\d.]+)%", html) == ["90.0", "8.0", "2.0"]
    assert re.findall(r"<span>([\d<> ]+%)</span>", html) == ["90 %", "8 %", "2 %"]


def test_a_correct_prediction_has_no_error_colour():
    html = card(7, d7=0.6, d1=0.4)
    assert '<span class="good">✓ read as <b>7</b></span>' in html
    assert "bad" not in html
    assert "wrong" not in html


def test_without_an_answer_there_are_no_bars():
    row = np.full(10, np.nan, np.float32)
    html = image_cards_html([ImageCard(0, IMAGE, 0, row)], "dark").split("</style>")[1]
    assert "A 0, for which the network gave no answer" in html
    assert "✗ no answer" in html
    assert "guess" not in html


def test_the_images_are_drawn_in_the_order_given():
    row = np.eye(10, dtype=np.float32)[3]
    cards = [ImageCard(number, IMAGE, number, row) for number in (5, 2, 8)]
    assert re.findall(r"Test image (\d)", image_cards_html(cards, "light")) == ["5", "2", "8"]
