"""What surrounds every page: the lab's name, less empty space above, and on a phone a menu that can be seen."""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

_ASSETS = Path(__file__).parent / "assets"

ICON = str(_ASSETS / "icon.svg")
"""The icon of the browser's tab: a file of ours, as Streamlit's named icons would be asked of the internet."""

STYLE = """<style>
.st-key-page { margin-top: -4.25rem; }
.st-key-narrow-menu { display: none; }
@media (max-width: 767px) {
  .st-key-page { margin-top: -1.25rem; }
  .st-key-narrow-menu { display: flex; }
  [data-testid="stExpandSidebarButton"] { display: none; }
}
/* One line about the data set must not push a page down: its title has room enough above itself. */
.st-key-data-notice { margin: -0.6rem 0; }
.st-key-page:has(.st-key-data-notice) :is(h1, h2) { padding-top: 0; }
/* Columns that have no room beside each other: figures are not to be cut off. */
@media (max-width: 900px) {
  [class*="st-key-stacked-"] > [data-testid="stLayoutWrapper"] > [data-testid="stHorizontalBlock"]
    > [data-testid="stColumn"] { min-width: 100%; }
}
@media print { .st-key-page { margin-top: 0; } .st-key-narrow-menu { display: none; } }
</style>"""
"""Streamlit leaves a hand's breadth empty below its menu, which a projected page has better uses for. Below 768 pixels
it shows an arrow in place of its menu; the lab's narrow menu then stands there for both."""


def logo() -> None:
    """Show the lab's name beside the menu."""
    st.logo(str(_ASSETS / "logo.svg"), size="medium")


def narrow_menu(pages: Sequence[StreamlitPage]) -> None:
    """Draw the ways to the pages side by side, for screens on which Streamlit's own menu hides behind an arrow."""
    with st.container(horizontal=True, gap=None, horizontal_alignment="distribute", key="narrow-menu"):
        for page in pages:
            st.page_link(page, label=page.title, icon="", width="content")
