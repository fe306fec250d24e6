"""Normalize a picture of one digit or several: what is ink is found, and each digit becomes 28×28 pixels."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnist_lab.drawing.boxes import Box
from mnist_lab.drawing.grouping import group_digits
from mnist_lab.drawing.ink import MIN_BOX_INK, Ink, check_picture, crop_to_ink, find_ink, grey_of
from mnist_lab.drawing.mnist_pixels import SIDE, mnist_pixels
from mnist_lab.drawing.pen_width import thickened, widest_stroke
from mnist_lab.drawing.photo import find_photo_ink
from mnist_lab.drawing.photo_detection import is_photo
from mnist_lab.errors import PictureError

__all__ = ["SIDE", "FoundDigit", "NormalizedDrawing", "normalize_drawing"]

# Minimum length of a digit, in widths of the pen.
_MIN_PEN_WIDTHS = 2.0


@dataclass(frozen=True, slots=True, eq=False)
class FoundDigit:
    """One digit of a drawing."""

    pixels: NDArray[np.float32]
    """float32 (28, 28), 0 for paper to 1 for ink."""
    box: Box
    """Where it is, in pixels of the picture."""
    is_dot: bool
    """Whether its ink is shorter than twice the pen's width, so that it cannot be a digit.

    It is measured before scaling: in the 28×28 pixels a dot is as large as any digit.
    """


@dataclass(frozen=True, slots=True, eq=False)
class NormalizedDrawing:
    """A drawing as the input of a network."""

    pixels: NDArray[np.float32]
    """float32 (28, 28), 0 for paper to 1 for ink: all that is drawn, as if it were one digit."""
    is_dot: bool
    """Whether all that is drawn is a dot, as in `FoundDigit`."""
    is_photo: bool
    """Whether the picture was read as a photo, in which much that is dark is no ink."""
    digits: tuple[FoundDigit, ...]
    """From left to right; at least one. The `pixels` of a single one are those of the drawing."""
    ink: Ink
    """float32 (h, w), 0 to 1: what was taken for ink in the picture, or in the box; perhaps made smaller."""


def normalize_drawing(
    picture: NDArray[np.uint8], *, pen_width: float | None = None, box: Box | None = None
) -> NormalizedDrawing | None:
    """Normalize a picture as MNIST's authors normalized their scans.

    In a photo, ink is what is clearly darker (on a board: lighter) than its surrounding, without ruled lines, frames,
    holes and the desk around the sheet. In any other picture, all that differs from the paper is ink.

    Args:
        picture: uint8 (h, w), (h, w, 3) or (h, w, 4) RGBA with transparent paper; any size, dark on light or light on
            dark.
        pen_width: Width of the pen in pixels of the picture, if it was drawn in the lab: then it is no photo. None if
            it is not known; whether a digit is a dot is told from its strokes then.
        box: The part of the picture to look at, in its pixels; None: all of it.

    Returns:
        The drawing; None when the picture, or the part of it, is blank.

    Raises:
        PictureError: `picture` has another shape or type, or nothing of it is in the box.
    """
    check_picture(picture)
    photo = pen_width is None and is_photo(picture)
    part, left, top = (picture, 0, 0) if box is None else _cut(picture, box)
    ink = find_photo_ink(grey_of(part)) if photo else find_ink(part)
    everything = None if ink is None else crop_to_ink(ink)
    if ink is None or everything is None:
        return None
    # Large pictures are shrunk, so lengths are converted back to pixels of the picture.
    across, down = part.shape[1] / ink.shape[1], part.shape[0] / ink.shape[0]
    scale = max(part.shape[:2]) / max(ink.shape)
    pen = None if pen_width is None else pen_width / scale
    pieces = _pieces(ink)
    digits = tuple(
        FoundDigit(_pixels(piece, photo), at.scaled(across, down).moved(left, top), _is_dot(piece, pen))
        for piece, at in pieces
    )
    return NormalizedDrawing(_pixels(everything, photo), _is_dot(everything, pen), photo, digits, ink)


def _cut(picture: NDArray[np.uint8], box: Box) -> tuple[NDArray[np.uint8], int, int]:
    """The part of the picture in the box, and the column and row at which it begins."""
    left, top = max(box.left, 0), max(box.top, 0)
    part = picture[top : max(box.bottom, 0), left : max(box.right, 0)]
    if part.size == 0:
        height, width = picture.shape[:2]
        raise PictureError(
            f"The box must have a part of the picture in it, which is {width:,} × {height:,} pixels. Received: "
            f"{box.left}, {box.top} to {box.right}, {box.bottom}; draw it around the digit."
        )
    return part, left, top


def _pieces(ink: Ink) -> list[tuple[Ink, Box]]:
    """The ink of each digit, cropped, and where it is in `ink`."""
    from scipy import ndimage

    labels, count = ndimage.label(ink >= MIN_BOX_INK, np.ones((3, 3), bool))
    parts = [Box.of_slices(*slices) for slices in ndimage.find_objects(labels)]
    groups = group_digits(parts)
    digit_of = np.zeros(count + 1, np.intp)
    for digit, indices in enumerate(groups, 1):
        digit_of[[index + 1 for index in indices]] = digit
    digits = digit_of[labels]
    boxes = [Box.of_slices(*slices) for slices in ndimage.find_objects(digits)]
    return [(_without_others(ink, digits, digit, box), box) for digit, box in enumerate(boxes, 1)]


def _without_others(ink: Ink, digits: NDArray[np.intp], digit: int, box: Box) -> Ink:
    """The ink in the box of one digit, with its faint edges, but without that of other digits."""
    own = np.isin(digits[box.slices], (0, digit))
    return np.where(own, ink[box.slices], np.float32(0))


def _pixels(digit: Ink, photo: bool) -> NDArray[np.float32]:
    # The thin line of a ballpoint would be pale in 20 pixels; what is drawn in the lab has a thick pen.
    return mnist_pixels(thickened(digit) if photo else digit)


def _is_dot(digit: Ink, pen_width: float | None) -> bool:
    pen = widest_stroke(digit) if pen_width is None else pen_width
    return bool(max(digit.shape) < _MIN_PEN_WIDTHS * pen)
