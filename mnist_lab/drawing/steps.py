"""The steps from a picture to a network's input, each as a picture, for people who want to see them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnist_lab.drawing.ink import Ink, crop_to_ink, find_ink
from mnist_lab.drawing.normalize import SIDE, NormalizedDrawing


@dataclass(frozen=True, slots=True, eq=False)
class NormalizationSteps:
    """A drawing on its way to a network. All pictures are float32, 0 for paper to 1 for ink."""

    ink: Ink
    """Shape (h, w): the whole picture."""
    cropped: Ink
    """The smallest rectangle that holds all ink."""
    scaled: Ink
    """Scaled until the longer side has 20 pixels."""
    pixels: Ink
    """Shape (28, 28): centred, as the network receives it."""
    uncentred: Ink
    """Shape (28, 28): the whole picture made smaller, neither cropped, scaled nor centred."""


def normalization_steps(picture: NDArray[np.uint8], drawing: NormalizedDrawing) -> NormalizationSteps | None:
    """The steps that led from a picture to a drawing.

    Args:
        picture: As `normalize_drawing` takes it.
        drawing: What that function made of it.

    Returns:
        None if the picture is blank.

    Raises:
        PictureError: `picture` has another shape or type.
    """
    ink = find_ink(picture)
    cropped = None if ink is None else crop_to_ink(ink)
    if ink is None or cropped is None:
        return None
    return NormalizationSteps(ink, cropped, _box_of(drawing.pixels), drawing.pixels, _shrunk(ink))


def _box_of(pixels: Ink) -> Ink:
    rows, columns = np.flatnonzero(pixels.any(axis=1)), np.flatnonzero(pixels.any(axis=0))
    return pixels[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _shrunk(ink: Ink) -> Ink:
    from PIL import Image

    levels = Image.fromarray(np.rint(ink * 255).astype(np.uint8))
    return np.asarray(levels.resize((SIDE, SIDE), Image.Resampling.BOX), np.float32) / np.float32(255)
