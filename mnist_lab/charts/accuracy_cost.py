"""Test accuracy over number of parameters, one dot per run."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from mnist_lab import formatting
from mnist_lab.charts.figure import TEXT_SIZE, Figure, axis, base_layout, empty_figure, label
from mnist_lab.charts.palette import faded, run_style

MAX_LABELS = 8
"""With more runs than this, names are shown on hover only."""
MAX_NAME_LENGTH = 28
_WIDTH, _HEIGHT = 620, 270
"""Assumed size of the plot in pixels, for positioning names; on a wider plot they are further apart."""
_LETTER, _LINE, _MARKER = 7, 18, 8
_STEPS = (1, 2, 5)


@dataclass(frozen=True, slots=True)
class RunDot:
    """One finished run in the plot."""

    label: str
    parameters: int | None
    accuracy: float
    """Test accuracy, 0..1."""
    standard_error: float
    """Standard error of the accuracy, 0..1: see `insight.accuracy_standard_error`."""
    number: int | None = None
    """Number of the run, for its colour and marker; None for its index in the list."""
    key: str = ""
    """Id of the run, by which it lights up together with its curves."""

    @property
    def logarithm(self) -> float:
        """Position on the axis of parameters: their decimal logarithm."""
        # A network always has parameters; `max` only guards the logarithm.
        return math.log10(max(1, self.parameters or 1))


class _Box(NamedTuple):
    left: float
    right: float
    low: float
    high: float

    def overlaps(self, other: "_Box") -> bool:
        return self.left < other.right and other.left < self.right and self.low < other.high and other.low < self.high


def parameters_accuracy_figure(runs: Sequence[RunDot]) -> Figure:
    """A scatter plot of test accuracy ± one standard error over parameters (log scale), one dot per run."""
    if not runs:
        return empty_figure("Finished runs appear here.")
    low, high = (end(run.logarithm for run in runs) for end in (min, max))
    # Space for the markers, and for at least one tick if all runs have equally many parameters.
    room = max(0.2, 0.06 * (high - low))
    ticks = _ticks(low - room, high + room)
    layout = base_layout(
        hovermode="closest",
        margin={"l": 8, "r": 24, "t": 20, "b": 8},
        xaxis=axis(
            "parameters",
            type="log",
            range=[low - room, high + room],
            tickvals=ticks,
            ticktext=[formatting.round_count(tick) for tick in ticks],
            tickangle=0,
            showline=True,
            minor={"ticks": ""},
        ),
        yaxis=axis("test accuracy", ticksuffix=" %", tickformat="~g", nticks=6),
    )
    sides = _sides(runs, low - room, high + room) if len(runs) <= MAX_LABELS else [""] * len(runs)
    dots = [_dot(run, index, side) for index, (run, side) in enumerate(zip(runs, sides, strict=True))]
    return {"data": dots, "layout": layout}


def _ticks(low: float, high: float) -> list[int]:
    """Round numbers between two decimal logarithms, few enough for a phone."""
    steps = _STEPS if high - low < 2 else _STEPS[:1]
    every = [step * 10**power for power in range(math.floor(low), math.ceil(high) + 1) if power >= 0 for step in steps]
    return [tick for tick in every if low <= math.log10(tick) <= high]


def _sides(runs: Sequence[RunDot], left: float, right: float) -> list[str]:
    """Plotly's `textposition` for each name, chosen so that names do not overlap; "" if there is no such position."""
    lowest, highest = (end(run.accuracy for run in runs) for end in (min, max))
    across, up = _WIDTH / (right - left), _HEIGHT / max(highest - lowest, 0.001)
    spots = [((run.logarithm - left) * across, (run.accuracy - lowest) * up) for run in runs]
    taken = [_Box(x - _MARKER, x + _MARKER, y - _MARKER, y + _MARKER) for x, y in spots]
    sides = []
    for run, (x, y) in zip(runs, spots, strict=True):
        # Towards the centre first, so that few names are cut off at the edge.
        across_first = ("left", "right") if x > _WIDTH / 2 else ("right", "left")
        boxes = {
            f"{level} {side}": _name_box(run.label, x, y + lift, side)
            for side in across_first
            for level, lift in (("middle", 0), ("top", _LINE), ("bottom", -_LINE))
        }
        # A name is next to its own marker, so it never overlaps it.
        side = next((side for side, box in boxes.items() if not any(map(box.overlaps, taken))), "")
        sides.append(side)
        if side:
            taken.append(boxes[side])
    return sides


def _name_box(name: str, x: float, y: float, side: str) -> _Box:
    width = _LETTER * len(formatting.shortened(name, MAX_NAME_LENGTH))
    start, end = (x + _MARKER, x + _MARKER + width) if side == "right" else (x - _MARKER - width, x - _MARKER)
    return _Box(start, end, y - _LINE / 2, y + _LINE / 2)


def _dot(run: RunDot, position: int, side: str) -> dict[str, Any]:
    style = run_style(position if run.number is None else run.number)
    hover_text = (
        f"<b>{label(run.label)}</b><br>{formatting.accuracy(run.accuracy)} ± {formatting.points(run.standard_error)}"
        f"<br>{formatting.count(run.parameters)} parameters"
    )
    return {
        "type": "scatter",
        "mode": "markers+text" if side else "markers",
        "text": [f"\u2002{label(run.label, MAX_NAME_LENGTH)}\u2002"],
        "textposition": side or "middle right",
        "textfont": {"color": "@muted", "size": TEXT_SIZE - 1},
        "cliponaxis": False,
        "name": label(run.label),
        "legendgroup": run.key,
        "x": [max(1, run.parameters or 1)],
        "y": [run.accuracy * 100],
        "error_y": {
            "type": "data",
            "array": [run.standard_error * 100],
            "color": faded(style.colour, 0.5),
            "thickness": 1.5,
            "width": 5,
        },
        "marker": {"color": style.colour, "symbol": style.marker, "size": 11},
        "customdata": [hover_text],
        "hovertemplate": "%{customdata}<extra></extra>",
    }
