"""The JavaScript of the lab's own components, and the CSS of those with much of it."""

import json
from pathlib import Path

from mnist_lab.charts.palette import PALETTES, PRESENTATION_PALETTES
from mnist_lab.ui.components import streamlit_dom

MORPH = "vendor/idiomorph.min"
"""Changes the HTML of a node in place."""
_FOLDER = Path(__file__).parent
ENLARGED = (_FOLDER / "enlarge.html").read_text(encoding="utf-8")
"""The HTML of the dialog in which `enlarge.js` shows pictures; `enlarge.css` is its style."""


def script(name: str, *helpers: str) -> str:
    """The JavaScript of the component `name`, with the constants, the theme helper and the other `helpers` it uses."""
    constants = {
        "labPalettes": {**PALETTES, **PRESENTATION_PALETTES},
        "labBackground": streamlit_dom.BACKGROUND,
        "labKeyClass": streamlit_dom.KEY_CLASS,
        "labHeaderHeight": streamlit_dom.HEADER_HEIGHT,
        "labPresenting": streamlit_dom.PRESENTING_CLASS,
        "labCanvasSurface": streamlit_dom.CANVAS_SURFACE,
        "labCanvasStrokes": streamlit_dom.CANVAS_STROKES,
        "labCanvasSend": streamlit_dom.CANVAS_SEND,
        "labAboutRuns": streamlit_dom.ABOUT_RUNS,
        "labAboutRunsClass": streamlit_dom.ABOUT_RUNS_CLASS,
    }
    prelude = (f"const {constant} = {json.dumps(value)};" for constant, value in constants.items())
    files = ("theme", *helpers, name)
    return "\n".join([*prelude, *((_FOLDER / f"{file}.js").read_text(encoding="utf-8") for file in files)])


def style(name: str) -> str:
    """The CSS of the component `name`, with the height of Streamlit's header as a variable."""
    height = f":root {{ --lab-header-height: {streamlit_dom.HEADER_HEIGHT}; }}"
    return f"{height}\n{(_FOLDER / f'{name}.css').read_text(encoding='utf-8')}"
