"""The drawing canvas: paper in both themes, with a Clear and an Undo of our own."""

import io
from typing import TYPE_CHECKING, Any

import streamlit as st

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SIDE = 320
PAPER, INK = "#FFFFFF", "#1F2933"
_ROUND = "canvas-round"
_START = "canvas-start"
_PICTURES = "canvas-pictures"


def pen_canvas() -> "NDArray[np.uint8] | None":
    """Show the canvas and what belongs to it.

    Returns:
        The drawing as RGBA, uint8 (320, 320, 4), dark ink on white paper; None while nothing has been drawn.
    """
    from streamlit_drawable_canvas import st_canvas

    with st.container(border=True, width=SIDE + 34, key="canvas-frame"):
        place = st.container()
        with st.container(horizontal=True, vertical_alignment="bottom", wrap=False, gap="small"):
            undo = st.empty()
            clear = st.empty()
            width = st.slider("Pen width", 8, 40, 20, key="pen-width", label_visibility="collapsed")
    with place:
        result = st_canvas(
            stroke_width=width,
            stroke_color=INK,
            background_color=PAPER,
            height=SIDE,
            width=SIDE,
            drawing_mode="freedraw",
            initial_drawing=st.session_state.get(_START),
            return_image_data=True,
            key=f"canvas-{_round()}",
        )
    strokes = list((result.json_data or {}).get("objects", ()))
    if undo.button("Undo", icon=":material/undo:", disabled=not strokes, key="canvas-undo"):
        _begin({"objects": strokes[:-1]} if strokes[:-1] else None)
    if clear.button("Clear", icon=":material/ink_eraser:", disabled=not strokes, key="canvas-clear"):
        _begin(None)
    return _pixels(_remembered(len(strokes), result.image_bytes)) if strokes else None


def _remembered(strokes: int, png: bytes | None) -> bytes | None:
    """The picture of so many strokes: the one just sent, or, as a canvas sends none when an undo begins it, the old."""
    pictures: dict[int, bytes] = st.session_state.setdefault(_PICTURES, {})
    if png is not None:
        pictures[strokes] = png
    return pictures.get(strokes)


def _pixels(png: bytes | None) -> "NDArray[np.uint8] | None":
    if png is None:
        return None
    import numpy as np
    from PIL import Image

    with Image.open(io.BytesIO(png)) as picture:
        return np.asarray(picture.convert("RGBA"))


def _round() -> int:
    number: int = st.session_state.setdefault(_ROUND, 0)
    return number


def _begin(drawing: dict[str, Any] | None) -> None:
    """Start a fresh canvas: the component keeps its strokes for as long as its key."""
    st.session_state[_START] = drawing
    if drawing is None:
        st.session_state.pop(_PICTURES, None)
    st.session_state[_ROUND] = _round() + 1
    st.rerun()
