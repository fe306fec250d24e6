"""Normalize a drawing as MNIST did: ink scaled into 20×20, its centre of mass in the middle of 28×28."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnist_lab.drawing.ink import Ink, crop_to_ink, find_ink

SIDE = 28
BOX = 20

# The middle of pixel 14, counted from 0: in all of MNIST's images the centre of mass is at 14.0 to 15.0.
_CENTRE = 14.5

# Minimum length of a digit, in widths of the pen.
_MIN_PEN_WIDTHS = 2.0


@dataclass(frozen=True, slots=True, eq=False)
class NormalizedDrawing:
    """A drawing as the input of a network."""

    pixels: NDArray[np.float32]
    """float32 (28, 28), 0 for paper to 1 for ink."""
    is_dot: bool
    """Whether the ink is shorter than twice the pen's width, so that it cannot be a digit; False without a pen width.

    It is measured before scaling: in the 28×28 pixels a dot is as large as any digit.
    """


def normalize_drawing(picture: NDArray[np.uint8], *, pen_width: float | None = None) -> NormalizedDrawing | None:
    """Normalize a picture of a digit as MNIST's authors normalized their scans.

    Source: LeCun et al., yann.lecun.com/exdb/mnist: "size normalized … centered". The bounding box of the ink is
    scaled, with its aspect ratio, until its longer side has 20 pixels, with grey edges. Then the image is moved by
    whole pixels so that its centre of mass is in the middle; parts outside the 28×28 pixels are cut off.

    Args:
        picture: uint8 (h, w), (h, w, 3) or (h, w, 4) RGBA with transparent paper; any size, dark on light or light on
            dark.
        pen_width: Width of the pen in pixels of the picture; None if it is not known.

    Returns:
        The drawing; None when the picture is blank.

    Raises:
        PictureError: `picture` has another shape or type.
    """
    ink = find_ink(picture)
    digit = None if ink is None else crop_to_ink(ink)
    if ink is None or digit is None:
        return None
    # `find_ink` shrinks large pictures, so the length is converted back to pixels of the picture.
    length = max(digit.shape) * max(picture.shape[:2]) / max(ink.shape)
    return NormalizedDrawing(
        pixels=_centred(_scaled(digit)),
        is_dot=pen_width is not None and length < _MIN_PEN_WIDTHS * pen_width,
    )


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
    return round(_CENTRE - centre)
