"""Drawings for tests: each seed is another one."""

import numpy as np

from mnist_lab.handwriting import NewDrawing
from mnist_lab.handwriting.stroke import Stroke


def drawn(seed: int, label: int | None = None) -> NewDrawing:
    """A drawing with a random picture; its label is `seed % 10` unless another one is given."""
    pixels = np.zeros((28, 28), np.uint8)
    pixels[4:24, 4:24] = np.random.default_rng(seed).integers(0, 256, (20, 20), np.uint8)
    return NewDrawing(pixels, seed % 10 if label is None else label, (Stroke(20, ((100, 80 + seed % 100), (110, 90))),))
