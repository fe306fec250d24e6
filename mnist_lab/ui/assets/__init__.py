"""The browser side of the lab's own components, read once."""

import json
from pathlib import Path

from mnist_lab.charts import PALETTES

_FOLDER = Path(__file__).parent


def script(name: str) -> str:
    """The JavaScript of the component `name`, with the palettes and the theme helper that every component uses."""
    palettes = f"const labPalettes = {json.dumps(PALETTES)};"
    return "\n".join([palettes, *((_FOLDER / file).read_text(encoding="utf-8") for file in ("theme.js", f"{name}.js"))])
