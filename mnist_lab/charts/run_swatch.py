"""The sign of a run beside its name: a piece of its line with its marker, in its colour, as an SVG element."""

import math
from collections.abc import Sequence

from mnist_lab.charts.palette import run_style, variable

_WIDTH, _HEIGHT, _RADIUS = 24, 16, 5.5
_DASHES = {"solid": "", "dashdot": "5 2 1 2", "longdash": "8 3"}
COLOUR = "COLOUR"
_Points = Sequence[tuple[float, float]]


def _polygon(corners: int, *, turn: float = 0.0, inner: float = 1.0) -> _Points:
    """The corners of a regular polygon; with `inner` every second one is nearer to the centre."""
    angles = (math.pi * (turn + 2 * corner / corners) for corner in range(corners))
    radii = (_RADIUS * (inner if corner % 2 else 1.0) for corner in range(corners))
    return [(radius * math.sin(angle), -radius * math.cos(angle)) for radius, angle in zip(radii, angles, strict=True)]


def _cross(turn: float) -> _Points:
    """A cross with arms of a third of its width."""
    arm, end = _RADIUS / 3, _RADIUS * 0.95
    quarter = [(-arm, -arm), (-arm, -end), (arm, -end)]
    angles = [math.pi * (turn + side / 2) for side in range(4)]
    return [
        (x * math.cos(angle) - y * math.sin(angle), x * math.sin(angle) + y * math.cos(angle))
        for angle in angles
        for x, y in quarter
    ]


_SHAPES: dict[str, _Points] = {
    "circle": _polygon(24),
    "square": _polygon(4, turn=0.25),
    "diamond": _polygon(4),
    "triangle-up": _polygon(3),
    "triangle-down": _polygon(3, turn=1.0),
    "cross": _cross(0.0),
    "x": _cross(0.25),
    "hourglass": [(-_RADIUS, -_RADIUS), (_RADIUS, -_RADIUS), (-_RADIUS, _RADIUS), (_RADIUS, _RADIUS)],
    "bowtie": [(-_RADIUS, -_RADIUS), (-_RADIUS, _RADIUS), (_RADIUS, -_RADIUS), (_RADIUS, _RADIUS)],
    "star": _polygon(10, inner=0.45),
}


def swatch_svg(number: int) -> str:
    """The line and the marker of the run with this number. Its colour is a CSS variable, as in all HTML of the lab."""
    style = run_style(number)
    return swatch_template(style.marker, style.dash).replace(COLOUR, variable(style.colour.removeprefix("@")))


def swatch_template(marker: str, dash: str) -> str:
    """The line and the marker of a style with `COLOUR` in place of its colour, for tables with very many rows."""
    corners = _SHAPES[marker.removesuffix("-open")]
    points = " ".join(f"{_WIDTH / 2 + x:.1f},{_HEIGHT / 2 + y:.1f}" for x, y in corners)
    fill = "var(--st-background-color)" if marker.endswith("-open") else COLOUR
    dashes = f' stroke-dasharray="{_DASHES[dash]}"' if _DASHES[dash] else ""
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" height="{_HEIGHT}" aria-hidden="true" '
        f'style="stroke:{COLOUR};stroke-width:2;stroke-linejoin:round"><path d="M0 8H{_WIDTH}"{dashes}/>'
        f'<polygon points="{points}" style="fill:{fill}"/></svg>'
    )
