"""Strokes of the canvas, and their JSON."""

import json
import math

import pytest

from mnist_lab.errors import HandwritingError
from mnist_lab.handwriting.stroke import (
    MAX_STROKES_BYTES,
    Stroke,
    strokes_from_canvas,
    strokes_from_json,
    strokes_to_json,
)


def test_strokes_survive_their_json():
    strokes = (Stroke(20, ((1, 2), (3, -4))), Stroke(8, ((9, 9),)))
    assert strokes_from_json(json.loads(strokes_to_json(strokes))) == strokes


def test_a_path_of_the_canvas_becomes_the_points_where_its_parts_end():
    path = {
        "path": [["M", 10.4, 20.6], ["Q", 10, 20, 12, 24], ["Q", 1, 1, 12.2, 24.1], ["L", 30, 40]],
        "strokeWidth": 20,
    }
    assert strokes_from_canvas([path]) == (Stroke(20, ((10, 21), (12, 24), (30, 40))),)


@pytest.mark.parametrize(
    "path",
    [
        {},
        {"path": "M 1 2", "strokeWidth": 20},
        {"path": [["M", math.nan, 1]], "strokeWidth": 20},
        {"path": [["M", 1e300, 1], ["Z"], 7], "strokeWidth": 20},
        {"path": [["M", 1, 2]], "strokeWidth": math.inf},
    ],
)
def test_what_is_no_stroke_is_left_out(path):
    assert strokes_from_canvas([path]) == ()


def test_a_scribble_is_thinned_until_it_fits():
    scribble = [Stroke(20, tuple((step % 320, step // 320) for step in range(50_000)))]
    thinned = strokes_from_json(json.loads(strokes_to_json(scribble)))
    assert len(strokes_to_json(scribble)) <= MAX_STROKES_BYTES
    assert (thinned[0].points[0], thinned[0].points[-1]) == (scribble[0].points[0], scribble[0].points[-1])
    dots = [Stroke(20, ((step, step),)) for step in range(9_000)]
    assert len(strokes_to_json(dots)) <= MAX_STROKES_BYTES


@pytest.mark.parametrize(
    "content", [None, {}, "[]", [[20]], [[20, 1]], [[0, 1, 2]], [[20, 1.5, 2]], [[20, True, 2]], [[20, 10**9, 2]], [7]]
)
def test_strokes_that_are_none_are_refused_in_a_sentence(content):
    with pytest.raises(HandwritingError, match=r"Received: .+\.$"):
        strokes_from_json(content)


@pytest.mark.parametrize("number", [10**400, -(10**400), float("nan"), float("inf"), "1"])
def test_a_number_that_no_canvas_sends_is_left_out(number):
    assert strokes_from_canvas([{"path": [["M", 1, 1]], "strokeWidth": number}]) == ()
    assert strokes_from_canvas([{"path": [["M", number, 1]], "strokeWidth": 20}]) == ()
