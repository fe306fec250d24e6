"""The newest weights of a network in training, which its worker writes while somebody draws for it.

The worker makes a folder for them. The reader renews a request in it, a file whose modification time counts. The worker
then writes the model once and its weights about once a second, all without flushing to the disk: after a power cut they
are worth nothing anyway.
"""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_lab.archive_reader import MIB, ArchiveError, MissingFileError, open_archive
from mnist_lab.array_reader import archive_array
from mnist_lab.errors import StoreError
from mnist_lab.files import write_arrays
from mnist_lab.runs.run_folder import RunFolder

REQUEST_SECONDS = 5.0
"""A request counts for this long; a reader renews it with each reading."""
_MAX_BYTES = 1024 * MIB
_EPOCH = "epoch"


@dataclass(frozen=True)
class LiveWeights:
    """The weights of a network at one step of its training."""

    epoch: float
    """Epochs done, fractional."""
    values: Sequence[NDArray[Any]]
    """In the order of `keras.Model.weights`."""


def request_live_weights(folder: RunFolder) -> bool:
    """Ask the worker of a run to write its weights for the next `REQUEST_SECONDS`; false if none is training it.

    Raises:
        StoreError: The folder cannot be written.
    """
    try:
        folder.live_request.touch()
    except FileNotFoundError:
        # Only a worker makes the folder: a request that comes too late must not bring it back.
        return False
    except OSError as error:
        raise StoreError(
            f"{folder.live} cannot be written ({error.strerror or error}), so a network in training reads no drawings."
        ) from error
    return True


def are_live_weights_requested(folder: RunFolder) -> bool:
    """Whether somebody has asked for the weights within the last `REQUEST_SECONDS`."""
    try:
        age = time.time() - folder.live_request.stat().st_mtime
    except OSError:
        return False
    return abs(age) <= REQUEST_SECONDS


def write_live_weights(folder: RunFolder, weights: LiveWeights) -> None:
    """Replace the live weights of a run.

    Raises:
        OSError: They cannot be written.
    """
    values = {_name(index): value for index, value in enumerate(weights.values)}
    write_arrays(folder.live_weights, {**values, _EPOCH: np.array(weights.epoch, np.float64)}, durable=False)


def read_live_weights(folder: RunFolder, like: Sequence[NDArray[Any]]) -> LiveWeights | None:
    """Read the live weights of a run; None if it has none.

    Args:
        folder: The run's folder.
        like: Arrays with the shapes and types that the weights must have.

    Raises:
        StoreError: The file is damaged, or belongs to another network.
    """
    try:
        with open_archive(folder.live_weights, max_bytes=_MAX_BYTES, kind=".npz file") as archive:
            epoch = float(archive_array(archive, _EPOCH, (), np.float64))
            values = [
                archive_array(archive, _name(index), array.shape, array.dtype, max_bytes=_MAX_BYTES)
                for index, array in enumerate(like)
            ]
    except MissingFileError:
        return None
    except ArchiveError as error:
        raise StoreError(f"{folder.live_weights} {error}; the training will soon replace it.") from error
    if not math.isfinite(epoch):
        raise StoreError(f"{folder.live_weights} has no valid epoch; the training will soon replace it.")
    return LiveWeights(epoch, values)


def _name(index: int) -> str:
    return f"w{index:04d}"
