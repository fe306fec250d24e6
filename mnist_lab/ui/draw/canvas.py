"""The drawing of the session: what the canvas has reported, kept when the user leaves the page."""

import streamlit as st

from mnist_lab.ui.components.drawing.drawing_canvas import CanvasReport, drawing_canvas, reported
from mnist_lab.ui.live.canvas_picture import SIDE

FRAME = SIDE + 34
"""Width in pixels of the canvas with its frame, where it is shown as large as it is drawn."""

_PEN_WIDTH = 20
_KEY = "canvas"
_STROKES = "canvas-strokes"
_WIDTH = "canvas-width"
_ID = "canvas-id"


@st.fragment
def drawing_pad() -> None:
    """Draw the canvas and its controls. The session keeps the drawing when the user leaves the page.

    What reads the drawing gets it in the browser (`assets/drawing_bus.js`); a stroke runs no more than this function.
    """
    state = st.session_state
    with st.container(border=True, width="content", key="canvas-frame"):
        # Before the canvas is drawn, as that tells the browser that its drawing has arrived.
        _keep(reported(_KEY))
        drawing_canvas(state.get(_STROKES, ()), state.get(_WIDTH, _PEN_WIDTH), state.get(_ID, ""), key=_KEY)


def _keep(report: CanvasReport) -> None:
    # Streamlit forgets what a component has reported when the user leaves its page.
    if report.strokes is not None:
        st.session_state[_STROKES] = list(report.strokes)
        st.session_state[_ID] = report.id
    if report.width is not None:
        st.session_state[_WIDTH] = report.width
