"""How well a network reads the collection, and which drawings fool it."""

from collections.abc import Collection as Set
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnist_lab.handwriting.collection_index import CollectionIndex
from mnist_lab.network import CLASSES


@dataclass(frozen=True, slots=True)
class CollectionScore:
    """How many drawings a network reads as their label says."""

    correct: int
    drawings: int
    """Those that it has answered and was not trained on."""

    @property
    def accuracy(self) -> float:
        """Share of the drawings, 0..1; NaN without any."""
        return self.correct / self.drawings if self.drawings else float("nan")


def is_answered(probabilities: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Which rows of (n, 10) have an answer: bool (n,)."""
    return np.asarray(~np.isnan(probabilities).any(axis=1), np.bool_)


def score_collection(
    index: CollectionIndex, probabilities: NDArray[np.float32], trained_on: NDArray[np.uint64]
) -> CollectionScore:
    """The score of a network on the drawings that it was not trained on.

    Args:
        index: The collection, n drawings.
        probabilities: Shape (n, 10); NaN where there is no answer.
        trained_on: Keys of the drawings that the network was trained on.
    """
    counted = is_answered(probabilities) & ~np.isin(index.keys, trained_on)
    right = probabilities[counted].argmax(axis=1) == index.labels[counted]
    return CollectionScore(int(right.sum()), int(counted.sum()))


def collection_confusion(index: CollectionIndex, probabilities: NDArray[np.float32]) -> NDArray[np.int64]:
    """Counts (10, 10) of the answered drawings: rows are their labels, columns what they were read as."""
    answered = is_answered(probabilities)
    pairs = index.labels[answered].astype(np.int64) * CLASSES + probabilities[answered].argmax(axis=1)
    return np.bincount(pairs, minlength=CLASSES**2).reshape(CLASSES, CLASSES).astype(np.int64)


def fooling(index: CollectionIndex, probabilities: NDArray[np.float32]) -> NDArray[np.int64]:
    """Indices of the drawings that are misread, the ones of which the network is most sure first."""
    answered = is_answered(probabilities)
    read = np.where(answered, np.nan_to_num(probabilities).argmax(axis=1), index.labels)
    wrong = np.flatnonzero(read != index.labels)
    return wrong[np.argsort(-probabilities[wrong].max(axis=1), kind="stable")]


def matching(
    index: CollectionIndex,
    probabilities: NDArray[np.float32],
    *,
    labels: Set[int] = (),
    read_as: Set[int] = (),
    owner: str | None = None,
) -> NDArray[np.int64]:
    """Indices of the drawings with one of the labels, read as one of the digits, of the owner; an empty set: any."""
    chosen = np.ones(len(index), bool)
    if labels:
        chosen &= np.isin(index.labels, list(labels))
    if read_as:
        chosen &= is_answered(probabilities) & np.isin(np.nan_to_num(probabilities).argmax(axis=1), list(read_as))
    if owner is not None:
        chosen &= index.owners == owner
    return np.flatnonzero(chosen)
