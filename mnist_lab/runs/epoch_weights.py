"""The weights of a network after each epoch, small and few: what one drawing was read as, epoch by epoch.

They are float16, which is near enough for a reading and takes half the room. Of a long training, or of a large network,
only some epochs stay: the first, the last, and those between in equal steps.
"""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_lab.archive_reader import ArchiveError, open_archive
from mnist_lab.array_reader import archive_array
from mnist_lab.errors import StoreError
from mnist_lab.files import write_arrays

MAX_EPOCHS = 60
"""Epochs kept of one run."""
MAX_BYTES = 20_000_000
"""Of all of them together."""
_MIN_EPOCHS = 4
_NAME = re.compile(r"epoch-(\d{6})\.npz")
_LARGEST = float(np.finfo(np.float16).max)


def max_epochs(weights: Sequence[NDArray[Any]]) -> int:
    """How many epochs are kept of a network with these weights; 0 for one that is so large that they would be few."""
    most = min(MAX_EPOCHS, MAX_BYTES // max(1, sum(2 * array.size for array in weights)))
    return most if most >= _MIN_EPOCHS else 0


def kept_epochs(epochs: Iterable[int], most: int) -> set[int]:
    """Those of the epochs that are kept: the first two, the last, and those between in equal steps.

    Args:
        epochs: Those that there are; 0 is the network before its first step.
        most: How many are kept at most, at least 4.
    """
    known = set(epochs)
    newest, stride = max(known), 1
    while newest // stride + len((0, 1, newest)) > most:
        stride *= 2
    return {epoch for epoch in known if epoch % stride == 0 or epoch in (1, newest)}


def epoch_weight_files(folder: Path) -> dict[int, Path]:
    """The files in a folder, by their epochs in order; empty if there is no folder."""
    found = {int(match[1]): path for path in folder.glob("*.npz") if (match := _NAME.fullmatch(path.name))}
    return dict(sorted(found.items()))


def epoch_weights_path(folder: Path, epoch: int) -> Path:
    """The file of one epoch."""
    return folder / f"epoch-{epoch:06d}.npz"


def write_epoch_weights(path: Path, weights: Sequence[NDArray[Any]]) -> None:
    """Write the weights after one epoch.

    Args:
        path: From `epoch_weights_path`; its folder is made.
        weights: In the order of `keras.Model.weights`.

    Raises:
        OSError: They cannot be written.
    """
    write_arrays(path, {_member(index): _half(array) for index, array in enumerate(weights)}, durable=False)


def read_epoch_weights(path: Path, shapes: Sequence[tuple[int, ...]]) -> list[NDArray[np.float16]]:
    """Read the weights after one epoch.

    Args:
        path: From `epoch_weight_files`.
        shapes: Those that the weights must have.

    Raises:
        StoreError: The file is missing, damaged, or belongs to another network.
    """
    try:
        with open_archive(path, max_bytes=2 * MAX_BYTES, kind=".npz file") as archive:
            return [
                archive_array(archive, _member(index), shape, np.float16, max_bytes=2 * MAX_BYTES)
                for index, shape in enumerate(shapes)
            ]
    except ArchiveError as error:
        raise StoreError(f"{path} {error}; train the run again to see its epochs.") from error


def _half(array: NDArray[Any]) -> NDArray[np.float16]:
    half: NDArray[np.float16] = np.clip(array, -_LARGEST, _LARGEST).astype(np.float16)
    return half


def _member(index: int) -> str:
    return f"w{index:04d}"
