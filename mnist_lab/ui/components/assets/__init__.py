"""The browser side of the lab's own components, read once."""

import json
from pathlib import Path

from mnist_lab.charts import PALETTES

_FOLDER = Path(__file__).parent


def script(name: str, *helpers: str) -> str:
    """The JavaScript of the component `name`, with the palettes, the theme helper and the other `helpers` it uses."""
    palettes = f"const labPalettes = {json.dumps(PALETTES)};"
    files = ("theme", *helpers, name)
    return "\n".join([palettes, *((_FOLDER / f"{file}.js").read_text(encoding="utf-8") for file in files)])
