"""The names of exported files."""

import re

EXPORT_SUFFIXES = {
    "code": ".py",
    "notebook": ".ipynb",
    "keras": ".keras",
    "savedmodel": "-savedmodel",
    "litert": ".tflite",
    "network": ".network.json",
    "recipe": ".recipe.json",
}
"""The formats of a run's files, and how the names of the files end."""


def file_name(text: str, suffix: str) -> str:
    """Turn a run's name into a file name that every system accepts: at most 60 letters, digits and hyphens."""
    stem = re.sub(r"[^A-Za-z0-9]+", "-", text).strip("-")[:60].strip("-").lower()
    return (stem or "run") + suffix
