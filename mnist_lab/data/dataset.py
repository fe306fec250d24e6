"""What a set of digits is: images, labels, and where they come from."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from mnist_lab.errors import DataError

CLASSES = 10

Images = NDArray[np.uint8]
Labels = NDArray[np.uint8]


class Source(StrEnum):
    """Where digits come from."""

    MNIST = "mnist"
    UCI = "uci-digits"


@dataclass(frozen=True, eq=False)
class Digits:
    """Images of digits in a training and a test part, as their source divides them.

    Attributes:
        source: Where they come from.
        title: The source's name for the user.
        train_images: uint8 (n, 28, 28), white ink (255) on black (0).
        train_labels: uint8 (n,), 0 to 9.
        test_images: uint8 (m, 28, 28).
        test_labels: uint8 (m,), 0 to 9.
        fingerprint: The first 16 hexadecimal digits of the SHA-256 of the four arrays' bytes.
    """

    source: Source
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
    """How many of the labels (each 0 to 9) are of each digit: int64 (10,)."""
    return np.bincount(labels, minlength=CLASSES).astype(np.int64)


def samples(digits: Digits, per_class: int, seed: int) -> Images:
    """Training images chosen at random, ordered by digit: uint8 (10·per_class, 28, 28).

    Raises:
        DataError: There are fewer than `per_class` training images of some digit.
    """
    fewest = int(class_counts(digits.train_labels).min())
    if not 1 <= per_class <= fewest:
        raise DataError(
            f"{digits.title} has {fewest:,} or more training images of each digit. "
            f"Received: per_class={per_class:,}; choose 1 to {fewest:,}."
        )
    random = np.random.default_rng(seed)
    chosen = [
        random.choice(np.flatnonzero(digits.train_labels == digit), per_class, replace=False)
        for digit in range(CLASSES)
    ]
    images: Images = digits.train_images[np.concatenate(chosen)]
    return images
