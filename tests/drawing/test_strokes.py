"""Pen strokes become a picture."""

import numpy as np
import pytest

from benchmarks.strokes import rasterize


def test_no_stroke_leaves_white_paper() -> None:
    picture = rasterize([])
    assert picture.shape == (320, 320)
    assert picture.dtype == np.uint8
    assert (picture == 255).all()


def test_a_line_is_as_wide_as_the_pen_and_has_round_ends() -> None:
    picture = rasterize([[[100, 250], [400, 250]]], size=500, width=40)
    dark = picture < 128
    assert dark[:, 250].sum() == pytest.approx(40, abs=1)
    assert dark[250].sum() == pytest.approx(340, abs=2)
    assert not dark[232, 82]


def test_y_points_down_and_a_single_point_is_a_dot() -> None:
    rows, columns = np.nonzero(rasterize([[[100, 400]]]) < 128)
    assert rows.mean() == pytest.approx(256, abs=1)
    assert columns.mean() == pytest.approx(64, abs=1)
    assert np.ptp(rows) == pytest.approx(20, abs=1)


def test_strokes_are_not_joined_and_what_is_outside_is_cut_off() -> None:
    picture = rasterize([[[-100, 100], [600, 100]], [[-100, 400], [600, 400]], []])
    assert (picture[64] == 0).all()
    assert (picture[160] == 255).all()


@pytest.mark.parametrize("point", [[float("nan"), 1], [1, float("inf")], [1e300, 1], [1], [1, 2, 3]])
def test_points_that_are_none_are_refused_in_a_sentence(point: list[float]) -> None:
    with pytest.raises(ValueError, match="two numbers"):
        rasterize([[[10, 10], point]])


@pytest.mark.parametrize(("size", "width"), [(0, 20), (100_000, 20), (320, 0), (320, float("nan"))])
def test_sizes_that_cannot_be_are_refused_in_a_sentence(size: int, width: float) -> None:
    with pytest.raises(ValueError, match="pixels a side"):
        rasterize([], size, width)
