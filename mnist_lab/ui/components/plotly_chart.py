"""A Plotly chart that is changed in place, never created again, and coloured for the light or the dark theme.

The runs of a page light up in it when the pointer is over one of them anywhere: a trace's `legendgroup` names its run.
"""

import streamlit as st

from mnist_lab.charts import Figure
from mnist_lab.ui.components.assets import script

_component = st.components.v2.component(
    "mnist_lab_plotly_chart",
    html='<div class="lab-plot" role="img" translate="no" data-lights></div>',
    css=".lab-plot { width: 100%; }",
    js=script("plotly_chart", "figure_delta", "part", "motion", "presentation_chart", "run_light"),
    isolate_styles=False,
)


def plotly_chart(figure: Figure, *, key: str, alt: str, height: int = 320, version: str = "") -> None:
    """Draw a figure, or change the chart that was drawn under this key before.

    Args:
        figure: From `mnist_lab.charts`: data and layout with colour tokens.
        key: Identifies the chart; with the same key, zoom and hover stay when the data change.
        alt: Alternative text, for screen readers.
        height: In pixels.
        version: Identifies the figure, so that the live feed can send changes of it.
    """
    # A list: to check whether the values of a dictionary are tables, Streamlit would load pandas (0.4 s, 50 MB).
    _component(data=[figure, alt, height, version, key], key=key, height=height)
