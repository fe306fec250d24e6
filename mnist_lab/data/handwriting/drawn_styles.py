"""Ways of writing that MNIST hardly has, drawn onto its own digits: the flag of a 1, the bar of a 7 and others."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_lab.data.dataset import Images, Labels
from mnist_lab.data.handwriting.digit_ink import PIXELS, Digits
from mnist_lab.data.handwriting.pen import draw_strokes, lengths_along
from mnist_lab.drawing.mnist_pixels import BOX, CENTRE

Values = NDArray[np.floating[Any]]
Random = np.random.Generator

_SAMPLES = 24
"""Points along a line that is drawn: less than a pixel apart."""


@dataclass(frozen=True)
class DrawnStyle:
    """A way of writing one digit."""

    digit: int
    name: str
    """For the user: "a flag"."""
    draw: Callable[[Digits, Random], Values]
    """Draw it onto the digits: float32 (n, 28, 28), 0 to 1, not placed anew yet."""


def styled_digits(images: Images, labels: Labels, random: Random) -> Images:
    """The images, each with one of the styles of its digit; those of digits without a style as they are.

    Args:
        images: uint8 (n, 28, 28).
        labels: uint8 (n,).
        random: Decides on the styles and on where each line goes.
    """
    result = images.copy()
    for digit in np.unique(labels):
        if styles := [style for style in DRAWN_STYLES if style.digit == digit]:
            mine = np.flatnonzero(labels == digit)
            for style, some in zip(styles, np.array_split(random.permutation(mine), len(styles)), strict=True):
                result[some] = in_style(images[some], style, random)
    return result


def in_style(images: Images, style: DrawnStyle, random: Random) -> Images:
    """Images of the style's digit, written in this way, and placed as MNIST's are: uint8 (n, 28, 28)."""
    if not len(images):
        return images
    drawn = style.draw(Digits(images.astype(np.float32) / np.float32(255)), random)
    return np.rint(_placed(drawn) * 255).astype(np.uint8)


def _placed(images: Values) -> Values:
    """The digits as MNIST's are placed: the longer side of the ink 20 pixels, the centre of mass in the middle."""
    ink = images > np.float32(0.2)
    total = np.maximum(images.sum(axis=(1, 2)), np.float32(1e-6))
    centres = [(images.sum(axis=2 - axis) @ PIXELS) / total for axis in (0, 1)]
    scale = BOX / np.maximum(*(ink.any(axis=2 - axis).sum(axis=1) for axis in (0, 1))).clip(1)
    down, across = (_resampling(centre, scale.astype(np.float32)) for centre in centres)
    placed: Values = np.matmul(np.matmul(down, images), across.transpose(0, 2, 1))
    return np.clip(placed, 0, 1)


def _resampling(centres: Values, scale: Values) -> Values:
    """Bilinear resampling along one axis as matrices, float32 (n, 28, 28), which move `centres` to the middle."""
    sources = (PIXELS - CENTRE) / scale[:, np.newaxis] + centres[:, np.newaxis]
    weights: Values = np.maximum(0, 1 - np.abs(sources[..., np.newaxis] - PIXELS))
    return weights


def _uniform(random: Random, count: int, low: float, high: float) -> Values:
    return random.uniform(low, high, count).astype(np.float32)


def _with_line(digits: Digits, xs: list[Values], ys: list[Values]) -> Values:
    """The digits with a line through these points, drawn with their own pen."""
    corners = np.stack([np.stack(xs, axis=1), np.stack(ys, axis=1)], axis=-1)
    positions = np.linspace(0, corners.shape[1] - 1, _SAMPLES)
    left = np.minimum(positions.astype(int), corners.shape[1] - 2)
    share = (positions - left).astype(np.float32)[:, np.newaxis]
    points = corners[:, left] * (1 - share) + corners[:, left + 1] * share
    lengths = lengths_along(points, np.ones(_SAMPLES - 1, np.float32))
    ink: Values = np.maximum(digits.images, draw_strokes(points, lengths, digits.pen))
    return ink


def _flag(digits: Digits, random: Random) -> Values:
    count = len(digits.images)
    x, y = digits.middle(digits.top), digits.top + digits.pen / 2
    length, angle = _uniform(random, count, 5, 12), _uniform(random, count, 0.2, 1.25)
    bow = _uniform(random, count, -0.12, 0.2) * length
    end_x, end_y = x - length * np.cos(angle), y + length * np.sin(angle)
    middle_x, middle_y = (x + end_x) / 2 + bow * np.sin(angle), (y + end_y) / 2 + bow * np.cos(angle)
    return _with_line(digits, [x, middle_x, end_x], [y, middle_y, end_y])


def _foot(digits: Digits, random: Random) -> Values:
    count = len(digits.images)
    x, y = digits.middle(digits.bottom - 1), digits.bottom - digits.pen / 2
    tilt = _uniform(random, count, -1.2, 1.2)
    left, right = _uniform(random, count, 2.5, 7), _uniform(random, count, 2.5, 7)
    return _with_line(digits, [x - left, x + right], [y + tilt, y - tilt])


def _flag_and_foot(digits: Digits, random: Random) -> Values:
    return _foot(Digits(_flag(digits, random)), random)


def _serifs(digits: Digits, random: Random) -> Values:
    count = len(digits.images)
    x, y = digits.middle(digits.top), digits.top + digits.pen / 2
    left, right = _uniform(random, count, 2, 5), _uniform(random, count, 1, 5)
    headed = _with_line(digits, [x - left, x + right], [y, y])
    return _foot(Digits(headed), random)


def _bar(digits: Digits, random: Random) -> Values:
    count = len(digits.images)
    y = digits.top + digits.height * _uniform(random, count, 0.4, 0.68)
    x, tilt = digits.middle(y), _uniform(random, count, -1.5, 1)
    left, right = _uniform(random, count, 2.5, 6.5), _uniform(random, count, 2.5, 6.5)
    return _with_line(digits, [x - left, x + right], [y - tilt, y + tilt])


def _serif(digits: Digits, random: Random) -> Values:
    x, y = digits.leftmost(digits.top, digits.top + digits.height / 3)
    down, aside = _uniform(random, len(x), 3, 7), _uniform(random, len(x), -1.5, 1)
    x = x + digits.pen / 2
    return _with_line(digits, [x, x + aside], [y, y + down])


def _hook(digits: Digits, random: Random) -> Values:
    x, y = digits.middle(digits.bottom - 1), digits.bottom - digits.pen / 2
    length, rise = _uniform(random, len(x), 4, 11), _uniform(random, len(x), 0, 0.45)
    sink = _uniform(random, len(x), 0, 1.2)
    shares = (0, 0.2, 0.45, 0.75, 1)
    return _with_line(
        digits,
        [x - share * length for share in shares],
        [y + 4 * share * (1 - share) * sink - rise * length * share**2 for share in shares],
    )


def _short_stem(digits: Digits, random: Random) -> Values:
    """The bar of the 4 is its row with most ink; the stem ends soon below it."""
    below = (digits.top + digits.height * np.float32(0.35))[:, np.newaxis] < PIXELS
    bar = (digits.images.sum(axis=2) * below).argmax(axis=1).astype(np.float32)
    end = bar + digits.pen / 2 + _uniform(random, len(bar), 1, 5)
    shown: Values = np.clip(end[:, np.newaxis] + np.float32(0.5) - PIXELS, 0, 1)
    return digits.images * shown[..., np.newaxis]


def _slash(digits: Digits, random: Random) -> Values:
    """From the upper right to the lower left, across the ring or inside it."""
    reach = _uniform(random, len(digits.images), -0.2, 0.15)
    aside, down = reach * (digits.right - digits.left), (np.float32(0.12) - reach) * digits.height
    return _with_line(digits, [digits.right + aside, digits.left - aside], [digits.top + down, digits.bottom - down])


def _loop(digits: Digits, random: Random) -> Values:
    x, y = digits.leftmost(digits.bottom - digits.height / 3, digits.bottom)
    across, down = _uniform(random, len(x), 1.8, 4), _uniform(random, len(x), 1.5, 3.2)
    angles = np.linspace(0, 2 * np.pi, 13, dtype=np.float32)
    x, y = x + across + digits.pen / 2 - 1, y - down * np.float32(0.6)
    return _with_line(
        digits, [x + across * np.cos(angle) for angle in angles], [y + down * np.sin(angle) for angle in angles]
    )


DRAWN_STYLES = (
    DrawnStyle(0, "a slash", _slash),
    DrawnStyle(1, "a flag", _flag),
    DrawnStyle(1, "a flag and a foot", _flag_and_foot),
    DrawnStyle(1, "serifs", _serifs),
    DrawnStyle(2, "a loop", _loop),
    DrawnStyle(4, "a short stem", _short_stem),
    DrawnStyle(7, "a bar", _bar),
    DrawnStyle(7, "a serif", _serif),
    DrawnStyle(9, "a hook", _hook),
)
"""All styles, by digit."""
