"""The digits of a number as small cards."""

import numpy as np

from mnist_lab.charts import DigitCard, digit_cards_html

PIXELS = np.zeros((28, 28), np.float32)


def card(digit: int, text: str = "sure") -> DigitCard:
    return DigitCard(PIXELS, [0.91 if index == digit else 0.01 for index in range(10)], text)


def test_each_digit_has_its_card_with_ten_bars_in_their_order() -> None:
    html = digit_cards_html([card(4), card(2)], "light")
    assert html.index("<b>4</b>") < html.index("<b>2</b>")
    assert html.count("<li>") == 2
    assert html.count("<small>") == 20
    assert html.count('class="best"') == 2
    assert "--share:0.9100" in html


def test_bars_are_described_and_texts_are_escaped() -> None:
    html = digit_cards_html([card(7, "<b>7")], "dark")
    assert "&lt;b&gt;7" in html
    assert 'aria-label="Probabilities: 0 1 %' in html
    assert "7 91 %" in html
