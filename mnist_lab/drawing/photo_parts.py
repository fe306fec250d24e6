"""The connected parts of what is taken for ink in a photo, and which of them may be writing."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnist_lab.drawing.boxes import Box

Mask = NDArray[np.bool_]
Labels = NDArray[np.int32]

# Lengths in pixels of a photo whose longer side has 640.
_MIN_LENGTH = 13
"""What is smaller is a crumb or noise."""
_MIN_PENS = 2.0
"""Length of writing, in widths of its own strokes; a punch hole is as long as it is wide."""
_MAX_ASPECT = 7.0
"""A digit is no wider than so many times its height; an underline is."""
_ALONG = 0.5
"""Share of its length with which what is seen of a desk or a window's bar lies at the edge of the photo."""
_WHOLE_SIDE = 0.7
_DEEP = 0.25
"""A share of the photo; a desk at one side is narrower than this, or is no line of a digit."""
_RING = 0.84
"""Share of its box that a frame encloses; an ellipse encloses 0.79."""
_RING_SHARE = 0.7
"""Of its box that a drawn frame or circle encloses."""
_RING_LINES = 1.5
"""Ink of a ring, in lines around its box that are as wide as its pen."""
_LARGE = 0.45
"""Share of the photo's width and height; a ring that large is the edge of a sheet."""
_INNER = 0.25
"""Height of what is inside a frame, as a share of the frame's."""


@dataclass(frozen=True, slots=True)
class Part:
    """A connected part of the ink."""

    label: int
    box: Box
    area: int
    """Pixels of ink."""
    enclosed: int
    """Pixels within its outline."""
    pen: float
    """Width of its widest stroke in pixels."""


def find_parts(mask: Mask) -> tuple[Labels, list[Part]]:
    """Label the connected parts, and describe all but the smallest; thin lines may have gaps of two pixels.

    Args:
        mask: (h, w), true for ink.

    Returns:
        int32 (h, w) with 0 for paper, and the parts.
    """
    from scipy import ndimage

    square = np.ones((3, 3), bool)
    labels, _ = ndimage.label(ndimage.binary_dilation(mask, square), square)
    labels *= mask
    boxes = [Box.of_slices(*slices) for slices in ndimage.find_objects(labels)]
    return labels, [_part(labels, label, box) for label, box in enumerate(boxes, 1) if box.length >= _MIN_LENGTH]


def _part(labels: Labels, label: int, box: Box) -> Part:
    from scipy import ndimage

    own = np.pad(labels[box.slices] == label, 1)
    pen = 2 * float(ndimage.distance_transform_cdt(own, "chessboard").max())
    return Part(label, box, int(own.sum()), int(ndimage.binary_fill_holes(own).sum()), pen)


def without_drawn_frames(mask: Mask) -> Mask:
    """The ink without rectangles and circles that are drawn around other ink; their sides would be taken for lines."""
    labels, parts = find_parts(mask)
    frames = [part.label for part in parts if _is_thin_ring(part) and _surrounds(part, parts)]
    return mask & ~np.isin(labels, frames) if frames else mask


def _is_thin_ring(part: Part) -> bool:
    """Whether it is one line around an area, not the many lines of squared paper."""
    around = 2 * (part.box.width + part.box.height)
    return (
        part.enclosed > _RING_SHARE * part.box.width * part.box.height and part.area < _RING_LINES * around * part.pen
    )


def possible_writing(parts: Sequence[Part], labels: Labels) -> list[Part]:
    """The parts that are no underline, hole, frame, or edge of a desk."""
    strokes = [part for part in parts if _is_stroke(part) and not _is_at_edge(part, labels)]
    return [part for part in strokes if not _is_frame(part, strokes, labels)]


def _is_stroke(part: Part) -> bool:
    box = part.box
    return box.length >= _MIN_PENS * part.pen and box.width <= _MAX_ASPECT * box.height


def _is_at_edge(part: Part, labels: Labels) -> bool:
    """Whether it lies along one side of the photo and is narrow, or along two whole sides."""
    box, (height, width) = part.box, labels.shape
    across = [int((side == part.label).sum()) for side in (labels[0], labels[-1])]
    down = [int((side == part.label).sum()) for side in (labels[:, 0], labels[:, -1])]
    if max(across) > _ALONG * box.width and box.height < _DEEP * height and box.width > box.height:
        return True
    if max(down) > _ALONG * box.height and box.width < _DEEP * width and box.height > box.width:
        return True
    whole = [count > _WHOLE_SIDE * width for count in across] + [count > _WHOLE_SIDE * height for count in down]
    return whole.count(True) >= 2


def _is_frame(part: Part, others: Sequence[Part], labels: Labels) -> bool:
    """Whether it is the edge of a sheet, or is drawn around other parts."""
    box = part.box
    if part.enclosed < 2 * part.area:
        return False
    is_large = box.height > _LARGE * labels.shape[0] and box.width > _LARGE * labels.shape[1]
    if is_large and part.enclosed > _RING * box.width * box.height:
        return True
    return _surrounds(part, others)


def _surrounds(part: Part, others: Sequence[Part]) -> bool:
    box = part.box
    return any(box.encloses(other.box) and other.box.height > _INNER * box.height for other in others)
