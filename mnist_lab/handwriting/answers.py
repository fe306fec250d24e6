"""What one network answers to the drawings of the collection: a file in the folder of its run.

A drawing with a certain id never changes. So an answer stays right until the weights are replaced, whatever becomes of
the collection, and only new drawings are shown to the network.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnist_lab.archive_reader import MIB, ArchiveError, open_archive
from mnist_lab.array_reader import archive_array
from mnist_lab.errors import StoreError
from mnist_lab.files import write_arrays
from mnist_lab.handwriting.collection_index import CollectionIndex
from mnist_lab.network import CLASSES
from mnist_lab.runs import RunFolder

_MAX_BYTES = 8 * MIB
Version = tuple[int, int]
"""Of the file of the weights, as `files.file_version` tells it."""


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """Probabilities of one network for n drawings."""

    keys: NDArray[np.uint64]
    """The drawings, as `CollectionIndex.keys`, ascending, shape (n,)."""
    probabilities: NDArray[np.float32]
    """Shape (n, 10)."""

    def of(self, index: CollectionIndex) -> NDArray[np.float32]:
        """The probabilities for the drawings of the collection, in its order, (n, 10); NaN where there is no answer."""
        found = np.full((len(index), CLASSES), np.nan, np.float32)
        if len(self.keys):
            places = np.minimum(np.searchsorted(self.keys, index.keys), len(self.keys) - 1)
            known = self.keys[places] == index.keys
            found[known] = self.probabilities[places[known]]
        return found

    def with_more(self, keys: NDArray[np.uint64], probabilities: NDArray[np.float32]) -> "Answers":
        """These answers and others, for drawings that are not among them."""
        all_keys = np.concatenate([self.keys, keys])
        order = np.argsort(all_keys, kind="stable")
        return Answers(all_keys[order], np.concatenate([self.probabilities, probabilities])[order])


NO_ANSWERS = Answers(np.zeros(0, np.uint64), np.zeros((0, CLASSES), np.float32))


def read_answers(folder: RunFolder, weights: Version) -> Answers:
    """The answers of a run's network with these weights; none if there are none, or if their file is damaged."""
    try:
        with open_archive(folder.handwriting_answers, max_bytes=_MAX_BYTES, kind=".npz file") as archive:
            version = archive_array(archive, "weights", (2,), np.int64)
            keys = archive_array(archive, "keys", (None,), np.uint64)
            probabilities = archive_array(archive, "probabilities", (len(keys), CLASSES), np.float32)
    except ArchiveError:
        return NO_ANSWERS
    if tuple(version.tolist()) != weights or (np.diff(keys.astype(np.float64)) < 0).any():
        return NO_ANSWERS
    return Answers(keys, probabilities)


def write_answers(folder: RunFolder, answers: Answers, weights: Version) -> None:
    """Keep the answers of a run's network with these weights.

    Raises:
        StoreError: The file cannot be written.
    """
    try:
        # What is lost in a power cut is computed again.
        write_arrays(
            folder.handwriting_answers,
            {
                "weights": np.array(weights, np.int64),
                "keys": answers.keys,
                "probabilities": answers.probabilities,
            },
            durable=False,
        )
    except OSError as error:
        raise StoreError(
            f"What run {folder.path.name} reads in the drawings cannot be written: {error.strerror or error}. Free some"
            " space on its disk."
        ) from error
