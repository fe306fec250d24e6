"""The drawings that a run trains on in addition to its data set: chosen once, and kept with the run.

A third of the collection, `is_held_back`, is never among them, so that every network can be tested on it.
"""

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnist_lab.archive_reader import MIB, ArchiveError, MissingFileError, open_archive
from mnist_lab.array_reader import archive_array
from mnist_lab.errors import HandwritingError, StoreError
from mnist_lab.files import write_arrays
from mnist_lab.handwriting.collection import Collection
from mnist_lab.handwriting.collection_index import keys_of
from mnist_lab.handwriting.kept_drawing import IMAGE_SHAPE, is_held_back
from mnist_lab.network import CLASSES
from mnist_lab.runs import RunFolder

_MAX_BYTES = 32 * MIB
SHARE, MAX_REPEATS = 0.1, 50
"""Fewer drawings than this share of the training images would be forgotten among them."""
NO_KEYS = np.zeros(0, np.uint64)
"""No drawings."""


@dataclass(frozen=True, slots=True, eq=False)
class ExtraDrawings:
    """Drawings to train on, n of them."""

    images: NDArray[np.uint8]
    """Shape (n, 28, 28)."""
    labels: NDArray[np.uint8]
    """Shape (n,)."""
    keys: NDArray[np.uint64]
    """The drawings, as `CollectionIndex.keys`, shape (n,)."""
    earlier: NDArray[np.uint64]
    """Drawings that the weights with which the run starts were trained on."""

    @property
    def version(self) -> str:
        """16 hex digits that change with the drawings and their labels."""
        return hashlib.sha256(self.keys.tobytes() + self.labels.tobytes()).hexdigest()[:16]


def choose_extra_drawings(
    collection: Collection, owner: str | None, earlier: NDArray[np.uint64] = NO_KEYS
) -> ExtraDrawings:
    """All drawings that are not held back, or of one owner's.

    Raises:
        HandwritingError: There are none.
    """
    index = collection.index()
    ids = [
        drawing_id
        for drawing_id, its_owner in zip(index.ids.tolist(), index.owners.tolist(), strict=True)
        if not is_held_back(drawing_id) and owner in (None, its_owner)
    ]
    drawings = collection.drawings(sorted(ids))
    if not drawings:
        raise HandwritingError(
            "There are no drawings to train on: keep some on the page Draw. One in three is held back for the test."
        )
    return ExtraDrawings(
        np.stack([each.pixels for each in drawings]),
        np.array([each.label for each in drawings], np.uint8),
        keys_of([each.id for each in drawings]),
        earlier,
    )


def repeats_per_epoch(drawings: int, images: int) -> int:
    """How often each drawing is shown in an epoch: so often that a tenth of the images are drawings, at most 50 times.

    Args:
        drawings: Number of extra drawings, at least 1.
        images: Training images of the data set.
    """
    return min(MAX_REPEATS, max(1, round(SHARE * images / drawings)))


def write_extra_drawings(folder: RunFolder, extra: ExtraDrawings) -> None:
    """Keep the extra drawings of a run.

    Raises:
        OSError: It cannot be written.
    """
    write_arrays(
        folder.extra_drawings,
        {
            "images": extra.images,
            "labels": extra.labels,
            "keys": extra.keys,
            "earlier": extra.earlier.astype(np.uint64),
        },
        compressed=True,
    )


def read_extra_drawings(folder: RunFolder) -> ExtraDrawings | None:
    """The extra drawings of a run; None if it has none.

    Raises:
        StoreError: Its file is damaged.
    """
    try:
        with open_archive(folder.extra_drawings, max_bytes=_MAX_BYTES, kind=".npz file") as archive:
            labels = archive_array(archive, "labels", (None,))
            keys = archive_array(archive, "keys", (len(labels),), np.uint64)
            earlier = archive_array(archive, "earlier", (None,), np.uint64)
            images = archive_array(archive, "images", (len(labels), *IMAGE_SHAPE))
    except MissingFileError:
        return None
    except ArchiveError as error:
        raise StoreError(f"{folder.extra_drawings} {error}; train a new run instead.") from error
    if labels.max(initial=0) >= CLASSES:
        raise StoreError(f"{folder.extra_drawings} has a label that is no digit; train a new run instead.")
    return ExtraDrawings(images, labels, keys, earlier)


def trained_on(folder: RunFolder) -> NDArray[np.uint64]:
    """Keys of all drawings that a run's weights were trained on.

    Raises:
        StoreError: The file that says so is damaged.
    """
    extra = read_extra_drawings(folder)
    return NO_KEYS if extra is None else np.union1d(extra.keys, extra.earlier)
