"""What the theme cannot set of Streamlit's own elements: pale text, buttons that destroy something, the focus ring."""

from mnist_lab.charts.palette import variable
from mnist_lab.ui.components import streamlit_dom as dom

_DESTRUCTIVE = f"button:enabled:has({dom.COLOURED_TEXT})"
_BAD = variable("bad")
_RING = "light-dark(#0072B2, #56B4E9)"
"""The primary colour of both themes."""
_FOREIGN = f":not({dom.OWN_COMPONENT} *)"
"""Not of our components, which have rings of their own."""

COLOURS = f"""
/* Streamlit's captions have an opacity of 0.6, and so a contrast of 4.0:1.
   With a colour instead, links in them keep theirs. */
:root {dom.CAPTION} {{ opacity: 1; color: color-mix(in srgb, currentcolor 78%, transparent); }}
:root ::placeholder {{ color: color-mix(in srgb, currentcolor 75%, transparent); opacity: 1; }}
/* White on the light blue of the dark theme could not be read. */
:root {dom.PRIMARY_BUTTON}:enabled {{ color: light-dark(#FFFFFF, #12161B); }}
/* A label in `:red[…]` makes the whole button red: so does what destroys something. */
:root {_DESTRUCTIVE} {{ color: {_BAD}; border-color: {_BAD}; }}
:root {_DESTRUCTIVE} {dom.COLOURED_TEXT} {{ color: inherit !important; }}
:root {_DESTRUCTIVE}:hover {{ background: color-mix(in srgb, {_BAD} 12%, transparent); }}
/* Links had none, and that of buttons was too pale. */
:root :is(a, button, summary):focus-visible{_FOREIGN} {{ outline: 2px solid {_RING} !important; }}
:root div:has(> input:focus-visible, > textarea:focus-visible){_FOREIGN} {{ box-shadow: inset 0 0 0 1px {_RING}; }}
:root {dom.ELEMENT_TOOLBAR}:focus-within {{ opacity: 1; }}
"""
"""A part of the style sheet of every page."""
