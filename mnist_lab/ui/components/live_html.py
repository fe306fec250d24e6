"""HTML made by `mnist_lab.charts`, changed in place by the page and by the live feed."""

import streamlit as st

from mnist_lab.charts import DIGITS_CSS, RUN_CSS
from mnist_lab.ui.components.assets import MORPH, script

_component = st.components.v2.component(
    "mnist_lab_live_html",
    html='<div class="lab-part" translate="no"></div>',
    css=f"{RUN_CSS}\n{DIGITS_CSS}",
    js=script("live_html", MORPH, "part"),
    isolate_styles=False,
)


def live_html(html: str, *, key: str) -> None:
    """Draw the HTML, or change the HTML that was drawn under this key before.

    Args:
        html: From `mnist_lab.charts`, with all text of users escaped.
        key: Identifies this HTML on the page and in the answers of the live feed.
    """
    # A tuple: to check whether a string is a table, Streamlit would load pandas.
    _component(data=(html, key), key=key)
