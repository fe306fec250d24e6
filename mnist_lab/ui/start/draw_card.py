"""The part of Start where a digit is drawn and read, even by a network in the middle of its training."""

import streamlit as st

from mnist_lab.ui.components.digit_reading import digit_reading
from mnist_lab.ui.draw.canvas import drawing_pad
from mnist_lab.ui.live.canvas_picture import SIDE

_PROMPT = "Draw a digit, 0 to 9"
_NO_READER = "Train a network: it reads this"
_FRAME = 34
"""Pixels of the frame around the canvas, on both sides together."""


def draw_card(reader_id: str) -> None:
    """Draw the canvas and the ten bars.

    Args:
        reader_id: Id of the run whose network reads the drawing, in any state; "" if there is none.
    """
    with st.container(width=SIDE + _FRAME, gap="small", key="start-pad"):
        drawing_pad()
        digit_reading(reader_id, prompt=_PROMPT if reader_id else _NO_READER, key="start-reading")
