"""Colours of Streamlit's own elements that the theme cannot set: pale text, and what destroys something."""

from mnist_lab.charts.palette import variable
from mnist_lab.ui.components import streamlit_dom as dom

_DANGER = f"{dom.DESTRUCTIVE_BUTTON}:enabled"
_BAD = variable("bad")

COLOURS = f"""
/* Streamlit's captions have an opacity of 0.6, and so a contrast of 4.0:1. */
:root {dom.CAPTION} {{ opacity: 0.8; }}
:root ::placeholder {{ color: color-mix(in srgb, currentcolor 75%, transparent); opacity: 1; }}
/* White on the light blue of the dark theme could not be read. */
:root {dom.PRIMARY_BUTTON}:enabled {{ color: light-dark(#FFFFFF, #12161B); }}
:root {_DANGER} {{ color: {_BAD}; border-color: {_BAD}; }}
:root {_DANGER}:hover {{ background: color-mix(in srgb, {_BAD} 12%, transparent); }}
:root {_DANGER}{dom.PRIMARY_BUTTON} {{ color: {variable("background")}; background: {_BAD}; }}
:root {_DANGER}{dom.PRIMARY_BUTTON}:hover {{ background: color-mix(in srgb, {_BAD} 88%, #000); }}
"""
"""A part of the style sheet of every page."""
