"""Ways in which people write the ten digits, as pen strokes: the templates of `template_digits.py`."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.floating[Any]]

SAMPLES = 96
"""Points along the strokes of a digit: no more than 0.8 pixels apart in a digit of 20 pixels."""

# Each line is one way of writing the digit. Points are x,y in percent of the digit's box, y down. "|" lifts the pen; a
# stroke that begins with "~" is a smooth curve through its points, the others are straight from point to point.
_WRITTEN = {
    0: """
        ~50,5 22,25 18,55 30,88 55,95 78,75 82,40 68,10 48,6
        ~50,4 35,30 33,65 48,96 64,70 66,30 52,5
        ~55,10 20,25 8,55 25,88 60,92 92,65 88,25 50,8
        ~42,8 22,30 18,60 35,92 62,92 80,62 78,30 62,10
        ~62,4 35,12 18,45 28,88 58,94 80,60 72,22 48,8 35,2
        ~50,5 22,25 18,55 30,88 55,95 78,75 82,40 68,10 48,6 | 84,6 16,94
        ~50,5 22,25 18,55 30,88 55,95 78,75 82,40 68,10 48,6 | 68,28 34,72
        ~70,20 50,4 25,25 20,65 45,96 75,75 80,35 60,8 40,14 52,24 72,10
        ~30,6 58,22 80,55 58,94 26,80 24,45 48,18 76,4
        30,8 22,85 72,92 80,12 28,8
        ~50,5 78,25 82,55 70,88 45,95 22,75 18,40 32,10 52,6
        ~50,5 22,25 18,55 30,88 55,95 78,75 82,40 68,10 48,6 | 46,48 54,52
    """,
    1: """
        50,5 50,95
        50,5 50,95
        28,30 52,5 52,95
        15,50 55,5 52,95
        10,80 55,5 58,95
        15,28 55,8 52,95
        12,38 68,5 40,95
        35,45 55,5 52,95
        42,40 55,6 50,95
        40,25 55,5 45,95
        ~20,35 38,28 52,6 | 52,6 52,95
        ~8,35 30,18 50,22 68,5 | 68,5 35,95
        ~18,30 30,18 50,10 58,4 | 58,4 42,95
        25,30 52,5 52,95 | 22,95 82,95
        30,25 50,5 50,92 | 5,92 95,92
        18,45 52,5 52,90 | 30,95 78,92
        50,5 50,95 | 25,95 75,95
        50,6 50,94 | 28,6 72,6 | 26,94 74,94
        ~30,22 48,10 55,5 | 55,5 55,85 | ~55,85 45,97 20,92
        30,20 58,6 56,90 20,94
        ~30,28 50,5 52,60 52,88 62,95 75,88
        ~45,8 52,40 50,70 45,95
        20,42 62,6 42,95
        ~22,40 45,22 64,5 | 64,5 44,95
        30,36 60,6 46,95
        20,38 55,5 50,94 | 15,94 88,92
        ~12,40 40,30 62,6 | 62,6 48,95
        32,48 58,5 46,95
    """,
    2: """
        ~20,28 35,8 62,6 78,25 68,50 40,75 18,93 | 18,93 85,93
        ~20,28 38,8 65,8 76,28 60,58 30,88 14,90 18,76 36,78 60,94 88,88
        ~25,25 45,5 72,15 70,40 45,75 20,95 8,85 20,70 45,82 85,95
        15,10 80,8 18,92 85,92
        ~18,30 40,6 70,12 74,38 48,70 18,92 40,84 65,94 90,84
        ~25,30 30,10 60,5 70,25 50,55 25,92 | 25,92 80,96
        ~30,36 20,24 35,8 65,8 78,30 55,62 15,94 | 15,94 60,88 90,94
        ~22,20 50,5 75,20 65,50 20,88 | 20,88 70,92
        ~20,25 45,5 72,20 60,55 20,92 | ~20,92 50,92 80,96 88,82
        ~15,15 50,5 82,18 72,45 30,70 12,92 | 12,92 92,92
    """,
    3: """
        ~20,15 48,5 74,18 68,38 42,47 72,56 80,78 55,96 18,86
        18,8 78,8 42,42 | ~42,42 72,48 80,72 55,95 18,86
        ~18,18 50,5 75,22 60,42 35,48 | ~35,48 70,52 78,76 48,96 15,84
        ~22,12 60,5 72,25 52,45 76,62 68,88 38,97 15,85
        20,8 75,8 45,45 75,60 60,92 18,92
        ~20,18 50,5 72,20 55,42 38,50 42,40 60,48 80,72 55,95 18,88
        ~32,10 60,8 66,24 45,36 75,48 85,75 55,97 12,85
        ~18,25 20,10 50,4 74,20 45,45 78,60 70,90 35,97 15,80
        ~25,10 70,6 68,32 30,46 | ~30,46 70,44 82,70 60,94 20,92
        ~24,24 30,8 60,6 66,28 40,44 | ~40,44 72,50 78,80 45,96 18,84
    """,
    4: """
        35,5 15,60 85,60 | 65,30 65,95
        ~30,8 25,45 30,58 | 30,58 85,52 | 70,8 66,95
        65,95 65,5 12,65 90,65
        62,5 15,62 88,62 | 62,5 62,95
        45,5 20,70 80,70 | 60,50 58,92
        40,5 22,75 75,72 | 58,55 55,95
        42,5 18,78 82,75 | 60,60 58,90
        ~48,4 30,35 22,68 34,76 55,68 | 58,48 55,95
        38,5 18,55 80,50 | 72,20 55,95
        ~40,6 20,52 | 20,52 70,48 | ~75,25 68,55 58,95
        ~38,5 25,30 22,55 35,62 60,55 75,40 | 75,20 62,95
        ~65,10 30,15 20,45 55,50 68,15 | 68,8 62,95
        ~50,4 30,35 18,70 | ~18,70 45,68 62,50 58,45 | 60,48 58,95
        40,8 8,58 95,58 | 60,40 60,92
        25,10 25,52 75,52 | 72,10 72,92
        ~60,4 35,30 25,52 | 25,52 80,48 | 66,30 50,95
    """,
    5: """
        75,8 28,8 24,45 | ~24,45 50,36 76,55 70,85 40,96 16,84
        30,12 26,45 | ~26,45 55,38 76,60 65,90 35,96 15,85 | 38,8 80,4
        28,20 25,48 | ~25,48 52,40 74,62 62,92 18,88 | 42,6 88,10
        ~75,8 40,8 25,28 40,45 68,58 70,84 42,96 15,86
        60,6 32,8 28,42 | ~28,42 60,42 72,68 52,94 20,92
        78,8 25,8 25,48 70,48 70,92 20,92
        80,5 35,8 25,42 | ~25,42 65,45 75,72 50,95 10,88
        ~70,10 32,10 26,40 55,42 76,65 55,95 20,92 12,80
        45,8 36,40 | ~36,40 62,45 66,75 42,96 14,88 | 45,8 92,8
        ~82,6 36,8 28,40 58,36 74,60 58,92 22,80
        ~85,8 40,10 30,38 60,44 72,70 50,94 22,88
    """,
    6: """
        ~65,6 35,25 20,60 32,92 62,94 76,72 60,55 32,62 22,75
        ~72,4 45,30 25,65 30,92 55,96 68,78 55,64 32,72
        ~55,3 30,35 22,75 38,96 58,88 58,70 40,66 24,78
        ~58,5 25,35 15,68 40,96 78,85 75,55 45,45 20,60
        ~65,8 35,22 20,58 30,90 60,95 72,75 55,62
        ~72,14 55,6 35,25 26,60 40,94 66,88 66,65 40,58 28,68
        ~35,5 28,45 28,80 50,96 72,80 60,58 30,66
        ~62,5 32,28 20,65 42,95 70,82 62,62 42,64 38,78
        ~80,15 60,4 38,18 22,60 40,95 70,85 62,60 28,66
        ~75,3 50,40 30,78 42,96 60,84 48,70 34,80
    """,
    7: """
        18,10 80,10 42,95
        18,10 80,10 42,95 | 35,52 75,50
        22,10 78,10 45,95 | 18,55 85,50
        18,25 20,8 80,8 40,95
        18,25 20,8 80,8 42,95 | 32,52 78,50
        ~15,15 40,10 80,8 | ~80,8 55,45 45,95
        ~15,20 30,8 55,16 82,8 | 82,8 42,95
        ~15,20 30,8 55,16 82,8 | 82,8 42,95 | 30,55 76,50
        ~20,30 35,8 70,10 72,30 48,95 | 28,60 78,56
        ~22,25 40,8 72,12 65,40 45,75 40,95 | 20,62 80,58
        ~25,22 45,6 70,16 60,50 45,80 42,96 | 30,68 82,66
        30,12 70,8 50,95
        22,8 72,8 72,95
        22,8 72,8 70,95 | 50,50 92,50
        20,10 78,10 40,95 | 32,42 72,60
        ~18,28 34,8 64,10 66,34 40,92 | 18,58 78,52
        ~24,26 36,10 60,12 62,40 52,66 48,96 | 30,58 84,60
        18,10 80,10 42,95 | 40,58 66,46
    """,
    8: """
        ~68,18 48,5 28,20 42,42 68,60 70,85 48,96 26,84 32,60 60,42 72,22 66,14
        ~50,5 30,15 32,38 50,46 68,36 68,14 50,5 | ~50,46 24,58 24,86 50,96 76,86 76,60 50,46
        ~75,12 50,5 28,22 48,44 74,66 60,94 30,90 28,66 55,42 78,10
        ~55,5 38,20 50,45 62,75 50,96 36,78 50,48 64,22 52,5
        ~58,8 40,10 38,30 60,42 80,70 55,96 22,80 35,50 62,32 60,10
        ~60,5 22,15 28,42 55,55 64,80 48,96 32,82 45,58 78,35 62,6
        ~66,6 38,10 32,30 60,50 66,85 44,95 34,76 58,48 80,22
        ~80,10 45,12 40,35 52,55 45,85 20,90 22,68 50,52 78,15
        ~32,18 52,5 72,20 58,42 32,60 30,85 52,96 74,84 68,60 40,42 28,22 34,14
        ~62,10 36,8 34,30 62,48 70,78 50,96 32,84 40,60 66,38 86,20
        ~70,18 46,8 36,28 60,46 74,72 52,95 30,80 44,58 70,34
        ~72,20 40,10 40,34 62,54 48,92 28,76 50,52 78,24
    """,
    9: """
        ~72,22 50,6 28,20 30,42 52,48 72,25 | ~72,22 70,60 60,95
        ~70,25 48,8 28,25 40,46 70,28 | 70,10 68,95
        ~70,20 45,6 26,25 42,46 70,25 | ~70,20 74,60 66,88 42,97 18,86
        ~70,22 48,6 28,22 42,42 70,26 | ~70,22 68,55 72,80 50,95 15,92
        ~72,12 42,6 28,26 45,42 70,22 | ~68,25 55,52 75,68 68,92 20,95
        ~68,14 44,5 30,22 44,38 66,22 | ~66,20 62,48 76,70 62,94 12,94
        ~70,20 45,6 26,25 42,46 70,25 | ~70,20 72,75 50,97 25,85 45,72 80,60
        ~50,6 28,25 50,48 72,25 50,6 | 72,25 72,95
        ~70,12 40,8 28,32 50,46 72,32 | ~74,10 70,55 58,95
        ~70,15 40,10 30,28 62,26 74,12 | 74,12 40,95
        ~65,28 45,30 48,12 78,8 | ~78,8 60,45 35,95
        70,8 30,8 30,42 70,42 | 70,8 70,95
        ~72,22 48,6 30,24 48,44 74,20 66,65 38,95
        ~70,22 46,6 28,24 46,44 70,24 | ~70,20 66,70 70,92 88,88
        ~74,14 44,8 28,26 54,36 76,16 | 76,14 36,96
        ~72,20 52,6 34,22 46,40 72,22 66,50 52,80 34,95
    """,
}


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
        _template(digit, line.strip()) for digit, lines in _WRITTEN.items() for line in lines.strip().splitlines()
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
