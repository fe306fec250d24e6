"""Drawings of the collection in a grid: some can be picked, given another digit, or deleted."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import streamlit as st

from mnist_lab.handwriting.kept_drawing import is_drawing_id
from mnist_lab.ui.components.assets import script, style

MAX_CELLS = 120


class Cell(NamedTuple):
    """One drawing of the grid."""

    id: str
    label: int
    read: int
    """What the network reads; -1 if it has not read it."""
    name: str
    """For screen readers and as a tooltip: "7, read as 1, by visitor 3"."""
    is_changeable: bool


class GridAction(NamedTuple):
    """What the user wants done with drawings."""

    ids: Sequence[str]
    label: int | None
    """The digit that they are to get; None if they are to be deleted."""


_component = st.components.v2.component(
    "mnist_lab_drawing_grid",
    html="""
    <div class="lab-drawings" translate="no">
      <div class="bar" role="toolbar" aria-label="The picked drawings" hidden>
        <span class="count" aria-live="polite"></span>
        <span class="digits"></span>
        <button type="button" class="delete">Delete</button>
        <button type="button" class="none">Pick none</button>
      </div>
      <ul class="cells"></ul>
    </div>
    """,
    css=style("drawing_grid"),
    js=script("drawing_grid"),
    isolate_styles=False,
)


def drawing_grid(sprite: str, cells: Sequence[Cell], *, key: str, on_action: Callable[[], None]) -> None:
    """Draw the grid.

    Args:
        sprite: Data URI of a PNG with the drawings in one column, black ink on transparent paper.
        cells: The drawings, in the order of the sprite.
        key: Identifies the grid.
        on_action: Called before the next run when the user wants something done; it asks `requested_action` what.
    """
    # A list: to check whether the values of a dictionary are tables, Streamlit would load pandas.
    _component(data=[sprite, [list(cell) for cell in cells]], key=key, on_action_change=on_action)


def requested_action(key: str) -> GridAction | None:
    """What the user wants done with the drawings of the grid with this key; None if nothing."""
    state = st.session_state.get(key)
    return action_of(state.get("action") if state else None)


def action_of(reported: object) -> GridAction | None:
    """What the browser has reported, `{"ids": […], "label": 7}`; None for what our page does not send."""
    if not isinstance(reported, Mapping):
        return None
    ids, label = reported.get("ids"), reported.get("label")
    if not isinstance(ids, list) or not ids or len(ids) > MAX_CELLS or not all(map(is_drawing_id, ids)):
        return None
    if label is not None and (not isinstance(label, int) or isinstance(label, bool) or not 0 <= label <= 9):
        return None
    return GridAction(tuple(ids), label)
