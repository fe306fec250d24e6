"""The values of Keras variables as NumPy arrays, and back."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np

from mnist_lab.files import atomic_write
from mnist_lab.training.checkpoint import Arrays


def values_of(variables: Iterable[keras.Variable]) -> Arrays:
    """Copies of the variables' values: what is trained on meanwhile does not change them."""
    return tuple(np.array(variable.value.numpy()) for variable in variables)


def fit(variables: Sequence[Any], values: Arrays) -> bool:
    """Whether the values are, one by one, of the shapes and types of the variables."""
    # By their place, not by name: Keras numbers some names through the process.
    return len(variables) == len(values) and all(
        tuple(variable.shape) == value.shape and keras.backend.standardize_dtype(variable.dtype) == value.dtype.name
        for variable, value in zip(variables, values, strict=True)
    )


def assign(variables: Iterable[keras.Variable], values: Arrays) -> None:
    """Give the variables these values, which must `fit`."""
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)


def save_model(model: keras.Model, path: Path) -> None:
    """Write a model to `path` (.keras) through a temporary name, so that nobody ever reads half a file.

    Raises:
        OSError: The file cannot be written, for example because the disk is full.
    """
    with atomic_write(path) as temporary:
        model.save(temporary)
