"""A drawing that is only a dot is told from a digit."""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.strokes import rasterize
from mnist_lab.data import load_mnist
from mnist_lab.drawing import normalize_drawing

PEN = 20


def is_dot(picture: NDArray[np.uint8], pen_width: float | None) -> bool:
    drawing = normalize_drawing(picture, pen_width=pen_width)
    assert drawing is not None
    return drawing.is_dot


@pytest.mark.parametrize(
    ("strokes", "dot"),
    [
        ([[[250, 250]]], True),
        ([[[250, 250], [275, 250]]], True),
        ([[[250, 250], [265, 265], [250, 270]]], True),
        ([[[250, 250], [250, 320]]], False),
        ([[[100, 100]], [[400, 400]]], False),
        ([[[200, 250], [250, 180], [300, 250], [250, 320], [200, 250]]], False),
    ],
    ids=["dot", "shorter than the pen is wide", "hook", "dash", "two dots", "zero"],
)
def test_a_dot_is_told_from_a_digit_in_either_colour(strokes: list[list[list[float]]], dot: bool) -> None:
    picture = rasterize(strokes, width=PEN)
    assert is_dot(picture, PEN) is dot
    assert is_dot(255 - picture, PEN) is dot


def test_the_width_of_the_pen_decides() -> None:
    picture = rasterize([[[250, 250], [250, 290]]], width=PEN)
    assert is_dot(picture, 40)
    assert not is_dot(picture, 10)


def test_without_a_pen_width_the_strokes_themselves_tell_it() -> None:
    assert is_dot(rasterize([[[250, 250]]], width=PEN), None)
    assert not is_dot(rasterize([[[250, 250], [250, 320]]], width=PEN), None)


def test_no_image_of_mnist_is_a_dot(mnist_folder: Path) -> None:
    for image in load_mnist(mnist_folder / "mnist.npz").test_images[:1000]:
        assert not is_dot(image, None)


def test_the_pen_is_measured_in_pixels_of_the_picture_however_large_it_is() -> None:
    assert is_dot(rasterize([[[250, 250]]], size=2048, width=150), 150)
    assert not is_dot(rasterize([[[250, 250], [250, 300]]], size=2048, width=150), 150)


def test_no_real_digit_is_a_dot(pen_strokes: Path) -> None:
    with gzip.open(pen_strokes) as file:
        drawings = json.load(file)["drawings"][::50]
    for drawing in drawings:
        assert not is_dot(rasterize(drawing["strokes"], width=PEN), PEN)


def test_a_dot_is_found_in_the_colours_of_the_canvas() -> None:
    paper, ink = np.uint8([0x12, 0x16, 0x1B]), np.uint8([0xE6, 0xEB, 0xF0])
    share = (rasterize([[[250, 250]]], width=PEN) / 255)[..., None]
    assert is_dot(np.rint(share * paper + (1 - share) * ink).astype(np.uint8), PEN)
