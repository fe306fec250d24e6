"""Scrolls the page to one of its elements."""

import streamlit as st

from mnist_lab.ui.components.assets import script

_component = st.components.v2.component(
    "mnist_lab_scroll_to",
    html='<div class="lab-scroll-to" hidden></div>',
    js=script("scroll_to", "part", "motion"),
    isolate_styles=False,
)


def scroll_to(selector: str, *, key: str, focus: str = "", version: str = "") -> None:
    """Scroll to the first element that matches the selector, as soon as it is drawn.

    Args:
        selector: A selector of `streamlit_dom`.
        key: Identifies this element of the page.
        focus: Selector of an element in it that gets the keyboard's focus; the top of the screen then shows it.
        version: With another version, the page scrolls there again.
    """
    # A tuple: to check whether a string is a table, Streamlit would load pandas.
    _component(data=(selector, focus, version), key=key, height=1)
