"""A small set of digits, for tests that need some and not MNIST."""

import numpy as np
import pytest

from mnist_lab.data import Digits, Source


@pytest.fixture(scope="session")
def few_digits() -> Digits:
    """1,000 training images in unequal shares, each marked with its own number, and 50 test images."""
    random = np.random.default_rng(0)
    shares = np.array([30, 20, 10, 8, 8, 8, 6, 5, 3, 2]) / 100
    labels = random.permutation(np.repeat(np.arange(10), (shares * 1000).astype(int))).astype(np.uint8)
    images = np.zeros((1000, 28, 28), np.uint8)
    images[:, 0, 0], images[:, 0, 1] = np.divmod(np.arange(1000), 256)
    test_images = np.full((50, 28, 28), 9, np.uint8)
    test_labels = np.tile(np.arange(10, dtype=np.uint8), 5)
    return Digits(Source.UCI, "Few digits", images, labels, test_images, test_labels, "0" * 16)
