"""Leads the keyboard's focus: on to a neighbour when the control that has it goes, and into a popover that is open."""

import streamlit as st

from mnist_lab.ui.components import streamlit_dom as dom
from mnist_lab.ui.components.assets import script

_component = st.components.v2.component(
    "mnist_lab_focus_keeper", html="<div hidden></div>", js=script("focus_keeper", "focus"), isolate_styles=False
)


def focus_keeper() -> None:
    """Watch over the focus of the whole page, from now on until it is loaded again. It draws nothing."""
    # A tuple: to check whether the values of a dictionary are tables, Streamlit would load pandas.
    selectors = (dom.SCRIPT_RUNS_NOT, dom.UNDO_DELETION, dom.OVERLAY, dom.POPOVER, dom.POPOVER_BUTTON)
    _component(data=selectors, key="focus-keeper", height=1)
