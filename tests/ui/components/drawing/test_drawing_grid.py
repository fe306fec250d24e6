"""What the browser reports of the grid of drawings."""

import pytest

from mnist_lab.ui.components.drawing.drawing_grid import MAX_CELLS, GridAction, action_of

ID = "0123456789abcdef"


def test_what_our_page_sends_is_an_action():
    assert action_of({"ids": [ID], "label": 7}) == GridAction((ID,), 7)
    assert action_of({"ids": [ID, ID], "label": None}) == GridAction((ID, ID), None)


@pytest.mark.parametrize(
    "reported",
    [
        None,
        [],
        {},
        {"ids": [], "label": 7},
        {"ids": ID, "label": 7},
        {"ids": ["'; DROP TABLE drawings"], "label": 7},
        {"ids": [ID] * (MAX_CELLS + 1), "label": 7},
        {"ids": [ID], "label": 10},
        {"ids": [ID], "label": True},
        {"ids": [ID], "label": "7"},
    ],
)
def test_anything_else_is_none(reported):
    assert action_of(reported) is None
