"""The ways of writing of `written_digits.py` as arrays: points of strokes, and samples along them."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_lab.data.handwriting.written_digits import WRITTEN_DIGITS

Values = NDArray[np.floating[Any]]

SAMPLES = 96
"""Points along the strokes of a digit: no more than 0.8 pixels apart in a digit of 20 pixels."""


@dataclass(frozen=True, eq=False)
class Template:
    """One way of writing a digit."""

    digit: int
    points: Values
    """The points of all strokes, float32 (k, 2): x and y, 0 to 1, y down."""
    stroke: NDArray[np.intp]
    """The stroke of each point, (k,)."""
    is_end: NDArray[np.bool_]
    """Whether a point begins or ends its stroke, (k,)."""
    weights: Values
    """The `SAMPLES` samples along the strokes as sums of the points, float32 (SAMPLES, k)."""
    joined: Values
    """1 where a sample and the next are in the same stroke, 0 where the pen is lifted, float32 (SAMPLES - 1,)."""


@lru_cache(maxsize=1)
def stroke_templates() -> tuple[Template, ...]:
    """All templates, ordered by digit."""
    return tuple(
        _template(digit, line.strip()) for digit, lines in WRITTEN_DIGITS.items() for line in lines.strip().splitlines()
    )


def curve_weights(positions: Values, count: int, *, smooth: bool) -> Values:
    """Points along a stroke, as sums of the points that it goes through: float32 (n, count).

    Args:
        positions: 0 for the first point to `count` - 1 for the last, float32 (n,).
        count: Number of points, at least 2.
        smooth: Whether the stroke is a Catmull-Rom spline (Catmull & Rom 1974) instead of straight lines. Its ends are
            as if the first and the last point stood twice.
    """
    left = np.minimum(positions.astype(int), count - 2)
    t = positions - left
    if smooth:
        shares = [
            (-t + 2 * t**2 - t**3) / 2,
            1 + (-5 * t**2 + 3 * t**3) / 2,
            (t + 4 * t**2 - 3 * t**3) / 2,
            (t**3 - t**2) / 2,
        ]
    else:
        shares = [0 * t, 1 - t, t, 0 * t]
    weights = np.zeros((len(positions), count), np.float32)
    rows = np.arange(len(positions))
    for offset, share in zip((-1, 0, 1, 2), shares, strict=True):
        np.add.at(weights, (rows, np.clip(left + offset, 0, count - 1)), share)
    return weights


def _template(digit: int, line: str) -> Template:
    strokes = [_points(text) for text in line.split("|")]
    smooth = [text.strip().startswith("~") for text in line.split("|")]
    dense = [_evenly_spaced(points, curve) for points, curve in zip(strokes, smooth, strict=True)]
    counts = _shares([length for _, length in dense])
    weights = np.zeros((SAMPLES, sum(map(len, strokes))), np.float32)
    row = column = 0
    for points, curve, (positions, _), count in zip(strokes, smooth, dense, counts, strict=True):
        chosen = np.interp(np.linspace(0, 1, count), np.linspace(0, 1, len(positions)), positions).astype(np.float32)
        weights[row : row + count, column : column + len(points)] = curve_weights(chosen, len(points), smooth=curve)
        row, column = row + count, column + len(points)
    joined = np.ones(SAMPLES - 1, np.float32)
    joined[np.cumsum(counts)[:-1] - 1] = 0
    lengths = list(map(len, strokes))
    return Template(
        digit=digit,
        points=np.concatenate(strokes),
        stroke=np.repeat(np.arange(len(strokes)), lengths),
        is_end=np.concatenate([np.isin(np.arange(length), (0, length - 1)) for length in lengths]),
        weights=weights,
        joined=joined,
    )


def _points(text: str) -> Values:
    pairs = [pair.split(",") for pair in text.strip().lstrip("~").split()]
    return np.array(pairs, np.float32) / np.float32(100)


def _evenly_spaced(points: Values, smooth: bool) -> tuple[Values, float]:
    """Positions along a stroke at equal distances, and its length."""
    positions = np.linspace(0, len(points) - 1, 200, dtype=np.float32)
    path = curve_weights(positions, len(points), smooth=smooth) @ points
    travelled = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(path, axis=0).T))])
    even = np.interp(np.linspace(0, travelled[-1], 200), travelled, positions)
    return even.astype(np.float32), float(travelled[-1])


def _shares(lengths: list[float]) -> list[int]:
    """Samples of each stroke, by its length; together `SAMPLES`."""
    edges = np.rint(np.cumsum([0, *lengths]) / sum(lengths) * SAMPLES).astype(int)
    counts: list[int] = np.diff(edges).tolist()
    return counts
