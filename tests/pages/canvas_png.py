"""Pictures of the canvas, as a browser sends them."""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

SIDE = 320
VERTICAL = slice(60, 260)


def canvas_pixels(rows: slice = VERTICAL, *, middles: tuple[int, ...] = (160,)) -> NDArray[np.uint8]:
    """Vertical strokes of a pen of 20 pixels, in these rows: ones, or with few rows dots; where they are, from left."""
    pixels = np.full((SIDE, SIDE, 4), 255, np.uint8)
    for middle in middles:
        pixels[rows, middle - 10 : middle + 10, :3] = 20
    return pixels


def as_png(pixels: NDArray[np.uint8]) -> bytes:
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    return out.getvalue()


ONE = as_png(canvas_pixels())
ELEVEN = as_png(canvas_pixels(middles=(80, 240)))
DOT = as_png(canvas_pixels(slice(60, 80)))
BLANK = as_png(canvas_pixels(slice(0, 0)))
