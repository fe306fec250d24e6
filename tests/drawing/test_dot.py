"""What is hardly more than a dot."""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from mnist_lab.drawing import is_dot, rasterize

PEN = 20


@pytest.mark.parametrize(
    ("strokes", "little"),
    [
        ([[[250, 250]]], True),
        ([[[250, 250], [275, 250]]], True),
        ([[[250, 250], [265, 265], [250, 270]]], True),
        ([[[250, 250], [250, 320]]], False),
        ([[[100, 100]], [[400, 400]]], False),
        ([[[200, 250], [250, 180], [300, 250], [250, 320], [200, 250]]], False),
        ([], False),
    ],
    ids=["dot", "shorter than the pen is wide", "hook", "dash", "two dots", "zero", "blank"],
)
def test_a_dot_is_told_from_a_digit_in_either_colour(strokes: list[list[list[float]]], little: bool) -> None:
    picture = rasterize(strokes, width=PEN)
    assert is_dot(picture, PEN) is little
    assert is_dot(255 - picture, PEN) is little


def test_how_wide_the_pen_is_makes_the_difference() -> None:
    picture = rasterize([[[250, 250], [250, 290]]], width=PEN)
    assert is_dot(picture, 40)
    assert not is_dot(picture, 10)


def test_no_real_digit_is_a_dot(pen_strokes: Path) -> None:
    with gzip.open(pen_strokes) as file:
        drawings = json.load(file)["drawings"][::50]
    for drawing in drawings:
        assert not is_dot(rasterize(drawing["strokes"], width=PEN), PEN)


def test_the_colours_of_a_canvas_do() -> None:
    paper, ink = np.uint8([0x12, 0x16, 0x1B]), np.uint8([0xE6, 0xEB, 0xF0])
    share = (rasterize([[[250, 250]]], width=PEN) / 255)[..., None]
    assert is_dot(np.rint(share * paper + (1 - share) * ink).astype(np.uint8), PEN)
