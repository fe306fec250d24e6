"""Keeps the page working while the browser translates it."""

import streamlit as st

from mnist_lab.ui.components.assets import script

_component = st.components.v2.component(
    "mnist_lab_translation_guard", html="<div hidden></div>", js=script("translation_guard"), isolate_styles=False
)


def translation_guard() -> None:
    """Guard the whole page, from now on until it is loaded again. It draws nothing."""
    _component(key="translation-guard", height=1)
