"""The drawing canvas: ink on the page's own paper, in both themes, with a Clear and an Undo of our own."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from mnist_lab.charts import PALETTES
from mnist_lab.ui.components import streamlit_dom as dom
from mnist_lab.ui.components.theme import theme

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SIDE = 320
FRAME = SIDE + 34
"""Width of the canvas with its frame."""

Stroke = dict[str, Any]

_ROUND = "canvas-round"
_START = "canvas-start"
_STROKES = "canvas-strokes"
_PICTURES = "canvas-pictures"
_THEME = "canvas-theme"

_STYLE = f"""<style>
{dom.CANVAS_PAD} {{ position: relative; }}
{dom.CANVAS_PROMPT} {{
  position: absolute; inset: 0; z-index: {dom.CANVAS_PROMPT_LAYER}; height: {SIDE}px; pointer-events: none;
  transition: opacity 0.2s 3s;
}}
{dom.CANVAS_PAD}:active {dom.CANVAS_PROMPT} {{ opacity: 0; transition: none; }}
</style>"""
"""The prompt lies on the canvas and disappears when the pen comes down. It stays away until the server has received the
stroke and no longer draws it."""


@dataclass(frozen=True)
class Drawing:
    """What has been drawn."""

    pixels: "NDArray[np.uint8]"
    """RGBA, shape (320, 320, 4), dark ink on light paper or light ink on dark."""
    pen: float
    """Width of the widest pen in pixels."""


def pen_canvas() -> Drawing | None:
    """Show the canvas and what belongs to it; None while nothing has been drawn.

    The drawing stays the session's when its page is left, or the theme changed.
    """
    from streamlit_drawable_canvas import st_canvas

    st.html(_STYLE)
    with st.container(border=True, width=FRAME, key="canvas-frame"):
        pad = st.container(key="canvas-pad", gap=None)
        with st.container(horizontal=True, vertical_alignment="bottom", wrap=False, gap="xsmall"):
            undo = st.empty()
            clear = st.empty()
            width = st.slider("Pen size", 8, 40, 20, key="pen-width", persist_state="session")
    # The component keeps its strokes for as long as its page is shown and its key is the same.
    key = f"canvas-{_round()}"
    if key not in st.session_state:
        st.session_state[_THEME] = theme()
        st.session_state[_START] = [
            {**stroke, "stroke": PALETTES[theme()]["ink"]} for stroke in st.session_state.get(_STROKES, ())
        ]
    colours = PALETTES[st.session_state[_THEME]]
    with pad:
        result = st_canvas(
            stroke_width=width,
            stroke_color=colours["ink"],
            background_color=colours["background"],
            height=SIDE,
            width=SIDE,
            drawing_mode="freedraw",
            initial_drawing={"objects": st.session_state[_START]},
            return_image_data=True,
            key=key,
        )
        strokes: list[Stroke] = list((result.json_data or {}).get("objects", ()))
        st.session_state[_STROKES] = strokes
        # Emptied at once, and not when the reading is there.
        prompt = st.empty()
        if not strokes:
            with prompt.container(key="canvas-prompt", horizontal_alignment="center", vertical_alignment="center"):
                st.caption("Draw here", width="content")
    if undo.button("Undo", icon=":material/undo:", shortcut="mod+z", disabled=not strokes, key="canvas-undo"):
        _begin(strokes[:-1])
    if clear.button("Clear", icon=":material/ink_eraser:", disabled=not strokes, key="canvas-clear"):
        _begin([])
    png = _remembered(len(strokes), result.image_bytes) if strokes else None
    # A canvas whose colours change forgets its strokes.
    if st.session_state[_THEME] != theme():
        _begin(strokes)
    return None if png is None else Drawing(_pixels(png), max(stroke.get("strokeWidth", width) for stroke in strokes))


def _remembered(strokes: int, png: bytes | None) -> bytes | None:
    """The picture of so many strokes: the one just sent, or, as a canvas sends none of what it begins with, the old."""
    pictures: dict[int, bytes] = st.session_state.setdefault(_PICTURES, {})
    if png is not None:
        pictures[strokes] = png
    return pictures.get(strokes)


def _pixels(png: bytes) -> "NDArray[np.uint8]":
    import numpy as np
    from PIL import Image

    with Image.open(io.BytesIO(png)) as picture:
        return np.asarray(picture.convert("RGBA"))


def _round() -> int:
    number: int = st.session_state.setdefault(_ROUND, 0)
    return number


def _begin(strokes: Sequence[Stroke]) -> None:
    """Start a fresh canvas with these strokes."""
    st.session_state[_STROKES] = strokes
    if not strokes:
        st.session_state.pop(_PICTURES, None)
    st.session_state[_ROUND] = _round() + 1
    st.rerun()
