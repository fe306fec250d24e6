"""Parts of ink become digits."""

import gzip
import json
from pathlib import Path

import pytest

from benchmarks.strokes import rasterize
from mnist_lab.drawing import Box, normalize_drawing
from mnist_lab.drawing.grouping import group_digits, keep_line

FOUR = Box(0, 0, 60, 100)
TWO = Box(90, 10, 150, 105)


@pytest.mark.parametrize(
    ("boxes", "groups"),
    [
        ([FOUR], [(0,)]),
        ([TWO, FOUR], [(1,), (0,)]),
        ([FOUR, Box(50, 5, 55, 90)], [(0, 1)]),
        ([FOUR, Box(57, 5, 120, 90)], [(0,), (1,)]),
        ([FOUR, Box(65, 0, 110, 12)], [(0, 1)]),
        ([FOUR, TWO, Box(140, 0, 180, 9)], [(0,), (1, 2)]),
        ([Box(0, 0, 30, 100), Box(50, 0, 80, 100), Box(10, 20, 70, 90)], [(0, 1, 2)]),
    ],
    ids=["one", "two", "second stroke", "leaning", "bar of a five", "bar of the second", "united by a third"],
)
def test_parts_are_grouped_from_left_to_right(boxes: list[Box], groups: list[tuple[int, ...]]) -> None:
    assert [tuple(sorted(group)) for group in group_digits(boxes)] == groups


def test_of_a_photo_only_one_line_is_kept() -> None:
    boxes = {1: FOUR, 2: TWO, 3: Box(170, 0, 230, 100), 4: Box(0, 300, 60, 400), 5: Box(10, 108, 50, 115),
             6: Box(900, 0, 960, 100)}  # fmt: skip
    assert keep_line(FOUR, boxes) == {1, 2, 3, 5}


def test_a_drawn_number_is_read_digit_by_digit() -> None:
    strokes = [[[60, 100], [40, 250], [160, 250]], [[140, 100], [140, 380]], [[260, 120], [420, 120], [330, 380]]]
    drawing = normalize_drawing(rasterize(strokes, size=320), pen_width=20)
    assert drawing is not None
    assert len(drawing.digits) == 2
    seven = normalize_drawing(rasterize(strokes[2:], size=320), pen_width=20)
    assert seven is not None
    assert drawing.digits[1].pixels.tolist() == seven.pixels.tolist()


def test_real_digits_are_not_divided(pen_strokes: Path) -> None:
    with gzip.open(pen_strokes) as file:
        drawings = json.load(file)["drawings"][::40]
    divided = 0
    for drawing in drawings:
        found = normalize_drawing(rasterize(drawing["strokes"]), pen_width=20)
        assert found is not None
        divided += len(found.digits) > 1
    assert divided <= 1
