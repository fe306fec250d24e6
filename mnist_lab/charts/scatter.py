"""What accuracy costs: each run's test accuracy over its parameters."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mnist_lab.charts import text
from mnist_lab.charts.figure import TEXT_SIZE, Figure, axis, base_layout, empty_figure, label
from mnist_lab.charts.learning import MARKERS
from mnist_lab.charts.palette import run_colour

MOST_NAMED = 8
"""More runs than this have their names on hover only: the names would lie on each other."""


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


def parameters_accuracy_figure(runs: Sequence[RunDot]) -> Figure:
    """Test accuracy with ± one standard error over parameters (log scale), each run in its colour and marker."""
    if not runs:
        return empty_figure("Finished runs appear here.")
    layout = base_layout(
        hovermode="closest",
        margin={"l": 8, "r": 24, "t": 12, "b": 8},
        xaxis=axis("parameters", type="log", tickformat="~s", nticks=6, showline=True, minor={"ticks": ""}),
        yaxis=axis("test accuracy", ticksuffix=" %", tickformat="~g", nticks=6),
    )
    named = len(runs) <= MOST_NAMED
    # Names point inwards, so that none is cut off at the frame.
    middle = sum(math.log(max(1, end(run.parameters for run in runs))) for end in (min, max)) / 2
    dots = [
        _dot(run, place, named=named, leftwards=math.log(max(1, run.parameters)) > middle)
        for place, run in enumerate(runs)
    ]
    return {"data": dots, "layout": layout}


def _dot(run: RunDot, place: int, *, named: bool, leftwards: bool) -> dict[str, Any]:
    index = place if run.colour_index is None else run.colour_index
    colour = run_colour(index)
    words = (
        f"<b>{label(run.label)}</b><br>{text.accuracy(run.accuracy)} ± {text.points(run.standard_error)}"
        f"<br>{text.count(run.parameters)} parameters"
    )
    return {
        "type": "scatter",
        "mode": "markers+text" if named else "markers",
        "text": [f"\u2002{label(run.label, 16)}\u2002"],
        "textposition": "middle left" if leftwards else "middle right",
        "textfont": {"color": "@muted", "size": TEXT_SIZE - 1},
        "cliponaxis": False,
        "name": label(run.label),
        # A network always has its closing layer, but the logarithm needs no such promise.
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
