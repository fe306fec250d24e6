"""The viewer's theme, for images that are made on the server."""

from typing import Literal

import streamlit as st


def theme() -> Literal["light", "dark"]:
    """The name of the viewer's palette in `mnist_lab.charts.PALETTES`."""
    return "dark" if st.context.theme.type == "dark" else "light"
