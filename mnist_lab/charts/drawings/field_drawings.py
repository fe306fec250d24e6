"""Small drawings that explain the arguments of a layer, as SVG: kernel, stride, padding, activation, pooling, dropout.

Each has a text alternative. Colours are the CSS variables `--lab-<colour>`, with those of the light theme as fallback.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from html import escape
from typing import Any

from mnist_lab.charts.palette import variable
from mnist_lab.network import KIND_GROUPS, AnyLayer

WIDTH, HEIGHT = 96.0, 64.0
"""The size of every drawing, in SVG units."""
_MAX_CELLS = 16
"""A larger window is drawn as one that fills the picture."""
_DROPOUT_ROWS, _DROPOUT_COLUMNS = 5, 8
_CURVE = 3.0
"""Curves are drawn from −3 to 3."""

ACTIVATION_FUNCTIONS: Mapping[str, Callable[[float], float]] = {
    "relu": lambda x: max(0.0, x),
    "leaky_relu": lambda x: x if x > 0 else 0.2 * x,
    "elu": lambda x: x if x > 0 else math.expm1(x),
    "gelu": lambda x: x * (1 + math.erf(x / math.sqrt(2))) / 2,
    "silu": lambda x: x / (1 + math.exp(-x)),
    "tanh": math.tanh,
    "sigmoid": lambda x: 1 / (1 + math.exp(-x)),
    "softplus": lambda x: math.log1p(math.exp(x)),
    "linear": lambda x: x,
}
"""Activation to its function, as Keras computes it."""


def field_drawing(layer: AnyLayer, name: str) -> str:
    """The drawing for the argument `name` of a layer; empty if words explain it, or if its value is invalid."""
    value = getattr(layer, name)
    if name == "activation":
        return _activation(value) if value in ACTIVATION_FUNCTIONS else ""
    if name == "rate":
        return _dropout(value, whole_channels=layer.kind == "SpatialDropout2D") if 0 <= value <= 1 else ""
    window = _window(layer)
    if window is None or min(*window, *layer.strides) < 1:  # type: ignore[union-attr]
        return ""
    return _WINDOW_DRAWINGS[name](layer, window) if name in _WINDOW_DRAWINGS else ""


def _window(layer: AnyLayer) -> tuple[int, int] | None:
    size: tuple[int, int] | None = getattr(layer, "kernel_size", None) or getattr(layer, "pool_size", None)
    return size


def _kernel(layer: Any, window: tuple[int, int]) -> str:
    """A window on a picture, and the one value that it gives."""
    drawn = min(window[0], _MAX_CELLS), min(window[1], _MAX_CELLS)
    cells = max(5, *(size + 2 for size in drawn))
    cell = 60 / cells
    left, top = (2 + cell * ((cells - size) // 2) for size in reversed(drawn))
    right, bottom = left + cell * drawn[1], top + cell * drawn[0]
    parts = [
        _grid(2, 2, cells, cells, cell),
        _rect(left, top, right - left, bottom - top, "fill-opacity:.35"),
        _line(right, top, 78, 27),
        _line(right, bottom, 78, 37),
        _rect(78, 27, 10, 10, "fill-opacity:1"),
    ]
    return _svg(layer, f"A window of {window[0]}×{window[1]} pixels gives one value", parts)


def _pooling(layer: Any, window: tuple[int, int]) -> str:
    """The values of a window as shades, and the one that is kept."""
    drawn = min(window[0], 6), min(window[1], 6)
    shades = {(r, c): (5 * r + 3 * c + 1) % 7 / 7 for r in range(drawn[0]) for c in range(drawn[1])}
    largest = layer.kind == "MaxPooling2D"
    kept = max(shades.values()) if largest else sum(shades.values()) / len(shades)
    cell = 48 / max(drawn)
    left, top = 4 + (48 - cell * drawn[1]) / 2, 8 + (48 - cell * drawn[0]) / 2
    parts = [
        *(_rect(left + c * cell, top + r * cell, cell, cell, f"fill-opacity:{s:.2f}") for (r, c), s in shades.items()),
        _line(58, 32, 68, 32),
        '<path class="mark" d="M65 28l4 4l-4 4"/>',
        _rect(74, 24, 16, 16, f"fill-opacity:{kept:.2f}"),
    ]
    if largest:
        row, column = max(shades, key=lambda at: shades[at])
        parts.append(_rect(left + column * cell, top + row * cell, cell, cell, "fill:none;stroke-width:2.5"))
    kind = "the largest" if largest else "the mean"
    return _svg(layer, f"Of {window[0]}×{window[1]} values, {kind} is kept", parts)


def _strides(layer: Any, window: tuple[int, int]) -> str:
    """The window in two places, as far apart as the stride says."""
    across = layer.strides[1]
    drawn = min(window[0], _MAX_CELLS), min(window[1], _MAX_CELLS), min(across, _MAX_CELLS)
    rows, columns = max(drawn[0], 3), max(drawn[1] + drawn[2], 5)
    cell = min(92 / columns, 42 / rows)
    left, height = (WIDTH - cell * columns) / 2, cell * drawn[0]
    first, second = left, left + cell * drawn[2]
    bottom = 2 + cell * rows + 8
    parts = [
        _grid(left, 2, rows, columns, cell),
        _rect(first, 2, cell * drawn[1], height, "fill-opacity:.35"),
        _rect(second, 2, cell * drawn[1], height, "fill-opacity:.12;stroke-dasharray:3 2"),
        _line(first, bottom, second, bottom),
        f'<path class="mark" d="M{_numbers(first, bottom - 4)}v8M{_numbers(second, bottom - 4)}v8"/>',
    ]
    return _svg(layer, f"The window in two places, {across} pixel{'' if across == 1 else 's'} apart", parts)


def _padding(layer: Any, window: tuple[int, int]) -> str:
    """The first place of the window: at the corner of the picture, or over a border of zeros."""
    border = 1 if layer.padding == "same" and max(window) > 1 else 0
    cells = 5
    cell = 60 / (cells + 2)
    left, top = (WIDTH - 60) / 2 + cell, 2 + cell
    size = min(3, window[1]), min(3, window[0])
    corner = left - border * cell, top - border * cell
    ring = f'<g class="zeros">{_grid(left - cell, top - cell, cells + 2, cells + 2, cell)}</g>' if border else ""
    parts = [
        ring,
        f'<rect class="paper" x="{left:.1f}" y="{top:.1f}" width="{cells * cell:.1f}" height="{cells * cell:.1f}"/>',
        _grid(left, top, cells, cells, cell),
        _rect(*corner, size[0] * cell, size[1] * cell, "fill-opacity:.35"),
    ]
    reach = "The window reaches over a border of zeros" if border else "The window stays inside the picture"
    return _svg(layer, reach, parts)


def _activation(name: str) -> str:
    """The curve of an activation function from −3 to 3, with its axes."""
    function = ACTIVATION_FUNCTIONS[name]
    steps = [_CURVE * (step / 24 - 1) for step in range(49)]
    # Both axes have the same scale; what lies above the drawing is cut off.
    points = [(WIDTH / 2 + 14 * x, 42 - 14 * function(x)) for x in steps if -21 <= 14 * function(x) <= 40]
    path = "M" + "L".join(_numbers(x, y) for x, y in points)
    parts = [
        '<path class="axis" d="M4 42H92M48 2V62"/>',
        '<path class="grid" d="M4 28H92"/>',
        f'<path class="curve" d="{path}"/>',
    ]
    return _frame("activation", f"The curve of {name}", parts)


def _dropout(rate: float, *, whole_channels: bool) -> str:
    """A grid of values, or a row of channels, of which a share is crossed out."""
    rows, columns = (1, _DROPOUT_COLUMNS) if whole_channels else (_DROPOUT_ROWS, _DROPOUT_COLUMNS)
    width, height = 11.0, 56.0 if whole_channels else 11.0
    cells = rows * columns
    # A fixed order that looks like chance: both numbers of cells have no divisor in common with it.
    crossed = {11 * number % cells for number in range(round(rate * cells))}
    parts = []
    for number in range(cells):
        row, column = divmod(number, columns)
        x, y = 4.5 + column * width, 4.5 + row * height
        parts.append(_rect(x, y, width - 2, height - 2, "fill-opacity:" + ("0" if number in crossed else ".45")))
        if number in crossed:
            w, h = width - 2, height - 2
            parts.append(f'<path class="mark" d="M{_numbers(x, y)}l{w:.1f} {h:.1f}m0 -{h:.1f}l-{w:.1f} {h:.1f}"/>')
    noun = "channels" if whole_channels else "values"
    return _frame("dropout", f"{len(crossed)} of {cells} {noun} are crossed out", parts)


_WINDOW_DRAWINGS: Mapping[str, Callable[[Any, tuple[int, int]], str]] = {
    "kernel_size": _kernel,
    "pool_size": _pooling,
    "strides": _strides,
    "padding": _padding,
}


def _svg(layer: AnyLayer, text: str, parts: Iterable[str]) -> str:
    return _frame(KIND_GROUPS[layer.kind], text, parts)


def _frame(colour: str, text: str, parts: Iterable[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="lab-drawing" viewBox="0 0 {WIDTH:g} {HEIGHT:g}" role="img" '
        f'aria-label="{escape(text)}" style="--tone:{variable(colour)}">{"".join(parts)}</svg>'
    )


def _grid(x: float, y: float, rows: int, columns: int, cell: float) -> str:
    lines = [f"M{_numbers(x, y + row * cell)}h{columns * cell:.1f}" for row in range(rows + 1)]
    lines += [f"M{_numbers(x + column * cell, y)}v{rows * cell:.1f}" for column in range(columns + 1)]
    return f'<path class="grid" d="{"".join(lines)}"/>'


def _rect(x: float, y: float, width: float, height: float, style: str) -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"'
    return f'<rect class="tone" {place} style="{style}"/>'


def _line(x: float, y: float, to_x: float, to_y: float) -> str:
    return f'<path class="mark" d="M{_numbers(x, y)}L{_numbers(to_x, to_y)}"/>'


def _numbers(x: float, y: float) -> str:
    return f"{x:.1f} {y:.1f}"


DRAWING_STYLE = "".join(
    f".lab-drawing{selector}{{{rule}}}"
    for selector, rule in {
        "": f"flex:none;width:6rem;height:4rem;stroke-linecap:round;stroke-linejoin:round;color:{variable('ink')}",
        " .grid": f"fill:none;stroke:{variable('muted')};stroke-width:.8;opacity:.55",
        " .zeros .grid": "stroke-dasharray:2 2",
        " .axis": f"fill:none;stroke:{variable('muted')};stroke-width:1",
        " .tone": "fill:var(--tone);stroke:var(--tone);stroke-width:1.2",
        " .mark": "fill:none;stroke:var(--tone);stroke-width:1.4",
        " .curve": "fill:none;stroke:var(--tone);stroke-width:2.4",
        " .paper": f"fill:{variable('background')}",
    }.items()
)
"""CSS of the drawings."""
