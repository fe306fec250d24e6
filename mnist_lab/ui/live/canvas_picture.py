"""The picture of the canvas that a browser sends, made safe and normalized."""

import functools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnist_lab.drawing import NormalizedDrawing, normalize_drawing, open_picture
from mnist_lab.errors import PictureError

SIDE = 320
"""Width and height of the canvas, in pixels."""
MIN_PEN, MAX_PEN = 8.0, 40.0
"""Widths of the pen that can be chosen, in pixels."""
_MAX_PICTURES = 16
"""Pictures of the canvas that are kept, 0.4 MB each."""


@dataclass(frozen=True, eq=False)
class CanvasPicture:
    """What is drawn on the canvas."""

    pixels: NDArray[np.uint8]
    """Shape (320, 320, 3 or 4), dark ink on light paper or light ink on dark."""
    pen_width: float
    """Of the widest pen used, in pixels."""

    @functools.cached_property
    def drawing(self) -> NormalizedDrawing | None:
        """The drawing, exactly as the same picture is normalized anywhere else; None if the canvas is empty."""
        return normalize_drawing(self.pixels, pen_width=self.pen_width)


# A page asks for the reading and for a view of the same picture.
@functools.lru_cache(maxsize=_MAX_PICTURES)
def read_canvas(png: bytes, pen_width: str) -> CanvasPicture:
    """Read what a browser sends.

    Args:
        png: A PNG of 320×320 pixels.
        pen_width: 8 to 40, as text.

    Raises:
        PictureError: Our page would not send this.
    """
    # Whoever speaks to the server without our page may send anything, a huge picture in few bytes for example.
    try:
        pixels = open_picture(png, formats=("PNG",), size=(SIDE, SIDE))
    except PictureError as error:
        raise PictureError(f"The canvas is a PNG of {SIDE}×{SIDE} pixels.") from error
    return CanvasPicture(pixels, _width_of(pen_width))


def _width_of(text: str) -> float:
    try:
        width = float(text)
    except ValueError:
        width = 0.0
    if not MIN_PEN <= width <= MAX_PEN:
        raise PictureError(f"A pen is {MIN_PEN:g} to {MAX_PEN:g} pixels wide.")
    return width
