"""The augmentation, and its twin without TensorFlow, which pages show."""

import numpy as np
import pytest

from mnist_lab.data.augmented_digits import changed_digits
from mnist_lab.recipe import AMPLITUDES, DRAWS
from mnist_lab.training.engine.augmentation import changed


def digits(count: int) -> np.ndarray:
    """Blots with soft edges: smooth enough that rounding cannot matter, and up to the border."""
    y, x = np.mgrid[:28, :28]
    centers = np.random.default_rng(1).uniform(3, 24, (count, 2))
    return np.stack([np.exp(-((x - cx) ** 2 + (y - cy) ** 2) / 20) for cx, cy in centers]).astype(np.float32)


@pytest.mark.parametrize("augmentation", ["light", "pen", "styles"])
def test_pages_show_what_the_training_shows(augmentation: str) -> None:
    images = digits(200)
    draws = np.random.default_rng(2).uniform(-1, 1, (DRAWS, 200)).astype(np.float32)
    amplitudes = AMPLITUDES[augmentation]
    trained = changed(images[..., np.newaxis], amplitudes, draws).numpy()[..., 0]
    shown = changed_digits(images, amplitudes, draws)
    np.testing.assert_allclose(shown, trained, atol=1e-4)
    assert np.abs(trained - images).max() > 0.2
