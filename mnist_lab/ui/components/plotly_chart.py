"""A Plotly chart that changes in place: the same node for its whole life, painted for the light or the dark theme."""

import streamlit as st

from mnist_lab.charts import Figure
from mnist_lab.ui.components.assets import script

_component = st.components.v2.component(
    "mnist_lab_plot",
    html='<div class="lab-plot lab-part" role="img"></div>',
    css=".lab-plot { width: 100%; }",
    js=script("plotly_chart", "part"),
    isolate_styles=False,
)


def plot(figure: Figure, *, key: str, alt: str, height: int = 320) -> None:
    """Draw a figure, or change the one already drawn under this key.

    Args:
        figure: What `mnist_lab.charts` gives: data and layout with colour tokens.
        key: Names the chart; the same key is the same chart, whose zoom and hover stay when its data change.
        alt: What the chart shows, in words.
        height: Pixels.
    """
    # No dictionary: of one, Streamlit asks whether its values are tables, and loads pandas for that (0.4 s, 50 MB).
    _component(data=[figure, alt, height], key=key, height=height)
