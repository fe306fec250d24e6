"""Keyboard shortcuts that click buttons of the page, except while the user types in a field.

Streamlit's own `shortcut=` acts inside text fields as well: Ctrl + Z while typing took a layer away.
"""

from collections.abc import Mapping

import streamlit as st

from mnist_lab.ui.components.assets import script
from mnist_lab.ui.components.streamlit_dom import SCRIPT_RUNS_NOT, by_key

_component = st.components.v2.component(
    "mnist_lab_shortcuts",
    html='<div class="lab-shortcuts" hidden></div>',
    js=script("shortcuts", "shortcut"),
    isolate_styles=False,
)


def shortcuts(buttons: Mapping[str, str], *, key: str) -> None:
    """Let keys click buttons; draws nothing.

    Args:
        buttons: A key such as "z" or "shift+z", pressed together with Ctrl or ⌘, and the key of the button.
        key: Identifies the component.
    """
    clicked = [(keys.removeprefix("shift+"), keys.startswith("shift+"), by_key(name)) for keys, name in buttons.items()]
    _component(data=(clicked, SCRIPT_RUNS_NOT), key=key, height=1)
