"""The viewer's theme, for pictures that are made before they reach the browser."""

from typing import Literal

import streamlit as st


def theme() -> Literal["light", "dark"]:
    """The name of the viewer's palette in `mnist_lab.charts.PALETTES`."""
    return "dark" if st.context.theme.type == "dark" else "light"
