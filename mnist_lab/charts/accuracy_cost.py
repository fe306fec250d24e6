"""What accuracy costs: each run's test accuracy over its parameters."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from mnist_lab import formatting
from mnist_lab.charts.figure import TEXT_SIZE, Figure, axis, base_layout, empty_figure, label
from mnist_lab.charts.learning import MARKERS
from mnist_lab.charts.palette import run_colour

MOST_NAMED = 8
"""More runs than this have their names on hover only: there would be no room for them."""
LONGEST_NAME = 28
_WIDTH, _HEIGHT = 620, 270
"""Pixels that the plot is taken to have when names are placed: on a wider one they lie further apart, not nearer."""
_LETTER, _LINE, _MARKER = 7, 18, 8
_STEPS = (1, 2, 5)


@dataclass(frozen=True, slots=True)
class RunDot:
    """One finished run."""

    label: str
    parameters: int
    accuracy: float
    """Test accuracy, 0..1."""
    standard_error: float
    """Of the accuracy, same unit: `insight.accuracy_standard_error`."""
    colour_index: int | None = None
    """The run's own colour; None takes its place in the list."""

    @property
    def logarithm(self) -> float:
        """Where it is on the axis of parameters: their decimal logarithm."""
        # A network always has its output layer, but the logarithm needs no such promise.
        return math.log10(max(1, self.parameters))


class _Box(NamedTuple):
    left: float
    right: float
    low: float
    high: float

    def meets(self, other: "_Box") -> bool:
        return self.left < other.right and other.left < self.right and self.low < other.high and other.low < self.high


def parameters_accuracy_figure(runs: Sequence[RunDot]) -> Figure:
    """Test accuracy with ± one standard error over parameters (log scale), each run in its colour and marker."""
    if not runs:
        return empty_figure("Finished runs appear here.")
    low, high = (end(run.logarithm for run in runs) for end in (min, max))
    # Room for the markers, and for at least one tick, where all runs have as many parameters.
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
    sides = _sides(runs, low - room, high + room) if len(runs) <= MOST_NAMED else [""] * len(runs)
    dots = [_dot(run, place, side) for place, (run, side) in enumerate(zip(runs, sides, strict=True))]
    return {"data": dots, "layout": layout}


def _ticks(low: float, high: float) -> list[int]:
    """Round numbers between two decimal logarithms, few enough for a narrow screen."""
    steps = _STEPS if high - low < 2 else _STEPS[:1]
    every = [step * 10**power for power in range(math.floor(low), math.ceil(high) + 1) if power >= 0 for step in steps]
    return [tick for tick in every if low <= math.log10(tick) <= high]


def _sides(runs: Sequence[RunDot], left: float, right: float) -> list[str]:
    """Plotly's word for where each run's name stands: where no marker or other name does; "" if there is no such."""
    lowest, highest = (end(run.accuracy for run in runs) for end in (min, max))
    across, up = _WIDTH / (right - left), _HEIGHT / max(highest - lowest, 0.001)
    spots = [((run.logarithm - left) * across, (run.accuracy - lowest) * up) for run in runs]
    taken = [_Box(x - _MARKER, x + _MARKER, y - _MARKER, y + _MARKER) for x, y in spots]
    sides = []
    for run, (x, y) in zip(runs, spots, strict=True):
        # Inwards first, so that few are cut off at the frame.
        across_first = ("left", "right") if x > _WIDTH / 2 else ("right", "left")
        boxes = {
            f"{level} {side}": _name_box(run.label, x, y + lift, side)
            for side in across_first
            for level, lift in (("middle", 0), ("top", _LINE), ("bottom", -_LINE))
        }
        # Its own marker, beside which it stands, does not meet it.
        side = next((side for side, box in boxes.items() if not any(map(box.meets, taken))), "")
        sides.append(side)
        if side:
            taken.append(boxes[side])
    return sides


def _name_box(name: str, x: float, y: float, side: str) -> _Box:
    width = _LETTER * len(formatting.shortened(name, LONGEST_NAME))
    start, end = (x + _MARKER, x + _MARKER + width) if side == "right" else (x - _MARKER - width, x - _MARKER)
    return _Box(start, end, y - _LINE / 2, y + _LINE / 2)


def _dot(run: RunDot, place: int, side: str) -> dict[str, Any]:
    index = place if run.colour_index is None else run.colour_index
    colour = run_colour(index)
    words = (
        f"<b>{label(run.label)}</b><br>{formatting.accuracy(run.accuracy)} ± {formatting.points(run.standard_error)}"
        f"<br>{formatting.count(run.parameters)} parameters"
    )
    return {
        "type": "scatter",
        "mode": "markers+text" if side else "markers",
        "text": [f"\u2002{label(run.label, LONGEST_NAME)}\u2002"],
        "textposition": side or "middle right",
        "textfont": {"color": "@muted", "size": TEXT_SIZE - 1},
        "cliponaxis": False,
        "name": label(run.label),
        "x": [max(1, run.parameters)],
        "y": [run.accuracy * 100],
        "error_y": {
            "type": "data",
            "array": [run.standard_error * 100],
            "color": f"{colour}/0.5",
            "thickness": 1.5,
            "width": 5,
        },
        "marker": {"color": colour, "symbol": MARKERS[index % len(MARKERS)], "size": 11},
        "customdata": [words],
        "hovertemplate": "%{customdata}<extra></extra>",
    }
