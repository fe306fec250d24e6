"""Weights on disk: a file is there whole, or not at all."""

from pathlib import Path

import keras

from mnist_lab.runs.run_folder import replacing


def save_model(model: keras.Model, path: Path) -> None:
    """Write a model to `path` (.keras) through a temporary name, so that nobody ever reads half a file.

    Raises:
        OSError: The file cannot be written, for example because the disk is full.
    """
    with replacing(path) as temporary:
        model.save(temporary)
