"""One view of the drawing on the canvas, as HTML that the browser asks for by itself whenever the drawing changes."""

import math
from collections.abc import Mapping
from urllib.parse import urlencode

import streamlit as st

from mnist_lab.ui.components.assets import ENLARGED, MORPH, script, style
from mnist_lab.ui.live.drawing_views import ADDRESS

_component = st.components.v2.component(
    "mnist_lab_drawing_view",
    html=f'<div class="lab-drawing-view" translate="no"></div>{ENLARGED}',
    css="""
    .lab-drawing-view { width: 100%; color: var(--st-text-color); }
    .lab-drawing-view > p { margin: 0; font-size: 0.875rem; }
    """
    + style("enlarge"),
    js=script("drawing_view", MORPH, "enlarge", "drawing_bus"),
    isolate_styles=False,
)


def drawing_view(
    parameters: Mapping[str, str], *, empty: str, key: str, interval: float = math.inf, rest: float = 0.0
) -> None:
    """Draw one view of the drawing, and keep it up to date while a person draws.

    Args:
        parameters: Of the route's address, see `ui.live.drawing_views`; only what changes the view.
        empty: Shown while nothing is drawn.
        key: Identifies the view.
        interval: Least seconds between two updates while the pen is down; infinite to wait until it is up.
        rest: Seconds from pen up to the update: the reading of the drawing comes first.
    """
    moving = 1000 * interval if math.isfinite(interval) else -1
    # A tuple: to check whether the values of a dictionary are tables, Streamlit would load pandas.
    _component(data=(f"{ADDRESS}?{urlencode(parameters)}", empty, moving, 1000 * rest), key=key)
