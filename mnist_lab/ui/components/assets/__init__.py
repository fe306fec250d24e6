"""The JavaScript of the lab's own components."""

import json
from pathlib import Path

from mnist_lab.charts.palette import PALETTES, PRESENTATION_PALETTES
from mnist_lab.ui.components import streamlit_dom

MORPH = "vendor/idiomorph.min"
"""Changes the HTML of a node in place."""
_FOLDER = Path(__file__).parent


def script(name: str, *helpers: str) -> str:
    """The JavaScript of the component `name`, with the constants, the theme helper and the other `helpers` it uses."""
    constants = {
        "labPalettes": {**PALETTES, **PRESENTATION_PALETTES},
        "labBackground": streamlit_dom.BACKGROUND,
        "labPresenting": streamlit_dom.PRESENTING_CLASS,
        "labCanvasSurface": streamlit_dom.CANVAS_SURFACE,
        "labCanvasSend": streamlit_dom.CANVAS_SEND,
    }
    prelude = (f"const {constant} = {json.dumps(value)};" for constant, value in constants.items())
    files = ("theme", *helpers, name)
    return "\n".join([*prelude, *((_FOLDER / f"{file}.js").read_text(encoding="utf-8") for file in files)])
