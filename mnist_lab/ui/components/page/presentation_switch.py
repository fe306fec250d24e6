"""The switch of presentation mode: large text and thick lines, for a page that is shown to a class.

The mode is a class of the page, and the browser remembers it: no run of the page is needed to begin or to leave it. Its
styles are in `shell/chrome.py`, its colours in `charts.PRESENTATION_PALETTES`; charts enlarge themselves.
"""

import streamlit as st

from mnist_lab.ui.components import streamlit_dom as dom
from mnist_lab.ui.components.assets import script
from mnist_lab.ui.session.query_params import PRESENT

_component = st.components.v2.component(
    "mnist_lab_presentation_switch",
    html='<button type="button" class="lab-presentation" aria-label="Presentation mode"></button>',
    css="""
    .lab-presentation { position: fixed; z-index: 999991; top: 0.75rem; right: 1rem; width: 2.25rem; height: 2.25rem;
      padding: 0; display: grid; place-items: center; cursor: pointer; border: 1px solid transparent;
      border-radius: 0.5rem; color: var(--st-text-color); background: var(--st-background-color); }
    .lab-presentation:hover { border-color: var(--st-border-color); }
    .lab-presentation:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 2px; }
    .lab-presentation.away:not(:focus-visible) { opacity: 0; pointer-events: none; }
    .lab-presentation svg { width: 1.25rem; height: 1.25rem; fill: currentcolor; }
    @media print { .lab-presentation { display: none; } }
    """,
    js=script("presentation_switch"),
    isolate_styles=False,
)


def presentation_switch() -> None:
    """Draw the switch at the right of the header. The link with `?present=1` opens a page in presentation mode."""
    # A tuple: to check whether a dictionary's values are tables, Streamlit would load pandas.
    _component(data=(st.query_params.get(PRESENT) == "1", dom.OVERLAY, dom.MAIN), key="presentation", height=1)
