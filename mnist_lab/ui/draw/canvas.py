"""The drawing of the session: what the canvas has reported, kept when the user leaves the page."""

import base64
import binascii
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from mnist_lab.ui.components.drawing_canvas import SIDE, CanvasReport, Stroke, drawing_canvas, reported

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FRAME = SIDE + 34
"""Width in pixels of the canvas with its frame."""

_PEN_WIDTH = 20
_KEY = "canvas"
_STROKES = "canvas-strokes"
_IMAGE = "canvas-image"
_WIDTH = "canvas-width"
_ID = "canvas-id"


@dataclass(frozen=True)
class CanvasDrawing:
    """What is drawn on the canvas."""

    pixels: "NDArray[np.uint8]"
    """RGBA, shape (320, 320, 4), dark ink on light paper or light ink on dark."""
    pen_width: float
    """Width in pixels of the widest pen used."""


def drawing_pad() -> CanvasDrawing | None:
    """Draw the canvas and its controls; returns the drawing, or None while the canvas is empty.

    The session keeps the drawing when the user leaves the page.
    """
    state = st.session_state
    with st.container(border=True, width=FRAME, key="canvas-frame"):
        # Before the canvas is drawn, as that tells the browser that its drawing has arrived.
        _keep(reported(_KEY))
        kept = state.get(_STROKES, ()), state.get(_WIDTH, _PEN_WIDTH), state.get(_ID, "")
        drawing_canvas(*kept, side=SIDE, key=_KEY)
    strokes: list[Stroke] = state.get(_STROKES, [])
    pixels = _pixels(state.get(_IMAGE)) if strokes else None
    if pixels is None:
        return None
    return CanvasDrawing(pixels, max(float(stroke["strokeWidth"]) for stroke in strokes))


def _keep(report: CanvasReport) -> None:
    # Streamlit forgets what a component has reported when the user leaves its page.
    if report.strokes is not None:
        st.session_state[_STROKES] = list(report.strokes)
        st.session_state[_IMAGE] = report.image
        st.session_state[_ID] = report.id
    if report.width is not None:
        st.session_state[_WIDTH] = report.width


def _pixels(url: str | None) -> "NDArray[np.uint8] | None":
    """The pixels of a PNG in a data URL; None if it is no picture of the canvas."""
    import numpy as np
    from PIL import Image, UnidentifiedImageError

    try:
        png = base64.b64decode((url or "").partition(";base64,")[2], validate=True)
        with Image.open(io.BytesIO(png), formats=["PNG"]) as image:
            # Whoever speaks to the server without our page may send anything, a huge picture for example.
            return np.asarray(image.convert("RGBA")) if image.size == (SIDE, SIDE) else None
    except (binascii.Error, UnidentifiedImageError, OSError, SyntaxError, ValueError):
        return None
