"""The part of Start where a digit is drawn and read, even by a network in the middle of its training."""

import streamlit as st

from mnist_lab.ui.components.drawing.digit_reading import digit_reading
from mnist_lab.ui.draw.canvas import FRAME, drawing_pad

_PROMPT = "Draw a digit, 0 to 9"
_NO_READER = "Train a network: it reads this"


def draw_card(reader_id: str) -> None:
    """Draw the canvas and the ten bars.

    Args:
        reader_id: Id of the run whose network reads the drawing, in any state; "" if there is none.
    """
    with st.container(width=FRAME, gap="small", key="start-pad"):
        drawing_pad()
        digit_reading(reader_id, prompt=_PROMPT if reader_id else _NO_READER, key="start-reading")
