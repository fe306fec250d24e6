"""The small picture of a network: its maps and rows of values seen from the side, without any text."""

import math
from typing import TYPE_CHECKING

from mnist_lab.charts.palette import variable
from mnist_lab.network import KIND_GROUPS

if TYPE_CHECKING:
    from mnist_lab.network import Analysis, LayerReport

WIDTH, HEIGHT = 120, 48
_MARGIN = 2.0
_MIN_GAP, _MAX_GAP = 2.0, 22.0
_ROOM = WIDTH - 2 * _MARGIN
_TALLEST = HEIGHT - 2 * _MARGIN
_MAX_DRAWN = 40
"""Layers that are drawn; of a longer network only the beginning and the end."""
_MAX_SCALE = 1.6
_OMITTED = frozenset({"Activation", "Flatten"})
"""Kinds that change neither size nor number of the maps, and are in almost every network."""
_THIN = 1.4
_UNKNOWN = (6.0, 20.0)


def thumbnail_svg(analysis: "Analysis") -> str:
    """Draw a network in 120×48 pixels as an SVG element of class `lab-thumbnail`, hidden from screen readers.

    Each slab is as high as the layer's maps, and the thicker, the more maps there are; its colour is that of its kind,
    the CSS variable `--lab-<colour>`, with that of the light theme as fallback.
    """
    slabs = [(4.0, _TALLEST, "ink"), *(_slab(report, analysis) for report in _drawn(analysis))]
    thickness = sum(width for width, _, _ in slabs)
    gaps = len(slabs) - 1
    scale = min(_MAX_SCALE, (_ROOM - _MIN_GAP * gaps) / thickness)
    gap = min(_MAX_GAP, (_ROOM - thickness * scale) / gaps)
    x = (WIDTH - thickness * scale - gap * gaps) / 2
    parts, before = [], 0.0
    for width, height, colour in slabs:
        if before:
            parts.append(_fan(x - gap, before, x, height))
        parts.append(_rect(x, width * scale, height, colour))
        x += width * scale + gap
        before = height
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="lab-thumbnail" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}" aria-hidden="true">{"".join(parts)}</svg>'
    )


def _drawn(analysis: "Analysis") -> "list[LayerReport]":
    reports = [report for report in analysis.layers if report.layer.kind not in _OMITTED]
    half = _MAX_DRAWN // 2
    return reports if len(reports) <= _MAX_DRAWN else [*reports[:half], *reports[-half:]]


def _slab(report: "LayerReport", analysis: "Analysis") -> tuple[float, float, str]:
    """Width and height of a layer, and the name of its colour."""
    colour = KIND_GROUPS[report.layer.kind]
    shape = report.output_shape
    if shape is None:
        return *_UNKNOWN, "muted"
    if report is analysis.layers[-1]:
        return 5.0, _TALLEST * 0.75, "ink"
    if colour in ("normalisation", "dropout"):
        return _THIN, _height(shape), colour
    return (2.0 + math.sqrt(shape[2]) if len(shape) == 3 else 3.0), _height(shape), colour


def _height(shape: tuple[int, ...]) -> float:
    if len(shape) == 1:
        return min(_TALLEST, 8 + 2.6 * math.log2(max(1, shape[0])))
    return max(4.0, _TALLEST * min(1.0, shape[0] / 28))


def _fan(left: float, left_height: float, right: float, right_height: float) -> str:
    """The soft shape that connects two slabs."""
    middle = HEIGHT / 2
    return (
        f'<path d="M{left:.1f} {middle - left_height / 2:.1f}L{right:.1f} {middle - right_height / 2:.1f}'
        f'v{right_height:.1f}L{left:.1f} {middle + left_height / 2:.1f}z" fill="{variable("muted")}" '
        'fill-opacity=".16"/>'
    )


def _rect(x: float, width: float, height: float, colour: str) -> str:
    opacity = ' fill-opacity=".45"' if colour == "ink" else ""
    return (
        f'<rect x="{x:.1f}" y="{(HEIGHT - height) / 2:.1f}" width="{width:.1f}" height="{height:.1f}" '
        f'rx="{min(1.5, width / 2):.1f}" fill="{variable(colour)}"{opacity}/>'
    )
