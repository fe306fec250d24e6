"""Remove ruled, squared and crossing lines from what is taken for ink."""

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]

_SLOPES = np.arange(-70, 71, 4) / 1000
"""Lines may lean by 4 degrees; with the nearest of these slopes they leave their row by half a pixel."""
_MIN_COVERAGE = 0.6
"""Share of the width that is ink along a single line, at least; noise breaks faint lines."""
_MIN_COVERAGE_OF_MANY = 0.3
_MANY = 5
"""So many parallel lines are those of the paper, even if half hidden; no number has as many straight strokes."""
_MAX_WIDTH = 6
"""Pixels; what is wider is the stroke of a thick pen."""


def without_lines(mask: Mask) -> Mask:
    """The ink without thin straight lines across the picture; a stroke stays whole where it crosses one.

    Args:
        mask: (h, w), true for ink.
    """
    from scipy import ndimage

    square = np.ones((_MAX_WIDTH + 1, _MAX_WIDTH + 1), bool)
    thin = mask & ~ndimage.binary_opening(mask, square)
    across, down = _lines_across(thin), _lines_across(thin.T).T
    if not (across.any() or down.any()):
        return mask
    # The stroke of a digit that lies along a line is wider than the line.
    across, down = across & ~(_wider(mask) & ~down), down & ~(_wider(mask.T).T & ~across)
    rest = mask & ~across & ~down
    return rest | _crossed(rest, across & ~down) | _crossed(rest.T, (down & ~across).T).T


def _wider(mask: Mask) -> Mask:
    """The pixels with more ink above and below them than a line across has."""
    from scipy import ndimage

    return np.asarray(ndimage.binary_opening(mask, np.ones((_MAX_WIDTH, 1), bool)))


def _lines_across(mask: Mask) -> Mask:
    """The pixels within lines that run from left to right."""
    rows, columns = np.nonzero(mask)
    lines = np.zeros(mask.shape, bool)
    height, width = mask.shape
    for slope in _SLOPES:
        offsets = np.rint(rows - slope * (columns - width / 2)).astype(np.intp) + height
        coverage = np.bincount(offsets, minlength=3 * height) / width
        on_line = _line_rows(coverage)[offsets]
        lines[rows[on_line], columns[on_line]] = True
    return lines


def _line_rows(coverage: NDArray[np.float64]) -> Mask:
    """Which rows are lines, with a row more at both sides."""
    from scipy import ndimage

    many, count = ndimage.label(coverage >= _MIN_COVERAGE_OF_MANY)
    covered = many > 0 if count >= _MANY else coverage >= _MIN_COVERAGE
    return np.asarray(ndimage.binary_dilation(covered)) if covered.any() else covered


def _crossed(rest: Mask, lines: Mask) -> Mask:
    """The pixels of lines that have ink above and below: there a stroke crosses."""
    from scipy import ndimage

    if not lines.any():
        return lines
    reach = _MAX_WIDTH + 2
    above = ndimage.maximum_filter1d(rest, reach, axis=0, origin=(reach - 1) // 2, mode="constant")
    below = ndimage.maximum_filter1d(rest, reach, axis=0, origin=-(reach // 2), mode="constant")
    return np.asarray(lines & above & below)
