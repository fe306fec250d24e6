"""Drawings that are no digits: letters of the fonts at hand, shapes, scribbles, and pairs of digits."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.strokes import FIELD, Stroke

Points = NDArray[np.float64]

FONT_FOLDERS = ("/usr/share/fonts", "/Library/Fonts", "C:/Windows/Fonts")
LETTERS = "ACEFGHJKLMNPRTUVWXYadefhjkmnprtuvwxy&?#@"
"""None that is written as a digit: no B (8), I and l (1), O (0), S (5), Z (2), b (6), g and q (9)."""
_SIDE = 320
_SHAPE_COPIES = 8
_SCRIBBLES = 100
_PAIRS = 80


@dataclass(frozen=True, eq=False)
class NonDigit:
    """One drawing, as strokes on the canvas or as a picture, uint8 (320, 320), black on white."""

    kind: str
    name: str = ""
    strokes: Sequence[Stroke] = ()
    picture: NDArray[np.uint8] | None = None


def _arc(x: float, y: float, radius: float, start: float = 0.0, end: float = 2 * np.pi, tall: float = 1.0) -> Points:
    turn = np.linspace(start, end, 40)
    return np.stack([x + radius * np.cos(turn), y + tall * radius * np.sin(turn)], axis=1)


def _line(*points: tuple[float, float]) -> Points:
    return np.array(points, float)


SHAPES = {
    "plus": [_line((-1, 0), (1, 0)), _line((0, -1), (0, 1))],
    "cross": [_line((-1, -1), (1, 1)), _line((1, -1), (-1, 1))],
    "equals": [_line((-1, -0.35), (1, -0.35)), _line((-1, 0.35), (1, 0.35))],
    "check": [_line((-1, 0), (-0.3, 0.8), (1, -1))],
    "arrow right": [_line((-1, 0), (1, 0)), _line((0.4, -0.5), (1, 0), (0.4, 0.5))],
    "arrow up": [_line((0, 1), (0, -1)), _line((-0.5, -0.4), (0, -1), (0.5, -0.4))],
    "square": [_line((-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1))],
    "triangle": [_line((0, -1), (1, 1), (-1, 1), (0, -1))],
    "diamond": [_line((0, -1), (0.8, 0), (0, 1), (-0.8, 0), (0, -1))],
    "star": [_line(*[(np.sin(4 * np.pi * k / 5), -np.cos(4 * np.pi * k / 5)) for k in range(6)])],
    "house": [_line((-1, 1), (-1, -0.2), (0, -1), (1, -0.2), (1, 1), (-1, 1))],
    "heart": [np.concatenate([_line((0, 1)), *(_arc(x, -0.4, 0.5, np.pi, 6.28) for x in (-0.5, 0.5)), _line((0, 1))])],
    "smiley": [_arc(0, 0, 1), _arc(-0.35, -0.3, 0.06), _arc(0.35, -0.3, 0.06), _arc(0, 0.1, 0.5, 0.3, 2.8)],
    "zigzag": [_line(*[(k, (k % 2) * 1.8) for k in range(8)])],
    "wave": [np.stack([np.linspace(0, 10, 80), np.sin(1.6 * np.linspace(0, 10, 80))], axis=1)],
    "flower": [_arc(np.cos(a), np.sin(a), 0.5) for a in np.arange(5) * 2 * np.pi / 5] + [_arc(0, 0, 0.4)],
    "hash": [_line((s, -1), (s, 1)) for s in (-0.3, 0.3)] + [_line((-1, s), (1, s)) for s in (-0.3, 0.3)],
    "ladder": [_line((s, -1), (s, 1)) for s in (-0.5, 0.5)] + [_line((-0.5, s), (0.5, s)) for s in (-0.5, 0.0, 0.5)],
    "man": [
        _arc(0, -1, 0.35), _line((0, -0.65), (0, 0.5)), _line((-0.6, -0.2), (0.6, -0.2)),
        _line((-0.5, 1.3), (0, 0.5), (0.5, 1.3)),
    ],
    "lightning": [_line((0.3, -1), (-0.3, 0.1), (0.3, 0), (-0.3, 1.1))],
    "hourglass": [_line((-0.8, -1), (0.8, -1), (-0.8, 1), (0.8, 1), (-0.8, -1))],
}  # fmt: skip


def non_digits(digits: Sequence[Sequence[Stroke]], seed: int = 11) -> list[NonDigit]:
    """Shapes, scribbles, and pairs of the given digits side by side, the same for the same seed."""
    chance = np.random.default_rng(seed)
    return [*_shapes(chance), *_scribbles(chance), *_pairs(digits, chance)]


def letters(seed: int = 5) -> list[NonDigit]:
    """Each of `LETTERS` in six of the TrueType fonts on this computer; none where there are no fonts."""
    from PIL import Image, ImageDraw, ImageFont

    fonts = sorted(path for folder in FONT_FOLDERS for path in Path(folder).rglob("*.ttf") if "Math" not in path.name)
    if not fonts:
        return []
    chance, made = np.random.default_rng(seed), []
    for letter in LETTERS:
        for index in chance.choice(len(fonts), min(6, len(fonts)), replace=False):
            image = Image.new("L", (_SIDE, _SIDE), 255)
            font = ImageFont.truetype(str(fonts[index]), 200)
            ImageDraw.Draw(image).text((_SIDE / 2, _SIDE / 2), letter, font=font, fill=0, anchor="mm")
            made.append(NonDigit("letters of fonts", letter, picture=np.asarray(image)))
    return made


def _shapes(chance: np.random.Generator) -> Iterator[NonDigit]:
    for name, strokes in SHAPES.items():
        for _ in range(_SHAPE_COPIES):
            yield NonDigit("shapes", name, _placed(_by_hand(strokes, chance), chance))


def _scribbles(chance: np.random.Generator) -> Iterator[NonDigit]:
    from scipy.interpolate import CubicSpline

    for _ in range(_SCRIBBLES):
        count = int(chance.integers(5, 14))
        curve = CubicSpline(np.arange(count), chance.uniform(0, 1, (count, 2)))(np.linspace(0, count - 1, 25 * count))
        yield NonDigit("scribbles", strokes=_placed([curve], chance))


def _pairs(digits: Sequence[Sequence[Stroke]], chance: np.random.Generator) -> Iterator[NonDigit]:
    for _ in range(_PAIRS):
        left, right = ([np.array(stroke, float) for stroke in digits[i]] for i in chance.integers(len(digits), size=2))
        gap = max(s[:, 0].max() for s in left) + chance.uniform(40, 150) - min(s[:, 0].min() for s in right)
        yield NonDigit(
            "pairs of digits", strokes=_placed([*left, *(stroke + np.array([gap, 0]) for stroke in right)], chance)
        )


def _by_hand(strokes: Sequence[Points], chance: np.random.Generator) -> list[Points]:
    """Turned, sheared and bent a little, as a hand would."""
    turn, shear = chance.uniform(-0.15, 0.15), chance.uniform(-0.15, 0.2)
    matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]) @ np.array([[1, shear], [0, 1]])
    wave, phase = chance.normal(0, 1, (2, 2)), chance.uniform(0, 2 * np.pi, 2)
    dense = [_dense(stroke) for stroke in strokes]
    return [stroke @ matrix.T + 0.05 * np.sin(stroke @ wave + phase) for stroke in dense]


def _dense(stroke: Points) -> Points:
    """With points between those of a polyline, so that it can be bent."""
    place = np.arange(len(stroke))
    between = np.linspace(0, len(stroke) - 1, 12 * (len(stroke) - 1) + 1)
    return np.stack([np.interp(between, place, stroke[:, axis]) for axis in (0, 1)], axis=1)


def _placed(strokes: Sequence[Points], chance: np.random.Generator) -> list[Stroke]:
    """Scaled to 0.4 to 0.75 of the canvas, anywhere on it."""
    points = np.concatenate(strokes)
    low, extent = points.min(axis=0), np.ptp(points, axis=0)
    scale = FIELD * chance.uniform(0.4, 0.75) / extent.max()
    corner = chance.uniform(0.08 * FIELD, np.maximum(0.09 * FIELD, 0.92 * FIELD - extent * scale))
    placed: list[Stroke] = [((stroke - low) * scale + corner).tolist() for stroke in strokes]
    return placed
