"""The drawing canvas: paper in both themes, with a Clear and an Undo of our own."""

from typing import TYPE_CHECKING, Any

import streamlit as st

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SIDE = 320
PAPER, INK = "#FFFFFF", "#1F2933"
_ROUND = "canvas-round"
_START = "canvas-start"


def pen_canvas() -> "NDArray[np.uint8] | None":
    """Show the canvas and what belongs to it.

    Returns:
        The drawing as RGBA, uint8 (320, 320, 4), dark ink on white paper; None while nothing has been drawn.
    """
    from streamlit_drawable_canvas import st_canvas

    with st.container(border=True, width=SIDE + 34, key="canvas-frame"):
        place = st.container()
        with st.container(horizontal=True, vertical_alignment="center"):
            undo = st.empty()
            clear = st.empty()
        width = st.slider("Pen width", 8, 40, 20, key="pen-width")
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
    return result.image_data if strokes else None


def _round() -> int:
    number: int = st.session_state.setdefault(_ROUND, 0)
    return number


def _begin(drawing: dict[str, Any] | None) -> None:
    """Start a fresh canvas: the component keeps its strokes for as long as its key."""
    st.session_state[_START] = drawing
    st.session_state[_ROUND] = _round() + 1
    st.rerun()
