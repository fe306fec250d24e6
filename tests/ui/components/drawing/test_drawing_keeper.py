"""What the browser sends when a drawing is to be kept."""

import pytest

from mnist_lab.ui.components.drawing.drawing_keeper import MAX_STROKES, MeantDrawing, drawing_of

GOOD = {"label": 7, "image": "data:image/png;base64,AAAA", "pen": 20, "strokes": [{"strokeWidth": 20}, 7], "id": "a"}


def test_what_our_page_sends_is_a_drawing():
    assert drawing_of(GOOD) == MeantDrawing(7, b"\0\0\0", "20", [{"strokeWidth": 20}], "a")


def test_strokes_may_be_missing_and_are_bounded():
    found = drawing_of({**GOOD, "strokes": None})
    assert found is not None
    assert found.strokes == []
    many = drawing_of({**GOOD, "strokes": [{}] * (MAX_STROKES + 1)})
    assert many is not None
    assert len(many.strokes) == MAX_STROKES


@pytest.mark.parametrize(
    "reported",
    [None, [], {}, *({**GOOD, **bad} for bad in ({"label": 10}, {"label": True}, {"label": "7"}, {"image": 3}))],
)
def test_anything_else_is_none(reported):
    assert drawing_of(reported) is None


def test_a_picture_that_is_no_base64_is_none():
    assert drawing_of({**GOOD, "image": "data:image/png;base64,%"}) is None
