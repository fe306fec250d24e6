"""A drawing with the digit that its writer meant."""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from mnist_lab.errors import HandwritingError
from mnist_lab.handwriting.stroke import Stroke
from mnist_lab.network import CLASSES, INPUT_SHAPE

IMAGE_SHAPE = INPUT_SHAPE[:2]
ID_LENGTH = 16
_ID = re.compile(rf"[0-9a-f]{{{ID_LENGTH}}}")
_HELD_BACK = 3
"""One drawing in so many is never trained on."""


@dataclass(frozen=True, slots=True, eq=False)
class NewDrawing:
    """A drawing that somebody wants to keep."""

    pixels: NDArray[np.uint8]
    """Shape (28, 28), 0 for paper to 255 for ink, as a network receives it."""
    label: int
    """The digit, 0 to 9."""
    strokes: tuple[Stroke, ...] = ()
    """Empty if it was no drawing on the canvas, but a picture."""

    @property
    def id(self) -> str:
        """16 hex digits, made from the pixels: two drawings with the same pixels are one."""
        return hashlib.sha256(self.pixels.tobytes()).hexdigest()[:ID_LENGTH]


@dataclass(frozen=True, slots=True, eq=False)
class KeptDrawing:
    """A drawing of the collection."""

    id: str
    label: int
    pixels: NDArray[np.uint8]
    """Shape (28, 28)."""
    strokes: tuple[Stroke, ...]
    owner: str
    """Id of the browser that kept it, or "cli"."""
    created: datetime
    """In UTC."""


def new_drawing(pixels: NDArray[np.floating], label: int, strokes: tuple[Stroke, ...] = ()) -> NewDrawing:
    """A drawing to keep, from what a network receives: floats (28, 28), 0 to 1.

    Raises:
        HandwritingError: The label is no digit, or the picture is blank or of another shape.
    """
    if pixels.shape != IMAGE_SHAPE or not np.isfinite(pixels).all():
        raise HandwritingError(f"A drawing has 28×28 pixels. Received: the shape {pixels.shape}.")
    return checked_drawing(NewDrawing(np.rint(np.clip(pixels, 0, 1) * 255).astype(np.uint8), label, strokes))


def checked_drawing(drawing: NewDrawing) -> NewDrawing:
    """The same drawing.

    Raises:
        HandwritingError: Its label is no digit, or there is no ink.
    """
    ensure_label(drawing.label)
    if not drawing.pixels.any():
        raise HandwritingError("A blank drawing cannot be kept: draw a digit first.")
    return drawing


def ensure_label(label: int) -> None:
    """Check that a label is a digit.

    Raises:
        HandwritingError: It is not.
    """
    if not 0 <= label < CLASSES:
        raise HandwritingError(f"The label of a drawing is a digit, 0 to 9. Received: {label}.")


def is_drawing_id(value: object) -> bool:
    """Whether this can be the id of a drawing."""
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def is_held_back(drawing_id: str) -> bool:
    """Whether no network is ever trained on this drawing, so that all can be tested on it: one in three.

    The id alone decides: it is random, but the same in every lab and for every network.
    """
    return int(drawing_id, 16) % _HELD_BACK == 0
