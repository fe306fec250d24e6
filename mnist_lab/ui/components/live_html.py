"""Words and figures made of HTML by `mnist_lab.charts`, changed in place."""

import streamlit as st

from mnist_lab.ui.components.assets import script

_component = st.components.v2.component(
    "mnist_lab_readout",
    html='<div class="lab-part"></div>',
    js=script("live_html", "morph", "part"),
    isolate_styles=False,
)


def readout(html: str, *, key: str) -> None:
    """Draw it, or change the one already drawn under this key.

    Args:
        html: Our own, with everything of users escaped in it.
        key: Names it.
    """
    # No string: of one, Streamlit asks whether it is a table, and loads pandas for that.
    _component(data=(html,), key=key)
