"""Ink becomes 28×28 pixels as MNIST's authors made theirs: scaled into 20×20, its centre of mass in the middle."""

import numpy as np

from mnist_lab.drawing.ink import Ink

SIDE = 28
BOX = 20
"""The longer side of a digit, in pixels."""
CENTRE = 14.5
"""The middle of pixel 14, counted from 0: in all of MNIST's images the centre of mass is at 14.0 to 15.0."""


def mnist_pixels(digit: Ink) -> Ink:
    """Scale and centre a digit.

    Source: LeCun et al., yann.lecun.com/exdb/mnist: "size normalized … centered". The ink is scaled, with its aspect
    ratio, until its longer side has 20 pixels, with grey edges. Then the image is moved by whole pixels so that its
    centre of mass is in the middle; parts outside the 28×28 pixels are cut off.

    Args:
        digit: float32 (h, w), 0 for paper to 1 for ink; the smallest rectangle that holds all ink.

    Returns:
        float32 (28, 28), 0 to 1.
    """
    return _centred(_scaled(digit))


def _scaled(digit: Ink) -> Ink:
    from PIL import Image

    height, width = digit.shape
    scale = BOX / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    # For shrinking, the mean over the area of a pixel; for enlarging, this would make visible steps.
    filter_ = Image.Resampling.BOX if scale <= 1 else Image.Resampling.BICUBIC
    image = Image.fromarray(np.rint(np.clip(digit, 0, 1) * 255).astype(np.uint8))
    return np.asarray(image.resize(size, filter_), np.float32) / np.float32(255)


def _centred(digit: Ink) -> Ink:
    top, left = (_offset(digit.sum(axis=1 - axis)) for axis in (0, 1))
    # With a margin as wide as the image, a shift can only cut ink off, never wrap it around to the other side.
    padded = np.pad(digit, SIDE)
    return np.ascontiguousarray(padded[SIDE - top : 2 * SIDE - top, SIDE - left : 2 * SIDE - left])


def _offset(mass: Ink) -> int:
    """The row (column) of the 28×28 image at which a digit must start, given the mass of its rows (columns)."""
    centre = float(np.average(np.arange(len(mass)) + 0.5, weights=mass))
    return round(CENTRE - centre)
