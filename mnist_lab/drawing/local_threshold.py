"""Find what is written in a photo: pixels that are clearly darker (chalk: lighter) than the surface around them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnist_lab.drawing.ink import is_dark_paper
from mnist_lab.drawing.otsu import otsu_level

Grey = NDArray[np.float32]
Mask = NDArray[np.bool_]

# Sauvola and Pietikäinen, Adaptive document image binarization, Pattern Recognition 33 (2000): a pixel is ink if it is
# darker than mean * (1 + K * (deviation / RANGE - 1)), both over a window around it. The window is for photos whose
# longer side has 640 pixels.
_K = 0.2
_RANGE = 128.0
_WINDOW = 81

# Skewness is measured against a wide surrounding, so that a thick pen does not count as surface.
_WIDE_WINDOW = 161

# What is nearly as dark as the ink and touches it is ink, too (the inside of strokes nearly as wide as the window), if
# most of it is found already; of a shadow only the edge is found.
_SOLID = 1.1
_MIN_FOUND = 0.4

# A digit that fills a photo leaves too little paper around its strokes to compare with. Then, in even light, ink and
# paper are two levels: apart from each other, and each nearly one.
_MIN_INK = 0.12
_MAX_RATIO = 0.4
_MIN_BETWEEN = 0.96

# Cubes of the differences that are lighter, for each of those that are darker; a shadow alone has about as many.
_MIN_LIGHTER = 2.0

# Writing is at least this share as strong as the main writing; ruled lines and what shines through are weaker.
_MIN_STRENGTH_OF_MAIN = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Writing:
    """All that may be ink."""

    mask: Mask
    """(h, w), true for ink."""
    strength: Grey
    """float32 (h, w), 0..1: how much darker than the surface around it."""

    def strength_of(self, part: Mask) -> float:
        """How strong a part of the writing is, 0..1: the upper quartile, as its edges are weaker."""
        return float(np.percentile(self.strength[part], 75))

    def as_strong_as(self, part: Mask) -> Mask:
        """The pixels that are about as dark as this part of the writing."""
        return self.mask & (self.strength >= _MIN_STRENGTH_OF_MAIN * self.strength_of(part))


def find_writing(grey: Grey, surface: Mask) -> Writing:
    """Compute what may be ink.

    Args:
        grey: float32 (h, w), 0 to 255; ink is dark or light.
        surface: (h, w), true for the sheet or board.
    """
    two_levels = _two_levels(grey) if surface.all() else None
    if two_levels is not None:
        return Writing(two_levels, two_levels.astype(np.float32))
    dark = 255 - grey if _is_light_on_dark(grey, surface) else grey
    mean, deviation = _local(dark, surface, _WINDOW)
    edges = surface & (dark < mean * (1 + _K * (deviation / _RANGE - 1)))
    mask = _solid(dark, surface, edges)
    paper = _paper_around(dark, surface & ~mask)
    return Writing(mask, np.clip(1 - dark / paper, 0, 1))


def _two_levels(grey: Grey) -> Mask | None:
    """The ink, if ink and paper are two levels and both take a good part of the picture."""
    level = otsu_level(grey)
    dark = grey < level
    if not _MIN_INK < dark.mean() < 1 - _MIN_INK:
        return None
    ink, paper = float(grey[dark].mean()), float(grey[~dark].mean())
    between = float(dark.mean() * (1 - dark.mean())) * (paper - ink) ** 2
    if ink > _MAX_RATIO * paper or between < _MIN_BETWEEN * float(grey.var()):
        return None
    return ~dark if is_dark_paper(dark) else dark


def _paper_around(dark: Grey, paper: Mask) -> Grey:
    """How light the paper around each pixel is."""
    if not paper.any():
        return np.full_like(dark, 255)
    mean, _ = _local(dark, paper, _WINDOW)
    everywhere = float(np.median(dark[paper]))
    return np.maximum(np.where(mean > everywhere / 8, mean, everywhere), 1)


def _solid(dark: Grey, surface: Mask, edges: Mask) -> Mask:
    if not edges.any():
        return edges
    from scipy import ndimage

    level = _SOLID * float(np.median(dark[edges]))
    labels, _ = ndimage.label(edges | (surface & (dark < level)))
    share = np.bincount(labels[edges], minlength=int(labels.max()) + 1) / np.bincount(labels.ravel())
    solid: Mask = (share >= _MIN_FOUND)[labels] & (labels > 0)
    return edges | solid


def _is_light_on_dark(grey: Grey, surface: Mask) -> bool:
    """Whether what differs most from its surrounding is lighter."""
    mean, _ = _local(grey, surface, _WIDE_WINDOW)
    cubes = (grey - mean)[surface] ** 3
    return float(cubes[cubes > 0].sum()) > -_MIN_LIGHTER * float(cubes[cubes < 0].sum())


def _local(grey: Grey, valid: Mask, window: int) -> tuple[Grey, Grey]:
    """Mean and standard deviation of the valid pixels in a window around each pixel; 0 where there are none."""
    from scipy import ndimage

    weight = valid.astype(np.float32)
    share = np.maximum(ndimage.uniform_filter(weight, window), 1e-4)
    mean = ndimage.uniform_filter(grey * weight, window) / share
    square = ndimage.uniform_filter(grey * grey * weight, window) / share
    return mean, np.sqrt(np.maximum(square - mean * mean, 0))
