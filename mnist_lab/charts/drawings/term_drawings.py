"""Small drawings beside the terms of the glossary, as SVG. Its colours are CSS variables."""

import math
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from mnist_lab.charts.palette import variable

_WIDTH, _HEIGHT = 96, 64
_CELL = 9
"""Side of a cell of a grid, in units of the drawing."""
_STEPS = 40
"""Number of straight parts of a curve."""

_INK, _MUTED, _GRID, _BAD = (variable(name) for name in ("ink", "muted", "grid", "bad"))
_TRAINING, _VALIDATION = variable("training"), variable("validation")

Cell = tuple[int, int]
"""Row and column."""


def term_drawing(key: str) -> str:
    """The drawing of the term with this key; empty if it has none."""
    content = DRAWINGS.get(key)
    if content is None:
        return ""
    # The text beside it says the same.
    return f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" aria-hidden="true">{content}</svg>'


def _curve(function: Callable[[float], float], colour: str = _TRAINING, dash: str = "") -> str:
    """The graph of a function from 0..1 to 0..1 over thin axes."""
    points = ((x / _STEPS, function(x / _STEPS)) for x in range(_STEPS + 1))
    line = " ".join(f"{_x(x):.1f},{_y(y):.1f}" for x, y in points if 0 <= y <= 1)
    return f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2.5" stroke-dasharray="{dash}"/>'


def _axes() -> str:
    return f'<path d="M8 4V58H92" fill="none" stroke="{_MUTED}"/>'


def _x(share: float) -> float:
    return 10 + 80 * share


def _y(share: float) -> float:
    return 56 - 50 * share


def _grid(left: float, top: float, rows: int, columns: int, colours: Mapping[Cell, str] = MappingProxyType({})) -> str:
    """Cells, some of them filled with a colour."""
    return "".join(
        f'<rect x="{left + _CELL * column}" y="{top + _CELL * row}" width="{_CELL}" height="{_CELL}" '
        f'fill="{colours.get((row, column), "none")}" fill-opacity="0.45" stroke="{_MUTED}" stroke-width="0.75"/>'
        for row in range(rows)
        for column in range(columns)
    )


def _window(left: float, top: float, rows: int, columns: int, colour: str, dash: str = "") -> str:
    size = f'width="{_CELL * columns}" height="{_CELL * rows}"'
    style = f'fill="none" stroke="{colour}" stroke-width="2.5" stroke-dasharray="{dash}"'
    return f'<rect x="{left}" y="{top}" {size} {style}/>'


def _arrow(x: float, y: float = 32) -> str:
    return f'<path d="M{x} {y}h10m-4 -4l4 4l-4 4" fill="none" stroke="{_INK}" stroke-width="1.5"/>'


def _block(rows: Iterable[int], columns: Iterable[int], colour: str) -> dict[Cell, str]:
    across = list(columns)
    return {(row, column): colour for row in rows for column in across}


def _cosine(share: float) -> float:
    return (1 + math.cos(math.pi * share)) / 2


def _one_cycle(share: float) -> float:
    return 0.1 + 0.9 * share / 0.3 if share < 0.3 else _cosine((share - 0.3) / 0.7)


def _falling(share: float) -> float:
    return 0.08 + 0.9 * math.exp(-4 * share)


def _overfitted(share: float) -> float:
    return 0.2 + 0.78 * math.exp(-6 * share) + 0.35 * share**2


_FOUR = {
    **_block((0, 1), (0, 1), _TRAINING),
    **_block((0, 1), (2, 3), _VALIDATION),
    **_block((2, 3), (0, 1), _VALIDATION),
    **_block((2, 3), (2, 3), _TRAINING),
}
_DIAGONAL = {(cell, cell): _MUTED for cell in range(5)}
_BEST_EPOCH = 0.42
_RELU = _axes() + _curve(lambda share: max(0.0, 2 * share - 1))
_LINES = "".join(f"M22 {12 + 10 * left}L74 {22 + 10 * right}" for left in range(5) for right in range(3))

DRAWINGS = {
    "relu": _RELU,
    # The usual one, which the text names.
    "activation": _RELU,
    "cosine-decay": _axes() + _curve(_cosine),
    "one-cycle": _axes() + _curve(_one_cycle),
    "warm-up": _axes() + _curve(lambda share: min(0.9, 4.5 * share)),
    "divergence": _axes() + _curve(lambda share: 0.5 - 0.3 * share + 0.02 * math.exp(6 * share), _BAD),
    "overfitting": _axes() + _curve(_falling) + _curve(_overfitted, _VALIDATION, "5 3"),
    "early-stopping": _axes()
    + _curve(_overfitted, _VALIDATION, "5 3")
    + f'<path d="M{_x(_BEST_EPOCH)} 8V56" stroke="{_INK}" stroke-dasharray="2 2"/>',
    "convolution": _grid(6, 10, 5, 5, _block((0, 1, 2), (0, 1, 2), _TRAINING))
    + _window(6, 10, 3, 3, _TRAINING)
    + _arrow(55)
    + _grid(69, 19, 3, 3, {(0, 0): _TRAINING}),
    "kernel-size": _grid(30, 14, 4, 4) + _window(30, 14, 3, 3, _TRAINING),
    "stride": _grid(16, 14, 4, 7) + _window(16, 14, 3, 3, _TRAINING) + _window(34, 14, 3, 3, _VALIDATION, "4 2"),
    "padding": _grid(30, 14, 4, 4) + _window(21, 5, 6, 6, _MUTED, "2 2") + _window(21, 5, 3, 3, _TRAINING),
    "pooling": _grid(8, 14, 4, 4, _FOUR)
    + _arrow(54)
    + _grid(72, 23, 2, 2, {(0, 0): _TRAINING, (0, 1): _VALIDATION, (1, 0): _VALIDATION, (1, 1): _TRAINING}),
    "receptive-field": _grid(6, 10, 5, 5, _block(range(5), range(5), _TRAINING))
    + _arrow(54)
    + _grid(68, 19, 3, 3, {(1, 1): _TRAINING}),
    "flatten": _grid(6, 19, 3, 3, _block((0, 1, 2), (0, 1, 2), _TRAINING))
    + _arrow(37)
    + _grid(54, 5, 6, 1, _block(range(6), (0,), _TRAINING)),
    "confusion-matrix": _grid(26, 10, 5, 5, {**_DIAGONAL, (1, 3): _BAD, (4, 2): _BAD}),
    "dense": f'<path d="{_LINES}" stroke="{_GRID}"/>'
    + "".join(f'<circle cx="22" cy="{12 + 10 * row}" r="3.5" fill="{_MUTED}"/>' for row in range(5))
    + "".join(f'<circle cx="74" cy="{22 + 10 * row}" r="3.5" fill="{_TRAINING}"/>' for row in range(3)),
    "dropout": "".join(
        f'<circle cx="{20 + 14 * column}" cy="{14 + 14 * row}" r="4.5" stroke="{_TRAINING}" '
        f'fill="{"none" if (3 * row + 2 * column) % 5 in {0, 3} else _TRAINING}"/>'
        for row in range(3)
        for column in range(5)
    ),
}
"""Key of the term → content of its drawing."""
