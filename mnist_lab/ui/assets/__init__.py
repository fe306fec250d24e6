"""The browser side of the lab's own components, read once."""

from pathlib import Path

_FOLDER = Path(__file__).parent


def script(name: str) -> str:
    """The JavaScript of the component `name`, with the theme helper that every component uses before it."""
    return "\n".join((_FOLDER / file).read_text(encoding="utf-8") for file in ("theme.js", f"{name}.js"))
