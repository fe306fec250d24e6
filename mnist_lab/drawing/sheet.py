"""Find the sheet of paper, or the board, in a photo that shows a desk around it."""

import numpy as np
from numpy.typing import NDArray

from mnist_lab.drawing.otsu import otsu_level

Grey = NDArray[np.float32]
Mask = NDArray[np.bool_]

_STEP = 8
"""The sheet is looked for in every eighth pixel."""
_WIDEST_STROKE = 7
"""In steps: what is narrower is writing on the sheet, not a desk beside it."""
_MIN_RATIO = 2.0
"""How many times as light as the other one of sheet and desk is; a shadow on paper has less than this."""
_MIN_SHARE = 0.1
"""Of the photo."""
_ALONG = 0.85
"""Share of one side of the photo along which there is desk, at least."""
_MAX_IN_MIDDLE = 0.08
"""Share of the photo's middle that is desk, at most; the strokes of a digit that fills the photo are there."""
_EDGE = 9
"""Pixels at the edge of a sheet that do not count as sheet: it is known to a step, and has a shadow."""


def find_sheet(grey: Grey) -> Mask:
    """Where the sheet is: everywhere, unless the photo's middle is much lighter or darker than what is around it.

    Args:
        grey: float32 (h, w), 0 to 255.

    Returns:
        bool (h, w).
    """
    from scipy import ndimage

    everywhere = np.ones(grey.shape, bool)
    sheet = _lightest_or_darkest(grey[::_STEP, ::_STEP])
    if sheet is None or not _has_desk_around(sheet):
        return everywhere
    rows, columns = (np.arange(side) // _STEP for side in grey.shape)
    large = sheet[rows][:, columns]
    # At the photo's own edge nothing is taken away.
    return np.asarray(ndimage.binary_erosion(large, iterations=_EDGE, border_value=1))


def _lightest_or_darkest(grey: Grey) -> Mask | None:
    from scipy import ndimage

    plain = ndimage.grey_opening(ndimage.grey_closing(grey, _WIDEST_STROKE), _WIDEST_STROKE)
    light = plain > otsu_level(plain)
    if not light.any() or light.all():
        return None
    if float(np.median(plain[light])) < _MIN_RATIO * max(float(np.median(plain[~light])), 1):
        return None
    labels, _ = ndimage.label(light if _middle(light).mean() > 0.5 else ~light)
    largest = 1 + int(np.bincount(labels.ravel())[1:].argmax())
    return np.asarray(ndimage.binary_fill_holes(labels == largest))


def _has_desk_around(sheet: Mask) -> bool:
    desk = ~sheet
    along = max(float(side.mean()) for side in (desk[0], desk[-1], desk[:, 0], desk[:, -1]))
    return sheet.mean() > _MIN_SHARE and along > _ALONG and float(_middle(desk).mean()) < _MAX_IN_MIDDLE


def _middle(mask: Mask) -> Mask:
    height, width = (3 * side // 10 for side in mask.shape)
    return mask[height : mask.shape[0] - height, width : mask.shape[1] - width]
