"""The training digits that are most like a drawing."""

import numpy as np
from numpy.typing import NDArray

_CHUNK = 4000
"""Images compared at once: 12 MB of them, instead of all 60,000 as floats."""


def nearest_digits(
    images: NDArray[np.uint8], pixels: NDArray[np.float32], count: int = 5
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The images whose pixels are most like those of a drawing, the nearest first.

    Likeness is the cosine of the angle between the two as vectors of 784 numbers: how dark the ink is does not matter.

    Args:
        images: uint8 (n, 28, 28), n at least `count`.
        pixels: float32 (28, 28), not blank.
        count: How many are wanted.

    Returns:
        Their indices (count,) and their likeness (count,), 0 to 1.
    """
    wanted = pixels.reshape(-1) / np.linalg.norm(pixels)
    likeness = np.concatenate(
        [_likeness(images[start : start + _CHUNK], wanted) for start in range(0, len(images), _CHUNK)]
    )
    best = np.argpartition(-likeness, count - 1)[:count]
    order = best[np.argsort(-likeness[best], kind="stable")]
    return order, likeness[order]


def _likeness(images: NDArray[np.uint8], wanted: NDArray[np.float32]) -> NDArray[np.float32]:
    vectors = images.reshape(len(images), -1).astype(np.float32)
    lengths = np.linalg.norm(vectors, axis=1)
    likeness: NDArray[np.float32] = vectors @ wanted / np.maximum(lengths, 1)
    return likeness
