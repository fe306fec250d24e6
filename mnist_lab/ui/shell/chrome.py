"""The frame around every page: the logo, a menu that is visible on a phone, and the look of presentation mode."""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from mnist_lab.charts import variable
from mnist_lab.ui.components import streamlit_dom as dom
from mnist_lab.ui.components.danger_button import PREFIX as DANGER

_ASSETS = Path(__file__).parent / "assets"

ICON = str(_ASSETS / "icon.svg")
"""The icon of the browser's tab: a local file, as a browser would load Streamlit's named icons from the internet."""

_QUIET = ("undo", "redo", "import", "export", "compare-filters", "compare-csv", "train-more", "chart-options")
"""Keys of what a class need not see: it is hidden in presentation mode."""

_DANGER = f"{dom.by_key_prefix(DANGER)} button:enabled"

COLOURS = f"""
/* Streamlit's captions have an opacity of 0.6, and so a contrast of 4.0:1. */
:root {dom.CAPTION} {{ opacity: 0.8; }}
/* White on the light blue of the dark theme could not be read. */
:root {dom.PRIMARY_BUTTON}:enabled {{ color: light-dark(#FFFFFF, #12161B); }}
{_DANGER} {{ color: {variable("bad")}; border-color: {variable("bad")}; }}
{_DANGER}:hover {{ background: color-mix(in srgb, {variable("bad")} 12%, transparent); }}
{_DANGER}{dom.PRIMARY_BUTTON} {{ color: {variable("background")}; background: {variable("bad")}; }}
{_DANGER}{dom.PRIMARY_BUTTON}:hover {{ background: color-mix(in srgb, {variable("bad")} 88%, #000); }}
"""
"""Colours of Streamlit's own elements that the theme cannot set."""

_ON = dom.PRESENTING
PRESENTATION = f"""
/* Whatever is at least 12 px large is at least 18 px large now: Streamlit and the lab measure in rem. */
{_ON} {{ font-size: 24px; }}
{_ON} :is({dom.HEADER}, {", ".join(map(dom.by_key, _QUIET))}) {{ display: none; }}
{_ON} {dom.FRAME} {{ padding: 0.5rem 1rem 2rem; }}
{_ON} {dom.PAGE} {{ margin-top: 0; gap: 0.75rem; }}
{_ON} {dom.NARROW_MENU} {{ display: flex; justify-content: flex-start; padding-right: 2.5rem; }}
{_ON} {dom.DIAGRAM_WRAPPER} {{ top: 0; }}
{_ON} {dom.CAPTION} {{ opacity: 1; }}
{_ON} {dom.PAGE} :is(h1, h2) {{ font-size: 1.5rem; padding: 0.25rem 0; }}
{_ON} {dom.PAGE} h3 {{ font-size: 1.15rem; padding: 0.25rem 0; }}
{_ON} :is(a, {dom.CHOSEN_SEGMENT}) {{ color: light-dark(#004B78, #8FCFF5); }}
{_ON} :is({dom.ALERT}, {dom.BADGE}) {{ color: light-dark(#1F2933, #E6EBF0); }}
{_ON} ::placeholder {{ color: light-dark(#3E4C59, #C3CDD6); opacity: 1; }}
{_ON} {dom.PRIMARY_BUTTON}:enabled {{ background: light-dark(#00548A, #56B4E9); }}
{_ON} .lab-presentation {{ top: 0.4rem; width: 1.75rem; height: 1.75rem; }}
/* Charts are higher then. */
{_ON} {dom.ELEMENT}:has(.lab-plot) {{ height: auto; overflow: visible; }}
@media (max-width: 1100px) {{ {_ON} {dom.STACKED_COLUMN} {{ min-width: 100%; }} }}
"""
"""Presentation mode: large text, full contrast, and nothing around the page but links to the others."""

STYLE = f"""<style>{COLOURS}
{dom.PAGE} {{ margin-top: -{dom.EMPTY_TOP}; }}
{dom.NARROW_MENU} {{ display: none; }}
/* They draw nothing here, and must not leave a gap. */
{dom.by_key("translation-guard")} {{ display: none; }}
{dom.by_key("presentation")} {{ position: absolute; }}
{dom.HEADER_RIGHT} {{ padding-right: 3rem; }}
@media (max-width: {dom.MENU_MIN_WIDTH - 1}px) {{
  {dom.PAGE} {{ margin-top: -{dom.EMPTY_TOP_NARROW}; }}
  {dom.NARROW_MENU} {{ display: flex; }}
  {dom.MENU_ARROW} {{ display: none; }}
}}
/* Columns that have too little room beside each other are stacked, so that no number is cut off. */
@media (max-width: 900px) {{ {dom.STACKED_COLUMN} {{ min-width: 100%; }} }}
/* The notice about the data set must not move a page down: there is enough space above its title. */
{dom.DATA_NOTICE} {{ margin: -0.6rem 0; }}
{dom.TITLE_BELOW_NOTICE} {{ padding-top: 0; }}
@media (prefers-reduced-motion: reduce) {{
  *, ::before, ::after {{ animation-duration: 1ms !important; animation-iteration-count: 1 !important;
    transition-duration: 1ms !important; scroll-behavior: auto !important; }}
}}
@media print {{ {dom.PAGE} {{ margin-top: 0; }} {dom.NARROW_MENU} {{ display: none; }} }}
{PRESENTATION}</style>"""
"""Moves the page up into the empty space below Streamlit's menu. On screens on which Streamlit hides its menu behind an
arrow, the narrow menu replaces both."""


def show_logo() -> None:
    """Show the lab's logo beside the menu."""
    st.logo(str(_ASSETS / "logo.svg"), size="medium")


def show_narrow_menu(pages: Sequence[st.Page]) -> None:
    """Show links to the pages side by side, for screens on which Streamlit hides its own menu."""
    with st.container(horizontal=True, gap=None, horizontal_alignment="distribute", key="narrow-menu"):
        for page in pages:
            st.page_link(page, label=page.title, icon="", width="content")
