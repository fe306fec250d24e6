"""The lab's home folder: a module of its own, because the settings take a quarter of a second to import."""

import os
from pathlib import Path

import platformdirs

VARIABLE = "MNIST_LAB_HOME"
_QUOTES = frozenset({'""', "''", "“”", "‘’", "„“", "``"})


def default_home() -> Path:
    """The home if the environment names none."""
    return platformdirs.user_data_path("mnist-lab", appauthor=False)


def meant_path(text: str) -> str:
    """The path that a user means: without blanks and quotes around it, and without `file://`."""
    if Path(text).exists():
        return text
    text = text.strip()
    while len(text) > 1 and text[0] + text[-1] in _QUOTES:
        text = text[1:-1].strip()
    if text.lower().startswith("file:"):
        from urllib.request import url2pathname

        text = url2pathname(text[len("file:") :].removeprefix("//").removeprefix("localhost"))
    return text


def absolute(path: Path) -> Path:
    """The absolute path, with `~` expanded.

    Raises:
        OSError: A part of it cannot be followed.
        RuntimeError: An unknown user, or links that form a loop.
    """
    return path.expanduser().resolve()


def home_folder() -> Path:
    """The home, as `Settings.home` is.

    Raises:
        OSError: A part of its path cannot be followed.
        RuntimeError: An unknown user, or links that form a loop.
    """
    # As the settings do: names in upper or lower case, and an empty value is none.
    named = next((value for name, value in os.environ.items() if name.upper() == VARIABLE and value), None)
    return default_home() if named is None else absolute(Path(meant_path(named)))
