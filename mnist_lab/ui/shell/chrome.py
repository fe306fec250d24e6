"""What surrounds every page: the logo, less empty space at the top, and a menu that is visible on a phone."""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from mnist_lab.ui.components import streamlit_dom as dom

_ASSETS = Path(__file__).parent / "assets"

ICON = str(_ASSETS / "icon.svg")
"""The icon of the browser's tab: a file of ours, as a browser would fetch Streamlit's named icons from the internet."""

STYLE = f"""<style>
{dom.PAGE} {{ margin-top: -{dom.EMPTY_TOP}; }}
{dom.NARROW_MENU} {{ display: none; }}
@media (max-width: {dom.MENU_MIN_WIDTH - 1}px) {{
  {dom.PAGE} {{ margin-top: -{dom.EMPTY_TOP_NARROW}; }}
  {dom.NARROW_MENU} {{ display: flex; }}
  {dom.MENU_ARROW} {{ display: none; }}
}}
/* Columns without enough room beside each other are stacked, so that no figure is cut off. */
@media (max-width: 900px) {{ {dom.STACKED_COLUMN} {{ min-width: 100%; }} }}
/* The line about the data set must not push a page down: its title has room enough above itself. */
{dom.DATA_NOTICE} {{ margin: -0.6rem 0; }}
{dom.TITLE_BELOW_NOTICE} {{ padding-top: 0; }}
@media print {{ {dom.PAGE} {{ margin-top: 0; }} {dom.NARROW_MENU} {{ display: none; }} }}
</style>"""
"""Moves the page up into the space that Streamlit leaves empty below its menu. Where Streamlit folds its menu behind an
arrow, the narrow menu replaces both."""


def show_logo() -> None:
    """Show the lab's logo beside the menu."""
    st.logo(str(_ASSETS / "logo.svg"), size="medium")


def show_narrow_menu(pages: Sequence[st.Page]) -> None:
    """Show links to the pages side by side, for screens on which Streamlit folds its own menu."""
    with st.container(horizontal=True, gap=None, horizontal_alignment="distribute", key="narrow-menu"):
        for page in pages:
            st.page_link(page, label=page.title, icon="", width="content")
