"""Names for buttons whose text occurs several times on a page, such as "Cancel" in each row of the queue."""

from collections.abc import Mapping

import streamlit as st

from mnist_lab.ui.components.assets import script
from mnist_lab.ui.components.streamlit_dom import by_key

_component = st.components.v2.component(
    "mnist_lab_button_names",
    html='<div class="lab-button-names" hidden></div>',
    js=script("button_names"),
    isolate_styles=False,
)


def button_names(names: Mapping[str, str], *, within: str, key: str) -> None:
    """Name buttons for screen readers, which Streamlit cannot do; it draws nothing.

    Args:
        names: By the key of each button or popover its name, which begins with its text.
        within: The key of the container of all of them; this must be called within it.
        key: Identifies the component.
    """
    _component(data=([(by_key(button), name) for button, name in names.items()], by_key(within)), key=key, height=1)
