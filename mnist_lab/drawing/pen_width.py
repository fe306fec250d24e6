"""The width of the pen, measured in the ink itself."""

import numpy as np

from mnist_lab.drawing.ink import Ink

_INK = 0.5
"""Pixels with more ink belong to a stroke."""

# Width of a stroke as a share of the digit's longer side; in MNIST it is 2 to 3 of 20 pixels.
_MIN_SHARE = 0.1


def widest_stroke(digit: Ink) -> float:
    """Width of the widest stroke in pixels, at least 1.

    Args:
        digit: float32 (h, w), 0 for paper to 1 for ink.
    """
    from scipy import ndimage

    return max(1.0, 2 * float(ndimage.distance_transform_edt(np.pad(digit > _INK, 1)).max()) - 1)


def thickened(digit: Ink) -> Ink:
    """The digit as if it were written with a pen no thinner than MNIST's; unchanged if the pen was thick enough.

    Args:
        digit: float32 (h, w), 0 for paper to 1 for ink; the smallest rectangle that holds all ink.

    Returns:
        As `digit`, a few pixels larger at each side.
    """
    from scipy import ndimage

    is_ink = np.pad(digit > _INK, 1)
    # Across a stroke, the distance from its edge is a quarter of its width on average.
    width = 4 * float(ndimage.distance_transform_edt(is_ink)[is_ink].mean())
    growth = (_MIN_SHARE * max(digit.shape) - width) / 2
    if growth <= 0:
        return digit
    away = ndimage.distance_transform_edt(~np.pad(is_ink, int(np.ceil(growth))))
    grown: Ink = np.clip(growth + 1 - away, 0, 1).astype(np.float32)
    return grown
