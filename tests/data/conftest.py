"""A small data set, for tests that need one and not MNIST; and a machine without MNIST."""

from pathlib import Path

import numpy as np
import pytest

from mnist_lab.data import Dataset, DataSource
from mnist_lab.settings import Settings


@pytest.fixture(scope="session")
def small_dataset() -> Dataset:
    """1,000 training images in unequal shares, each marked with its own number, and 50 test images."""
    random = np.random.default_rng(0)
    shares = np.array([30, 20, 10, 8, 8, 8, 6, 5, 3, 2]) / 100
    labels = random.permutation(np.repeat(np.arange(10), (shares * 1000).astype(int))).astype(np.uint8)
    images = np.zeros((1000, 28, 28), np.uint8)
    images[:, 0, 0], images[:, 0, 1] = np.divmod(np.arange(1000), 256)
    test_images = np.full((50, 28, 28), 9, np.uint8)
    test_labels = np.tile(np.arange(10, dtype=np.uint8), 5)
    source = DataSource.MNIST_SAMPLE
    return Dataset(source, "Small data set", images, labels, test_images, test_labels, "0" * 16)


@pytest.fixture
def no_mnist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings on a machine without MNIST whose network refuses."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.delenv("MNIST_LAB_DATA", raising=False)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    return Settings(home=tmp_path / "lab", mnist_url="http://127.0.0.1:9/mnist.npz")
