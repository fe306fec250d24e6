"""A round pen: strokes become ink in 28×28 pixels, for many pictures at once."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_lab.network import INPUT_SHAPE

Values = NDArray[np.floating[Any]]

SIDE = INPUT_SHAPE[0]
_SHARPNESS = np.float32(2.0)
"""Of the soft minimum below, in 1/pixel². A crossing looks as if its strokes were wider by an eighth of a pixel."""
_CHUNK = 128
"""Pictures drawn together, so that what is computed stays in the processor's cache."""
_NONE = np.float32(1e-30)


def lengths_along(points: Values, joined: Values) -> Values:
    """The length of stroke that each point stands for, half of the way to its neighbours: float32 (n, p).

    Args:
        points: float32 (n, p, 2).
        joined: 1 where a point and the next are in one stroke, else 0: float32 (n, p - 1) or (p - 1,).
    """
    steps = np.diff(points, axis=1)
    halves = np.sqrt(steps[..., 0] ** 2 + steps[..., 1] ** 2) * joined / 2
    lengths: Values = np.pad(halves, ((0, 0), (1, 0))) + np.pad(halves, ((0, 0), (0, 1)))
    return lengths


def draw_strokes(points: Values, lengths: Values, widths: Values) -> Values:
    """Draw strokes with a round pen: float32 (n, 28, 28), 0 for paper to 1 for ink, with grey edges.

    The distance of a pixel from the strokes is the soft minimum -log(∫ exp(-s·|pixel - stroke|²)) / s, whose integral
    is a product of matrices: 20 times as fast as looking for the nearest point.

    Args:
        points: x and y of points along the strokes, float32 (n, p, 2), in pixels, the first pixel from 0 to 1. They lie
            less than a pixel apart.
        lengths: The length of stroke that each point stands for, in pixels, float32 (n, p); 0 for a point that is not
            drawn.
        widths: Of each picture's pen, in pixels, float32 (n,).
    """
    drawn = [_drawn(points[i : i + _CHUNK], lengths[i : i + _CHUNK], widths[i : i + _CHUNK]) for i in _starts(points)]
    return np.concatenate(drawn) if drawn else np.zeros((0, SIDE, SIDE), np.float32)


def _starts(points: Values) -> range:
    return range(0, len(points), _CHUNK)


def _drawn(points: Values, lengths: Values, widths: Values) -> Values:
    pixels = np.arange(SIDE, dtype=np.float32) + np.float32(0.5)
    across, down = (np.exp(-_SHARPNESS * (points[..., axis, np.newaxis] - pixels) ** 2) for axis in (0, 1))
    down *= (lengths * np.sqrt(_SHARPNESS / np.float32(np.pi)))[..., np.newaxis]
    near = np.matmul(down.transpose(0, 2, 1), across)
    squares = -np.log(np.maximum(near, _NONE)) / _SHARPNESS
    distances = np.sqrt(np.maximum(squares, 0))
    radii = (widths / 2).reshape(-1, 1, 1)
    ink: Values = np.clip(radii + np.float32(0.5) - distances, 0, 1)
    return ink
