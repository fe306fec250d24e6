"""Where the ink of a digit's image is: its ends, its pen, the middle of a row; for many images at once."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_lab.data.handwriting.pen import SIDE

Values = NDArray[np.floating[Any]]

PIXELS = np.arange(SIDE, dtype=np.float32) + np.float32(0.5)
"""The middles of the pixels of a row or column."""
_INK = 0.35
"""Fainter pixels are the grey edge of a stroke."""


@dataclass(frozen=True, eq=False)
class Digits:
    """Images of one digit, and where their ink is. Places are in pixels, of which the first reaches from 0 to 1."""

    images: Values
    """float32 (n, 28, 28), 0 to 1."""

    @cached_property
    def ink(self) -> NDArray[np.bool_]:
        """Where there is ink, (n, 28, 28)."""
        return self.images > _INK

    @cached_property
    def has_row(self) -> NDArray[np.bool_]:
        """Whether there is ink in a row, (n, 28)."""
        rows: NDArray[np.bool_] = self.ink.max(axis=2)
        return rows

    @cached_property
    def has_column(self) -> NDArray[np.bool_]:
        """Whether there is ink in a column, (n, 28)."""
        columns: NDArray[np.bool_] = self.ink.max(axis=1)
        return columns

    @cached_property
    def top(self) -> Values:
        """The upper end of the ink, (n,)."""
        return _first(self.has_row)

    @cached_property
    def bottom(self) -> Values:
        """The lower end of the ink, (n,)."""
        return SIDE - _first(self.has_row[:, ::-1])

    @cached_property
    def left(self) -> Values:
        """The left end of the ink, (n,)."""
        return _first(self.has_column)

    @cached_property
    def right(self) -> Values:
        """The right end of the ink, (n,)."""
        return SIDE - _first(self.has_column[:, ::-1])

    @property
    def height(self) -> Values:
        """Of the ink, (n,)."""
        return self.bottom - self.top

    @cached_property
    def pen(self) -> Values:
        """Width of the strokes in pixels, (n,): the ink's area by half of its outline, of strokes in any direction."""
        outline = sum(np.abs(np.diff(self.images, axis=axis)).sum(axis=(1, 2)) for axis in (1, 2))
        widths: Values = np.clip(self.images.sum(axis=(1, 2)) * 2 * 4 / np.pi / np.maximum(outline, 1), 1, 6)
        return widths

    def middle(self, y: Values) -> Values:
        """The middle of the ink from left to right at a height, (n,)."""
        line = self.images[np.arange(len(y)), np.clip(y.astype(int), 0, SIDE - 1)] + np.float32(1e-6)
        middle: Values = (line @ PIXELS) / line.sum(axis=1)
        return middle

    def leftmost(self, first: Values, last: Values) -> tuple[Values, Values]:
        """Column and row of the ink that is furthest to the left between two heights, (n,) each."""
        between = (first[:, np.newaxis] < PIXELS) & (last[:, np.newaxis] > PIXELS)
        ink = self.ink & between[..., np.newaxis]
        column = ink.any(axis=1).argmax(axis=1)
        there = ink[np.arange(len(ink)), :, column].astype(np.float32)
        return PIXELS[column], (there @ PIXELS) / np.maximum(there.sum(axis=1), 1)


def _first(has_ink: NDArray[np.bool_]) -> Values:
    """The index of each row's first True, (n,)."""
    first: Values = has_ink.argmax(axis=1).astype(np.float32)
    return first
