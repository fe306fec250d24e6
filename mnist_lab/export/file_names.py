"""The names of exported files."""

import unicodedata

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


_MAX_LETTERS = 60
"""With the longest ending, even letters of four bytes each make a name of fewer than 255 bytes."""
_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(10))}
"""Names of devices: Windows has no files of these names, whatever their endings."""


def file_name(text: str, suffix: str, kind: str = "run") -> str:
    """Turn a name into a file name that every system accepts: letters of any script, digits and hyphens.

    Args:
        text: The name of a run or a network.
        suffix: How the file name ends.
        kind: What it begins with if nothing of the name is left, or if the rest is reserved.
    """
    letters = "".join(each if _is_kept(each) else " " for each in unicodedata.normalize("NFC", text).lower())
    stem = "-".join(letters.split())[:_MAX_LETTERS].strip("-")
    if not stem or stem in _RESERVED:
        stem = "-".join(filter(None, (kind, stem)))
    return stem + suffix


def _is_kept(character: str) -> bool:
    """Whether it is a letter, a mark that belongs to a letter, or a digit."""
    return unicodedata.category(character)[0] in "LMN"
