"""The views of the drawing below canvas and answer: what the network sees, and what others make of it."""

import streamlit as st

from mnist_lab.runs import Run
from mnist_lab.ui.components.drawing_view import drawing_view
from mnist_lab.ui.live.drawing_view_parts import STEPS, UNCENTRED
from mnist_lab.ui.live.drawing_views import VIEW
from mnist_lab.ui.session.query_params import RUN

_NOTHING = "Draw a digit, and it is shown here."
_LIVE = 0.15
"""Seconds between two updates while the pen is down."""


@st.fragment
def drawing_views(run: Run) -> None:
    """Draw the views, one at a time."""
    _network_input(run)


def _network_input(run: Run) -> None:
    with st.container(horizontal=True, gap="medium"):
        shows_steps = st.toggle("Show the steps", key="draw-steps")
        is_uncentred = st.toggle("Compare with the drawing as it was drawn", key="draw-uncentred")
    options = {STEPS: "1"} if shows_steps else {}
    if is_uncentred:
        options[UNCENTRED] = "1"
    drawing_view({VIEW: "input", RUN: run.id, **options}, empty=_NOTHING, key="draw-input", interval=_LIVE)
