"""The file of a run in which the digits' subspaces are kept: `digit_subspaces.npz`."""

import hashlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mnist_lab.archive_reader import MIB, ArchiveError, open_archive
from mnist_lab.array_reader import archive_array
from mnist_lab.errors import StoreError
from mnist_lab.files import write_arrays
from mnist_lab.network import CLASSES
from mnist_lab.novelty.digit_subspaces import DIMENSIONS, MAX_HIDDEN, PIXELS, DigitSubspaces

MAX_BYTES = 4 * MIB
"""Of the file, and of each of its arrays; the largest bases have 0.9 MiB."""
_STEPS = 127
"""The values of a basis are kept as whole numbers of -127 to 127, a quarter of float32: scores differ by 0.002."""
_MIN_WIDTH = PIXELS + 1


def write_subspaces(path: Path, subspaces: DigitSubspaces, weights: Path) -> None:
    """Write the subspaces of the network whose weights lie in the file `weights`.

    Raises:
        OSError: A file cannot be read or written.
    """
    largest = np.abs(subspaces.bases).max(axis=2, initial=0, keepdims=True)
    scales = np.where(largest == 0, 1, largest / _STEPS).astype(np.float32)
    write_arrays(
        path,
        {
            "bases": np.rint(subspaces.bases / scales).astype(np.int8),
            "scales": scales[..., 0],
            "threshold": np.array([subspaces.threshold], np.float32),
            "weights": _digest(weights),
        },
        compressed=True,
    )


def read_subspaces(path: Path, weights: Path) -> DigitSubspaces | None:
    """Read the subspaces of the network whose weights lie in the file `weights`.

    Returns:
        None if there is no file, or if it belongs to other weights.

    Raises:
        StoreError: The file is damaged.
    """
    if not path.exists():
        return None
    try:
        digest, subspaces = _read(path)
        return subspaces if np.array_equal(digest, _digest(weights)) else None
    except (ArchiveError, OSError) as error:
        raise StoreError(f"{path} {error}; the lab works it out again.") from error


def _read(path: Path) -> tuple[NDArray[np.uint8], DigitSubspaces]:
    """The digest of the weights, and the subspaces.

    Raises:
        ArchiveError: The file is damaged.
    """
    with open_archive(path, max_bytes=MAX_BYTES, kind=".npz file") as archive:
        digest = archive_array(archive, "weights", (32,), max_bytes=MAX_BYTES)
        bases = archive_array(archive, "bases", (CLASSES, DIMENSIONS, None), np.int8, max_bytes=MAX_BYTES)
        scales = archive_array(archive, "scales", (CLASSES, DIMENSIONS), np.float32, max_bytes=MAX_BYTES)
        threshold = float(archive_array(archive, "threshold", (1,), np.float32, max_bytes=MAX_BYTES)[0])
    if not _MIN_WIDTH <= bases.shape[2] <= PIXELS + MAX_HIDDEN:
        raise ArchiveError(f"has bases of {bases.shape[2]:,} values")
    # Not a number is out of range, too.
    if not (0 <= threshold <= 1 and (scales > 0).all() and (scales <= 1).all()):
        raise ArchiveError("has a threshold or scales that are out of range")
    return digest, DigitSubspaces(bases.astype(np.float32) * scales[..., np.newaxis], threshold)


def _digest(path: Path) -> NDArray[np.uint8]:
    """SHA-256 of a file: uint8 (32,)."""
    with path.open("rb") as file:
        return np.frombuffer(hashlib.file_digest(file, "sha256").digest(), np.uint8)
