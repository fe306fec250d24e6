"""HTML made by `mnist_lab.charts`, changed in place and coloured for the light or the dark theme.

Pictures of `charts/snapshots/tiles.py` in it can be enlarged.
"""

from typing import Literal

import streamlit as st

from mnist_lab.charts import PALETTES
from mnist_lab.ui.components.assets import ENLARGED, MORPH, script, style
from mnist_lab.ui.components.theme import theme

_component = st.components.v2.component(
    "mnist_lab_themed_html",
    html=f'<div class="lab-themed-html" translate="no"></div>{ENLARGED}',
    css=".lab-themed-html { width: 100%; }" + style("enlarge"),
    js=script("themed_html", MORPH, "enlarge"),
    isolate_styles=False,
)


def themed_html(html: str, *, key: str, width: int | Literal["stretch"] = "stretch") -> None:
    """Draw the HTML, or change the HTML that was drawn under this key before.

    Args:
        html: From `mnist_lab.charts`, with all text of users and files escaped. Its colours are CSS variables
            `--lab-<colour>`; its images must be made for the theme that `pixel_theme` returns for this key.
        key: Identifies this HTML; with the same key, only changed parts are drawn again.
        width: In pixels, or the whole width.
    """
    data = {"html": html, "theme": pixel_theme(key)}
    _component(data=data, key=key, width=width, on_theme_change=lambda: None)


def pixel_theme(key: str) -> str:
    """The theme, "light" or "dark", that the images in the HTML must be made for.

    Streamlit knows the theme in which the page was opened; the component reports later changes.
    """
    state = st.session_state.get(key)
    reported = state.get("theme") if state else None
    return reported if reported in PALETTES else theme()
