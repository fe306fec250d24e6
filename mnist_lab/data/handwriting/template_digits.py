"""Digits made for training: drawn from the stroke templates, no two alike, and placed as MNIST's digits are."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_lab.data.dataset import Images, Labels
from mnist_lab.data.handwriting.pen import draw_strokes, lengths_along
from mnist_lab.data.handwriting.stroke_templates import SAMPLES, Template, stroke_templates
from mnist_lab.drawing.mnist_pixels import BOX, CENTRE
from mnist_lab.network import CLASSES

Values = NDArray[np.floating[Any]]

_HAND = 0.028
"""Standard deviation of a point's place, in sides of the digit's box; the ends of strokes vary twice as much."""
_LIFT = 0.02
"""Standard deviation of where a stroke is set down."""
_SLANT, _TURN, _BEND = 0.22, 0.12, 0.1
_STRETCH = 0.25
"""Standard deviation of the logarithm of width : height."""
_TREMOR = 0.008
_PEN, _PEN_SPREAD, _PENS = 2.5, 0.38, (1.0, 5.5)
"""Width of the pen in pixels: median, standard deviation of its logarithm, thinnest and thickest."""
_THICK, _THICK_PENS = 0.4, (4.0, 7.5)
"""So many are drawn with a pen that is thick for the digit, such as the canvas's widest pen for a small digit."""


def template_digits(count: int, random: np.random.Generator) -> tuple[Images, Labels]:
    """Make `count` digits: each digit equally often, in any of its templates.

    Returns:
        Images uint8 (count, 28, 28) and labels uint8 (count,), in random order.
    """
    labels = random.permutation(np.arange(count) % CLASSES).astype(np.uint8)
    templates = stroke_templates()
    which = np.zeros(count, int)
    for digit in range(CLASSES):
        own = [index for index, template in enumerate(templates) if template.digit == digit]
        which[labels == digit] = random.choice(own, int((labels == digit).sum()))
    points = np.empty((count, SAMPLES, 2), np.float32)
    joined = np.empty((count, SAMPLES - 1), np.float32)
    for index in np.unique(which):
        mine = np.flatnonzero(which == index)
        points[mine] = _written(templates[index], len(mine), random)
        joined[mine] = templates[index].joined
    images = _placed(_varied(points, random), joined, random)
    return np.rint(images * 255).astype(np.uint8), labels


def _normal(random: np.random.Generator, *shape: int) -> Values:
    return random.standard_normal(shape, np.float32)


def _written(template: Template, count: int, random: np.random.Generator) -> Values:
    """The template by `count` unsteady hands: float32 (count, SAMPLES, 2)."""
    spread = np.float32(_HAND) * (1 + template.is_end.astype(np.float32))[:, np.newaxis]
    unsteadiness = np.exp(_normal(random, count, 1, 1) * np.float32(0.4))
    moved = _normal(random, count, *template.points.shape) * spread * unsteadiness
    lifted = _normal(random, count, int(template.stroke[-1]) + 1, 2) * np.float32(_LIFT)
    points = template.points + moved + lifted[:, template.stroke]
    written: Values = np.matmul(template.weights, points)
    return written


def _varied(points: Values, random: np.random.Generator) -> Values:
    """Bend, stretch, slant and turn each digit, and let its line tremble a little."""
    count = len(points)
    x, y = points[..., 0] - np.float32(0.5), points[..., 1] - np.float32(0.5)
    slant, turn, bend, sag, stretch, tremor = _normal(random, 6, count, 1)
    x = x + bend * np.float32(_BEND) * 4 * (y**2 - np.float32(0.08))
    y = y + sag * np.float32(_BEND) * 2 * (x**2 - np.float32(0.05))
    x = x * np.exp(stretch * np.float32(_STRETCH)) - slant * np.float32(_SLANT) * y
    angle = turn * np.float32(_TURN)
    x, y = x * np.cos(angle) - y * np.sin(angle), x * np.sin(angle) + y * np.cos(angle)
    points = np.stack([x, y], axis=-1)
    trembling = _normal(random, *points.shape) * (np.abs(tremor) * np.float32(_TREMOR))[..., np.newaxis]
    varied: Values = points + trembling
    return varied


def _pen_widths(count: int, random: np.random.Generator) -> Values:
    usual = np.clip(np.exp(_normal(random, count) * np.float32(_PEN_SPREAD)) * np.float32(_PEN), *_PENS)
    thick = random.uniform(*_THICK_PENS, count).astype(np.float32)
    return np.where(random.random(count) < _THICK, thick, usual)


def _placed(points: Values, joined: Values, random: np.random.Generator) -> Values:
    """Draw the digits as `drawing.normalize` would place them: float32 (n, 28, 28).

    The ink's longer side has 20 pixels and begins at a whole pixel, its centre of mass is in the middle.
    """
    widths = _pen_widths(len(points), random)
    low, high = points.min(axis=1), points.max(axis=1)
    scale = (BOX - widths) / (high - low).max(axis=1)
    # From the upper left corner of the ink, which is half a pen away from the strokes.
    points = (points - low[:, np.newaxis]) * scale.reshape(-1, 1, 1) + (widths / 2).reshape(-1, 1, 1)
    lengths = lengths_along(points, joined)
    centre = (points * lengths[..., np.newaxis]).sum(axis=1) / lengths.sum(axis=1, keepdims=True)
    points += np.rint(CENTRE - centre)[:, np.newaxis]
    return draw_strokes(points, lengths, widths)
