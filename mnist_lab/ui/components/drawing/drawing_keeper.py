"""Ten buttons that send the drawing on the canvas with the digit that was meant."""

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import streamlit as st

from mnist_lab.ui.components.assets import script

MAX_STROKES = 1000
_MAX_ID = 40


class MeantDrawing(NamedTuple):
    """A drawing with the digit that was meant."""

    label: int
    png: bytes
    """The canvas."""
    pen_width: str
    """Of the widest pen used, in pixels, as text."""
    strokes: Sequence[Mapping[str, Any]]
    """As the canvas describes them."""
    id: str = ""
    """Of this press of a button."""


_component = st.components.v2.component(
    "mnist_lab_drawing_keeper",
    html="""
    <div class="lab-keeper" role="group" aria-label="Keep this drawing with the digit that you meant">
      <span>It was a</span><span class="digits"></span>
    </div>
    """,
    css="""
    .lab-keeper { display: flex; align-items: center; gap: 0.5rem; color: var(--st-text-color); font-size: 0.875rem; }
    .lab-keeper > :first-child { flex: none; }
    .lab-keeper .digits { flex: 1; display: grid; grid-template-columns: repeat(10, minmax(0, 1fr)); gap: 0.2rem; }
    .lab-keeper button { min-height: 2.25rem; padding: 0; font: inherit; font-size: 1rem; color: inherit;
      background: none; border: 1px solid var(--st-border-color); border-radius: 0.4rem; cursor: pointer; }
    .lab-keeper button:disabled { opacity: 0.4; cursor: not-allowed; }
    .lab-keeper button:enabled:hover { color: var(--st-primary-color); border-color: var(--st-primary-color); }
    .lab-keeper button[aria-pressed="true"] { opacity: 1; color: var(--st-primary-color);
      border: 2px solid var(--st-primary-color); font-weight: 600; }
    .lab-keeper button:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 2px; }
    """,
    js=script("drawing_keeper", "drawing_bus"),
    isolate_styles=False,
)


def drawing_keeper(*, key: str, version: int, handled: str, on_keep: Callable[[], None]) -> None:
    """Draw the buttons.

    Args:
        key: Identifies them.
        version: When it changes, the drawing that was sent last can be sent again.
        handled: Id of the drawing that the page has dealt with last; until then the browser sends it again.
        on_keep: Called before the next run when a button was pressed; it asks `meant_drawing` for the drawing.
    """
    # A tuple: to check whether the values of a dictionary are tables, Streamlit would load pandas.
    _component(data=(version, handled), key=key, on_kept_change=on_keep)


def meant_drawing(key: str) -> MeantDrawing | None:
    """The drawing that was sent just now by the buttons with this key; None if there is none."""
    state = st.session_state.get(key)
    return drawing_of(state.get("kept") if state else None)


def drawing_of(reported: object) -> MeantDrawing | None:
    """What the browser has sent; None for what our page does not send."""
    if not isinstance(reported, Mapping):
        return None
    label, url, pen, strokes = (reported.get(name) for name in ("label", "image", "pen", "strokes"))
    if not isinstance(label, int) or isinstance(label, bool) or not 0 <= label <= 9 or not isinstance(url, str):
        return None
    try:
        png = base64.b64decode(url.partition(";base64,")[2], validate=True)
    except (binascii.Error, ValueError):
        return None
    listed = strokes[:MAX_STROKES] if isinstance(strokes, list) else []
    found = [each for each in listed if isinstance(each, Mapping)]
    return MeantDrawing(label, png, str(pen)[:20], found, str(reported.get("id", ""))[:_MAX_ID])
