"""The JavaScript of the lab's own components."""

import json
from pathlib import Path

from mnist_lab.charts import PALETTES
from mnist_lab.ui.components import streamlit_dom

MORPH = "vendor/idiomorph.min"
"""Changes the HTML of a node in place."""
_FOLDER = Path(__file__).parent


def script(name: str, *helpers: str) -> str:
    """The JavaScript of the component `name`, with the constants, the theme helper and the other `helpers` it uses."""
    constants = {
        "labPalettes": PALETTES,
        "labBackground": streamlit_dom.BACKGROUND,
        "labCanvasSurface": streamlit_dom.CANVAS_SURFACE,
        "labCanvasSend": streamlit_dom.CANVAS_SEND,
        "labAboutRuns": streamlit_dom.ABOUT_RUNS,
        "labAboutRunsClass": streamlit_dom.ABOUT_RUNS_CLASS,
    }
    prelude = (f"const {constant} = {json.dumps(value)};" for constant, value in constants.items())
    files = ("theme", *helpers, name)
    return "\n".join([*prelude, *((_FOLDER / f"{file}.js").read_text(encoding="utf-8") for file in files)])
