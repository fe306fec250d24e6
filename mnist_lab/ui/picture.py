"""A picture of HTML that `mnist_lab.charts` made, changed in place and coloured for the light or the dark theme."""

import streamlit as st

from mnist_lab.charts import PALETTES
from mnist_lab.ui.assets import script

_component = st.components.v2.component(
    "mnist_lab_picture",
    html='<div class="lab-picture"></div>',
    css=".lab-picture { width: 100%; }",
    js=script("picture"),
    isolate_styles=False,
)


def picture(html: str, *, key: str) -> None:
    """Draw a picture, or change the one already drawn under this key.

    Args:
        html: Our own, with everything of users and files escaped in it; colours are the variables `--lab-<colour>`.
        key: Names the picture; the same key is the same one, of which only what differs is drawn anew.
    """
    _component(data={"html": html, "palettes": PALETTES}, key=key)
