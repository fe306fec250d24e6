"""The handwritten digit in the input of the network diagram: 28×28 pixels, rasterized from one pen stroke."""

from functools import cache
from itertools import pairwise

import numpy as np

# The points of a handwritten 3, x to the right and y down, in pixels of a 28×28 image.
_STROKE = (
    (8.6, 8.4), (10.6, 6.1), (14.0, 5.2), (17.2, 6.2), (18.5, 8.7), (17.4, 11.4), (14.9, 13.1), (12.2, 13.6),
    (15.6, 13.9), (18.6, 15.5), (19.6, 18.2), (18.4, 21.1), (15.4, 22.9), (11.9, 22.7), (9.0, 20.7),
)  # fmt: skip
_LEVELS = 4


@cache
def digit_paths() -> tuple[tuple[float, str], ...]:
    """The digit as SVG paths of unit squares: (opacity, path data) for each of four grey levels."""
    rows, columns = np.mgrid[0:28, 0:28] + 0.5
    points = np.array(_STROKE)
    distance = np.full((28, 28), np.inf)
    for start, end in pairwise(points):
        along = end - start
        offset = np.stack([columns, rows], axis=-1) - start
        part = np.clip(offset @ along / (along @ along), 0, 1)
        distance = np.minimum(distance, np.linalg.norm(offset - part[..., None] * along, axis=-1))
    levels = np.round(np.clip(2.0 - distance, 0, 1) * _LEVELS).astype(int)
    paths = []
    for level in range(1, _LEVELS + 1):
        squares = "".join(f"M{column} {row}h1v1h-1z" for row, column in np.argwhere(levels == level))
        paths.append((level / _LEVELS, squares))
    return tuple(paths)
