"""Scrolls the page to one of its elements."""

from typing import Literal

import streamlit as st

from mnist_lab.ui.components.assets import script

_component = st.components.v2.component(
    "mnist_lab_scroll_to",
    html='<div class="lab-scroll-to" hidden></div>',
    js=script("scroll_to", "part", "motion", "focus"),
    isolate_styles=False,
)


def scroll_to(
    selector: str,
    *,
    key: str,
    block: Literal["start", "center"] = "center",
    focus: str = "",
    version: str = "",
    from_below: bool = False,
) -> None:
    """Scroll to the first element that matches the selector, as soon as it is drawn.

    Args:
        selector: A selector of `streamlit_dom`.
        key: Identifies this element of the page.
        block: Where the element is to be on the screen; "start" is below Streamlit's header.
        focus: Selector of an element in it, or ":scope" for itself, that gets the keyboard's focus, so that Tab goes on
            from there and it is read aloud; "" for none.
        version: With another version, the page scrolls there again.
        from_below: Only if the element is near the bottom of the screen, or below it.
    """
    # A tuple: to check whether a string is a table, Streamlit would load pandas.
    _component(data=(selector, block, focus, version, from_below), key=key, height=1)
