"""The frame around every page: the logo, less empty space at the top, and a menu that is visible on a phone."""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from mnist_lab.ui.components import streamlit_dom as dom
from mnist_lab.ui.shell.element_colours import COLOURS
from mnist_lab.ui.shell.presentation_style import ONLY_READ_ALOUD, PRESENTATION

_ASSETS = Path(__file__).parent / "assets"

_HIDDEN_TITLES = {"Compose": "Compose a network", "Train": "Train a network"}

ICON = str(_ASSETS / "icon.svg")
"""The icon of the browser's tab: a local file, as a browser would load Streamlit's named icons from the internet."""

_INVISIBLE = ("translation-guard", "focus-keeper", "history-steps")
"""Components that act on the whole page."""

STYLE = f"""<style>
{dom.PAGE} {{ margin-top: -{dom.EMPTY_TOP}; }}
{dom.NARROW_MENU} {{ display: none; }}
{dom.CONTENT} {{ min-height: calc(100vh - 13rem); }}
/* They draw nothing, and must not leave a gap. */
:is({", ".join(map(dom.by_key, _INVISIBLE))}) {{ display: none; }}
@media (max-width: {dom.MENU_MIN_WIDTH - 1}px) {{
  {dom.PAGE} {{ margin-top: -{dom.EMPTY_TOP_NARROW}; }}
  {dom.NARROW_MENU} {{ display: flex; }}
  {dom.MENU_ARROW} {{ display: none; }}
}}
/* Columns that have too little room beside each other are stacked, so that no number is cut off. */
@media (max-width: 900px) {{ {dom.STACKED_COLUMN} {{ min-width: 100%; }} }}
/* Canvas and frame have fixed widths, and a small phone is narrower. */
{dom.by_key("canvas-frame")} {{ padding-inline: clamp(2px, 50vw - 1rem - 161px, 16px); }}
/* The notice about the data set must not move a page down: there is enough space above its title. */
{dom.DATA_NOTICE} {{ margin: -0.6rem 0; }}
{dom.TITLE_BELOW_NOTICE} {{ padding-top: 0; }}
{dom.HIDDEN_TITLE_WRAPPER} {{ {ONLY_READ_ALOUD} }}
@media (prefers-reduced-motion: reduce) {{
  *, ::before, ::after {{ animation-duration: 1ms !important; animation-iteration-count: 1 !important;
    transition-duration: 1ms !important; scroll-behavior: auto !important; }}
}}
@media print {{ {dom.PAGE} {{ margin-top: 0; }} {dom.NARROW_MENU} {{ display: none; }} }}
{COLOURS}{PRESENTATION}</style>"""
"""Moves the page up into the empty space below Streamlit's menu. On screens on which Streamlit hides its menu behind an
arrow, the narrow menu replaces both."""


def show_logo() -> None:
    """Show the lab's logo beside the menu."""
    st.logo(str(_ASSETS / "logo.svg"), size="medium")


def show_hidden_title(title: str) -> None:
    """Name a page for screen readers, if it has no title in sight: each page has one heading of the first level."""
    if title in _HIDDEN_TITLES:
        with st.container(key="hidden-title"):
            st.html(f"<h1>{_HIDDEN_TITLES[title]}</h1>")


def show_narrow_menu(pages: Sequence[st.Page]) -> None:
    """Show links to the pages side by side, for screens on which Streamlit hides its own menu."""
    with st.container(horizontal=True, gap="xxsmall", key="narrow-menu"):
        for page in pages:
            st.page_link(page, label=page.title, icon="", width="content")
