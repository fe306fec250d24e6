"""A button for what destroys something: it is red, and asks once before it acts."""

from collections.abc import Callable, Sequence

import streamlit as st

PREFIX = "danger-"
"""Buttons and popovers whose key begins like this are red on every page; the styles are in `shell/chrome.py`."""


def danger_button(
    label: str,
    *,
    key: str,
    question: str,
    confirm: str,
    on_click: Callable[..., None],
    args: Sequence[object] = (),
    icon: str = ":material/delete:",
    disabled: bool = False,
    hint: str | None = None,
) -> None:
    """Draw the button; it opens the question, with a second button that acts.

    It asks in a popover and not in a dialog: a page that is drawn again while it is open would close a dialog.

    Args:
        label: A verb.
        key: Key of the button, to which `PREFIX` is added; the button that acts has the same with `-confirm` appended.
        question: What will be lost, and whether it can be brought back; Markdown, with text of users escaped.
        confirm: A verb with its object, for the button that acts.
        on_click: What to do.
        args: Its arguments.
        icon: Streamlit's name of the icon.
        disabled: Whether it cannot be clicked now.
        hint: Tooltip.
    """
    with st.popover(label, icon=icon, disabled=disabled, help=hint, key=f"{PREFIX}{key}"):
        st.markdown(question)
        st.button(confirm, type="primary", icon=icon, key=f"{PREFIX}{key}-confirm", on_click=on_click, args=tuple(args))
