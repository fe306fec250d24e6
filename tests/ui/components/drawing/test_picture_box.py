"""What the browser sends as a box is checked."""

import math

import pytest

from mnist_lab.ui.components.drawing.picture_box import box_of


def test_a_box_is_four_shares() -> None:
    assert box_of([0.1, 0.2, 0.5, 1]) == (0.1, 0.2, 0.5, 1.0)


@pytest.mark.parametrize(
    "value",
    [
        None,
        "0.1,0.2",
        [],
        [0.1, 0.2, 0.5],
        [0.5, 0.2, 0.1, 0.9],
        [0.1, 0.2, 0.1, 0.9],
        [-1, 0, 1, 1],
        [0, 0, 2, 1],
        [0, 0, math.nan, 1],
        [0, 0, "1", 1],
        {"left": 0},
    ],
)
def test_anything_else_is_no_box(value: object) -> None:
    assert box_of(value) is None
