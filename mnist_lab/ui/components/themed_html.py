"""A picture of HTML that `mnist_lab.charts` made, changed in place and coloured for the light or the dark theme."""

import streamlit as st

from mnist_lab.charts import PALETTES
from mnist_lab.ui.components.assets import script
from mnist_lab.ui.components.theme import theme

_component = st.components.v2.component(
    "mnist_lab_picture",
    html='<div class="lab-picture"></div>',
    css=".lab-picture { width: 100%; }",
    js=script("themed_html", "morph"),
    isolate_styles=False,
)


def picture(html: str, *, key: str) -> None:
    """Draw a picture, or change the one already drawn under this key.

    Args:
        html: Our own, with everything of users and files escaped in it; colours are the variables `--lab-<colour>`,
            those of pixels are of the theme that `picture_theme` gives for this key.
        key: Names the picture; the same key is the same one, of which only what differs is drawn anew.
    """
    data = {"html": html, "palettes": PALETTES, "theme": picture_theme(key)}
    _component(data=data, key=key, on_theme_change=lambda: None)


def picture_theme(key: str) -> str:
    """The theme, "light" or "dark", that the picture's pixels are to be made for.

    Streamlit says which theme a page was opened in, the picture when it has changed since.
    """
    kept = st.session_state.get(key)
    told = kept.get("theme") if kept else None
    return told if told in PALETTES else theme()
