"""Makes one step of the browser's history of each input of the user, so that Back leads to what was there before it."""

import streamlit as st

from mnist_lab.ui.components.assets import script

_component = st.components.v2.component(
    "mnist_lab_history_steps", html="<div hidden></div>", js=script("history_steps"), isolate_styles=False
)


def history_steps() -> None:
    """Watch over the history of the whole page, from now on until it is loaded again. It draws nothing."""
    _component(key="history-steps", height=1)
