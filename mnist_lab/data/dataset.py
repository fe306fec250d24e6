"""A data set of handwritten digits: images and labels in a training and a test part."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from mnist_lab.errors import DataError
from mnist_lab.network import CLASSES

Images = NDArray[np.uint8]
Labels = NDArray[np.uint8]


class DataSource(StrEnum):
    """Where a data set comes from. The values are stored with every run."""

    MNIST = "mnist"
    MNIST_SAMPLE = "mnist-sample"
    UCI = "uci-digits"
    """The sample of earlier versions. Stored runs may name it, but it can no longer be loaded."""

    @property
    def dataset_title(self) -> str:
        """Name of the data set for the user."""
        return _TITLES[self]


_TITLES = {
    DataSource.MNIST: "MNIST",
    DataSource.MNIST_SAMPLE: "MNIST sample (5,000 images)",
    DataSource.UCI: "UCI digits, the offline sample",
}


@dataclass(frozen=True, eq=False)
class Dataset:
    """Images of digits with their labels, in a training and a test part.

    Attributes:
        source: Where it comes from.
        title: Its name for the user.
        train_images: uint8 (n, 28, 28), white ink (255) on black (0).
        train_labels: uint8 (n,), 0 to 9.
        test_images: uint8 (m, 28, 28).
        test_labels: uint8 (m,), 0 to 9.
        fingerprint: The first 16 hexadecimal digits of the SHA-256 of the four arrays' bytes.
    """

    source: DataSource
    title: str
    train_images: Images
    train_labels: Labels
    test_images: Images
    test_labels: Labels
    fingerprint: str


def content_hash(train_images: Images, train_labels: Labels, test_images: Images, test_labels: Labels) -> str:
    """SHA-256 (64 hexadecimal digits) of the bytes of the four arrays, one after the other."""
    digest = hashlib.sha256()
    for array in (train_images, train_labels, test_images, test_labels):
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def class_counts(labels: Labels) -> NDArray[np.int64]:
    """Number of labels of each digit, 0 to 9: int64 (10,)."""
    return np.bincount(labels, minlength=CLASSES).astype(np.int64)


def random_images(dataset: Dataset, per_class: int, seed: int) -> Images:
    """Choose training images at random, ordered by digit: uint8 (10·per_class, 28, 28).

    Raises:
        DataError: There are fewer than `per_class` training images of some digit.
    """
    available = int(class_counts(dataset.train_labels).min())
    if not 1 <= per_class <= available:
        raise DataError(
            f"{dataset.title} has {available:,} or more training images of each digit. "
            f"Received: per_class={per_class:,}; choose 1 to {available:,}."
        )
    random = np.random.default_rng(seed)
    indices = [
        random.choice(np.flatnonzero(dataset.train_labels == digit), per_class, replace=False)
        for digit in range(CLASSES)
    ]
    images: Images = dataset.train_images[np.concatenate(indices)]
    return images
