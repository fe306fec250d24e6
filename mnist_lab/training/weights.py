"""Weights on disk: a file is there whole, or not at all."""

import os
from pathlib import Path

import keras


def save_model(model: keras.Model, path: Path) -> None:
    """Write a model to `path` (.keras) through a temporary name, so that nobody ever reads half a file.

    Raises:
        OSError: The file cannot be written, for example because the disk is full.
    """
    temporary = path.with_name(f".{path.stem}-new.keras")
    try:
        model.save(temporary)
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
