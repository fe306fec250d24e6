"""Split a data set into training, validation and test images, stratified and the same for the same seed."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mnist_lab.data.dataset import Dataset, Images, Labels, class_counts
from mnist_lab.errors import DataError
from mnist_lab.network import CLASSES

Indices = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Split:
    """Training, validation and test set of a run, each in the data set's order.

    Images are uint8 (n, 28, 28), labels uint8 (n,).
    """

    train_images: Images
    train_labels: Labels
    validation_images: Images
    validation_labels: Labels
    test_images: Images
    test_labels: Labels


def split_dataset(
    dataset: Dataset, *, validation: Literal["holdout", "test"], fraction: float, limit: int | None, seed: int
) -> Split:
    """Split a data set into the three sets of a run.

    Args:
        dataset: The whole data set.
        validation: "holdout" takes the validation images out of the training images; "test" validates on the test
            images and trains on all others, as the notebook did.
        fraction: Share of the training images to hold out, above 0 and below 1; "test" ignores it.
        limit: Number of training images to use, including the held-out ones; all if None.
        seed: The same seed gives the same sets.

    Raises:
        DataError: `limit` is more than there is, or too small for every digit to be in every set.
    """
    random = np.random.default_rng(seed)
    chosen = _limited(dataset, limit, random)
    if validation == "test":
        images, labels = _take(dataset, chosen)
        return Split(images, labels, dataset.test_images, dataset.test_labels, dataset.test_images, dataset.test_labels)
    training, held_out = _hold_out(dataset, chosen, fraction, random)
    return Split(*_take(dataset, training), *_take(dataset, held_out), dataset.test_images, dataset.test_labels)


def stratified(labels: Labels, size: int, random: np.random.Generator) -> Indices:
    """Choose `size` of the labels so that each digit keeps its share, to within one: sorted indices, int64 (size,).

    The shares are rounded by the largest remainder (Hamilton's method), so that they add up to `size` exactly.
    """
    counts = class_counts(labels)
    exact = counts * (size / len(labels))
    quota = np.floor(exact).astype(np.int64)
    by_remainder = np.argsort(quota - exact, kind="stable")
    quota[by_remainder[: size - int(quota.sum())]] += 1
    chosen = [random.permutation(np.flatnonzero(labels == digit))[: quota[digit]] for digit in range(CLASSES)]
    return np.sort(np.concatenate(chosen))


def _limited(dataset: Dataset, limit: int | None, random: np.random.Generator) -> Indices:
    available = len(dataset.train_labels)
    if limit is None or limit == available:
        return np.arange(available)
    if limit > available:
        raise DataError(
            f"{dataset.title} has {available:,} training images. Received: a limit of {limit:,}; "
            f"choose {available:,} or fewer, or no limit."
        )
    if limit >= 1:
        chosen = stratified(dataset.train_labels, limit, random)
        if class_counts(dataset.train_labels[chosen]).all():
            return chosen
    raise DataError(
        f"Every digit needs at least one training image. Received: a limit of {limit:,}; choose 100 or more."
    )


def _hold_out(
    dataset: Dataset, chosen: Indices, fraction: float, random: np.random.Generator
) -> tuple[Indices, Indices]:
    if not 0 < fraction < 1:
        raise DataError(
            "The share of images held out for validation must be above 0 and below 1. "
            f"Received: {fraction}; 0.1 is usual."
        )
    labels = dataset.train_labels[chosen]
    size = round(len(chosen) * fraction)
    held_out = stratified(labels, size, random)
    training = np.setdiff1d(np.arange(len(chosen)), held_out, assume_unique=True)
    if not (class_counts(labels[held_out]).all() and class_counts(labels[training]).all()):
        raise DataError(
            "Every digit needs at least one training image and one validation image. "
            f"Received: {fraction:.3g} of {len(chosen):,} images, which leaves {len(training):,} and {size:,}; "
            "use more images, or a share nearer to a half."
        )
    return chosen[training], chosen[held_out]


def _take(dataset: Dataset, indices: Indices) -> tuple[Images, Labels]:
    if len(indices) == len(dataset.train_labels):
        return dataset.train_images, dataset.train_labels
    return dataset.train_images[indices], dataset.train_labels[indices]
