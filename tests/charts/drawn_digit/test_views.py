"""The HTML of the views of a drawing."""

import re

import numpy as np
import pytest

from mnist_lab.charts.drawn_digit.epoch_answers import epoch_answers_html
from mnist_lab.charts.drawn_digit.evidence import Neighbour, evidence_html
from mnist_lab.charts.drawn_digit.layer_maps import cell_sum_text, layer_maps_html, picture
from mnist_lab.charts.drawn_digit.network_answers import NetworkAnswer, network_answers_html
from mnist_lab.charts.drawn_digit.network_input import network_input_html
from mnist_lab.drawing import normalize_drawing
from mnist_lab.drawing.steps import NormalizationSteps, normalization_steps
from mnist_lab.runs.snapshot import LayerMaps


def surely(digit: int) -> np.ndarray:
    values = np.full(10, 0.01, np.float32)
    values[digit] = 0.91
    return values


def content(html: str) -> str:
    return html.rpartition("</style>")[2]


@pytest.fixture
def steps() -> NormalizationSteps:
    picture = np.full((320, 320), 255, np.uint8)
    picture[40:240, 20:60] = 0
    drawing = normalize_drawing(picture)
    assert drawing is not None
    found = normalization_steps(picture, drawing)
    assert found is not None
    return found


def test_the_input_is_one_picture_until_more_is_wanted(steps):
    html = content(network_input_html(steps, "light"))
    assert html.count("<img") == 1
    assert 'alt="The drawing as 28×28 pixels"' in html
    html = content(network_input_html(steps, "light", shows_steps=True, uncentred_reading="4 <b>"))
    assert html.count("<img") == 6
    assert "To 4×20 pixels" in html
    assert "4 &lt;b&gt;" in html


def test_those_that_disagree_come_first_and_those_that_cannot_read_last():
    answers = [
        NetworkAnswer(1, "A", surely(7)),
        NetworkAnswer(2, "B", None, "It is <gone>."),
        NetworkAnswer(3, "C", surely(1)),
        NetworkAnswer(4, "<D>", surely(7)),
    ]
    html = content(network_answers_html(answers, left_out=2))
    assert re.findall(r"<span>([^<%]+)</span></p>", html) == ["C", "A", "&lt;D&gt;", "B"]
    assert html.count('class="differs"') == 1
    assert "The networks disagree:</b> 2 read a 7, 1 reads a 1." in html
    assert "2 further networks not asked" in html
    assert "It is &lt;gone&gt;." in html


def test_networks_that_agree_are_one_sentence():
    assert "All 2 networks read a 7." in network_answers_html([NetworkAnswer(i, "A", surely(7)) for i in (1, 2)])
    assert "The network reads a 7." in network_answers_html([NetworkAnswer(1, "A", surely(7))])
    assert "being loaded" in network_answers_html([NetworkAnswer(1, "A", None)])


@pytest.mark.parametrize(
    ("digits", "text"),
    [
        ((3, 1, 4, 4), "Read as a 4 since epoch 2</b>, and as a 1 before."),
        ((4, 1, 1, 4), "Read as a 4 since epoch 5</b>, and as a 1 before."),
        ((4, 4, 4, 4), "Read as a 4 in every epoch that is kept."),
    ],
)
def test_the_epoch_that_learned_the_digit_is_named(digits, text):
    html = epoch_answers_html((0, 1, 2, 5), np.stack([surely(digit) for digit in digits]), 2, "dark")
    assert text in html
    assert "After epoch 2" in html
    assert 'style="left:50.00%;width:25.00%"' in html


def test_the_network_before_its_first_step_is_named():
    html = epoch_answers_html((0, 1), np.stack([surely(4), surely(4)]), 0, "light")
    assert "Before the training" in html


def test_the_deciding_pixels_and_the_nearest_digits():
    near = [Neighbour(np.zeros((28, 28), np.uint8), label, 0.93) for label in (7, 7, 1, 9, 7)]
    blank = np.zeros((28, 28), np.float32)
    html = content(evidence_html(blank, blank, 7, near, "<MNIST>", "light"))
    assert html.count("A training digit, a 7") == 3
    assert "93 % alike" in html
    assert "&lt;MNIST&gt;" in html
    assert "neighbours" not in content(evidence_html(blank, blank, 7, [], "MNIST", "light"))


def maps(shape: tuple[int, ...], values: np.ndarray) -> LayerMaps:
    return LayerMaps(3, "Conv2D", "3 Convolution", shape, values, np.float32([0]), np.float32([2.5]))


def test_the_maps_name_their_layer_and_size_for_the_pointer():
    html = content(layer_maps_html([maps((5, 7, 2), np.zeros((1, 2, 5, 7), np.uint8))], "light", is_large=True))
    assert 'data-layer="2" data-rows="5" data-columns="7" data-axes="3"' in html
    assert html.count('class="tile"') == 2


def test_a_layer_is_pictured_by_the_map_that_varies_most():
    values = np.zeros((1, 2, 5, 7), np.uint8)
    values[0, 1, 2] = 255
    assert picture(maps((5, 7, 2), values), "light") == picture(maps((5, 7, 1), values[:, 1:]), "light")
    assert picture(maps((5, 7, 2), values), "light") != picture(maps((5, 7, 1), values[:, :1]), "light")
    assert picture(maps((10,), np.zeros((1, 1, 1, 10), np.uint8)), "light").startswith("data:image/png")


def test_a_sum_is_written_out():
    assert cell_sum_text(0.84, 9, 0.71, 0.13, "relu") == "<b>0.84</b> = relu(9 products, in sum 0.71, + bias 0.13)"
    assert cell_sum_text(-1.2, 1600, -1, -0.2, "linear") == "<b>−1.2</b> = (1,600 products, in sum −1, − bias 0.2)"
    assert cell_sum_text(0.5, 0, 0, 0, "") == "<b>0.5</b>"
