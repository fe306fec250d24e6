"""The lab's home folder: a module of its own, because the settings take a quarter of a second to import."""

import os
from pathlib import Path

import platformdirs

VARIABLE = "MNIST_LAB_HOME"


def default_home() -> Path:
    """The home if the environment names none."""
    return platformdirs.user_data_path("mnist-lab", appauthor=False)


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
    return default_home() if named is None else absolute(Path(named))
