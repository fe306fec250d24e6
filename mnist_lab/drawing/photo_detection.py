"""Tell a photo or screenshot from a drawing: a drawing has an even paper, and nothing but ink on it."""

import numpy as np
from numpy.typing import NDArray

from mnist_lab.drawing.boxes import Box
from mnist_lab.drawing.ink import MIN_BOX_INK, find_ink, grey_of

_MIN_SIDE = 64
"""Pixels; a picture with a shorter longer side is no photo."""
_MIN_EVEN = 0.5
"""Share of a drawing's pixels that have exactly one of two greys: paper and ink. In a photo there is noise."""
_MIN_APART = 30
"""Grey levels between paper and ink."""
_BAR = 0.7
"""Share of a side of the picture that is dark, where a window's bar or the edge of a scan runs along it."""
_MAX_BAR = 0.25
"""Share of the picture that a bar takes."""


def is_photo(picture: NDArray[np.uint8]) -> bool:
    """Whether a picture has other things than paper and the ink of a digit, or uneven light.

    Args:
        picture: uint8 (h, w), (h, w, 3) or (h, w, 4).
    """
    if max(picture.shape[:2]) < _MIN_SIDE or _is_transparent(picture):
        return False
    levels = np.rint(grey_of(picture)).astype(np.uint8)
    counts = np.bincount(levels.ravel(), minlength=256)
    paper = int(counts.argmax())
    others = np.abs(np.arange(256) - paper) >= _MIN_APART
    even = int(counts[paper]) + int((counts * others).max())
    return even < _MIN_EVEN * levels.size or _has_bar(levels)


def _is_transparent(picture: NDArray[np.uint8]) -> bool:
    return picture.ndim == 3 and picture.shape[2] == 4 and int(picture[..., 3].min()) < 255


def _has_bar(levels: NDArray[np.uint8]) -> bool:
    """Whether a narrow part of the ink runs along a side of the picture, and there is other ink."""
    found = find_ink(levels)
    if found is None:
        return False
    ink = found >= MIN_BOX_INK
    if max(float(side.mean()) for side in (ink[0], ink[-1], ink[:, 0], ink[:, -1])) < _BAR:
        return False
    from scipy import ndimage

    labels, count = ndimage.label(ink, np.ones((3, 3), bool))
    boxes = [Box.of_slices(*slices) for slices in ndimage.find_objects(labels)]
    return count > 1 and any(_is_bar(box, *ink.shape) for box in boxes)


def _is_bar(box: Box, height: int, width: int) -> bool:
    at_top_or_bottom = box.top == 0 or box.bottom == height
    at_left_or_right = box.left == 0 or box.right == width
    across = at_top_or_bottom and box.width > _BAR * width and box.height < _MAX_BAR * height
    return across or (at_left_or_right and box.height > _BAR * height and box.width < _MAX_BAR * width)
