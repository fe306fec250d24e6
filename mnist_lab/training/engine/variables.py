"""The values of Keras variables as NumPy arrays, and back."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np

from mnist_lab.errors import StoreError
from mnist_lab.files import atomic_write
from mnist_lab.training.checkpoint import Arrays


def copy_values(variables: Iterable[keras.Variable]) -> Arrays:
    """Copies of the variables' values, which later training steps do not change."""
    return tuple(np.array(variable.value.numpy()) for variable in variables)


def values_fit(variables: Sequence[Any], values: Arrays) -> bool:
    """Whether the values have the shapes and types of the variables, in the same order."""
    # By order, not by name: Keras numbers some names continuously within a process.
    return len(variables) == len(values) and all(
        tuple(variable.shape) == value.shape and keras.backend.standardize_dtype(variable.dtype) == value.dtype.name
        for variable, value in zip(variables, values, strict=True)
    )


def assign(variables: Iterable[keras.Variable], values: Arrays) -> None:
    """Assign values to the variables; `values_fit` must hold."""
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)


def load_weights(model: keras.Model, path: Path) -> None:
    """Give a model the weights of a network of the same layers that was saved to `path` (.keras).

    Raises:
        StoreError: The file is damaged, or belongs to another network.
    """
    try:
        model.load_weights(path)
    except Exception as error:  # Keras raises many types of exceptions for a damaged file
        raise StoreError(
            f"The weights that this run starts with cannot be read ({path.name}: {type(error).__name__})."
        ) from error


def save_model(model: keras.Model, path: Path) -> None:
    """Write a model to `path` (.keras) through a temporary name, so that a reader never sees half a file.

    Raises:
        OSError: The file cannot be written, for example because the disk is full.
    """
    with atomic_write(path) as temporary:
        model.save(temporary)
