"""Pictures of the canvas, as a browser sends them."""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

SIDE = 320
VERTICAL = slice(60, 260)


def canvas_pixels(rows: slice = VERTICAL) -> NDArray[np.uint8]:
    """A vertical stroke of a pen of 20 pixels, in these rows: a one, or with few rows a dot."""
    pixels = np.full((SIDE, SIDE, 4), 255, np.uint8)
    pixels[rows, 150:170, :3] = 20
    return pixels


def as_png(pixels: NDArray[np.uint8]) -> bytes:
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    return out.getvalue()


ONE = as_png(canvas_pixels())
DOT = as_png(canvas_pixels(slice(60, 80)))
BLANK = as_png(canvas_pixels(slice(0, 0)))
