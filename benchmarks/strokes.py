"""Pen strokes as a picture: black ink on white paper, as the canvas of the Draw page shows them."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Stroke = Sequence[Sequence[float]]

FIELD = 500

_MAX_SIDE = 2048
_SUPERSAMPLING = 2


def rasterize(strokes: Sequence[Stroke], size: int = 320, width: float = 20) -> NDArray[np.uint8]:
    """Draw pen strokes with a round pen.

    Args:
        strokes: Each a sequence of points (x, y), 0 to 500, y downwards; a stroke of one point is a dot. What lies
            outside is cut off.
        size: Width and height of the picture in pixels, 1 to 2,048.
        width: Diameter of the pen in pixels of the picture, above 0.

    Returns:
        uint8 (size, size), 255 for paper to 0 for ink, with grey edges.

    Raises:
        ValueError: A coordinate, the size or the width cannot be used.
    """
    if not (1 <= size <= _MAX_SIDE and 0 < width <= _MAX_SIDE):
        raise ValueError(
            f"A picture has 1 to {_MAX_SIDE:,} pixels a side, and a pen is no wider. Received: {size} and {width}."
        )
    from PIL import Image, ImageDraw

    image = Image.new("L", (size * _SUPERSAMPLING, size * _SUPERSAMPLING), 255)
    pen = ImageDraw.Draw(image)
    scale, radius = size * _SUPERSAMPLING / FIELD, width * _SUPERSAMPLING / 2
    for stroke in strokes:
        points = [_scaled(point, scale) for point in stroke]
        if len(points) > 1:
            pen.line(points, fill=0, width=max(1, round(2 * radius)))
        # A dot on every point rounds the ends and the joints.
        for x, y in points:
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=0)
    return np.asarray(image.reduce(_SUPERSAMPLING))


def _scaled(point: Sequence[float], scale: float) -> tuple[float, float]:
    # Far outside, where nothing is seen, Pillow would still draw, or overflow.
    if len(point) != 2 or not all(math.isfinite(value) and abs(value) <= 100 * FIELD for value in point):
        raise ValueError(f"A point of a stroke is two numbers, 0 to {FIELD}. Received: {str(point)[:60]}.")
    return point[0] * scale, point[1] * scale
