"""Which pixels decide: what the network says when a part of the image is covered. Imports TensorFlow."""

import numpy as np
from numpy.typing import NDArray

from mnist_lab.inference.protocol import IMAGE_SHAPE, Floats

PATCH = 6
"""Side in pixels of the part that is covered: as wide as a stroke and a half."""
STRIDE = 2
_LEAST = 1e-6
"""Probabilities below count as this one: the logarithm of zero is infinite."""


def covered_images(image: Floats) -> tuple[Floats, NDArray[np.int64]]:
    """The image with each of its parts covered by paper; parts without ink are left out, as that changes nothing.

    Returns:
        The images, float32 (n, 28, 28), and the top left corner of each covered part, (n, 2).
    """
    tops, lefts = (range(0, side - PATCH + 1, STRIDE) for side in IMAGE_SHAPE)
    corners = [(top, left) for top in tops for left in lefts if image[top : top + PATCH, left : left + PATCH].any()]
    images = np.repeat(image[np.newaxis], len(corners), axis=0)
    for covered, (top, left) in zip(images, corners, strict=True):
        covered[top : top + PATCH, left : left + PATCH] = 0
    return images, np.array(corners, np.int64).reshape(-1, 2)


def evidence(before: Floats, after: Floats, corners: NDArray[np.int64]) -> Floats:
    """How much each pixel speaks for the digit that is read: what the digit's log-odds lose when it is covered.

    A pixel has the mean over all covered parts that it belongs to. Log-odds, as a probability near 1 hardly moves.
    Source: Zeiler and Fergus, Visualizing and Understanding Convolutional Networks, ECCV 2014, section 4.2.

    Args:
        before: Probabilities (10,) of the image.
        after: Probabilities (n, 10) of the covered images.
        corners: Top left corners (n, 2) of the covered parts.

    Returns:
        float32 (28, 28); above 0 for pixels that speak for the digit, below 0 for those against it.
    """
    digit = int(before.argmax())
    lost = _log_odds(before[digit : digit + 1]) - _log_odds(after[:, digit])
    total, count = np.zeros(IMAGE_SHAPE, np.float32), np.zeros(IMAGE_SHAPE, np.float32)
    for value, (top, left) in zip(lost, corners, strict=True):
        total[top : top + PATCH, left : left + PATCH] += value
        count[top : top + PATCH, left : left + PATCH] += 1
    return (total / np.maximum(count, 1)).astype(np.float32)


def _log_odds(probability: Floats) -> Floats:
    share = probability.astype(np.float64).clip(_LEAST, 1 - _LEAST)
    odds: Floats = np.log(share / (1 - share)).astype(np.float32)
    return odds
