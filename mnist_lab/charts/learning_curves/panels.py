"""Layout of the learning curves: three panels, loss, accuracy and learning rate, over the same epochs.

Margins are fixed, not fitted to the tick labels, so that a growing chart does not move.
"""

import math
from collections.abc import Sequence
from typing import Any

from mnist_lab import formatting
from mnist_lab.charts.figure import TEXT_SIZE, axis, base_layout, note
from mnist_lab.charts.learning_curves.curves import ERROR_FLOOR, Line, Metric, Series, round_up, value_range

PANELS: dict[str, tuple[str, tuple[float, float]]] = {
    "loss": ("y", (0.63, 1.0)),
    "accuracy": ("y2", (0.175, 0.54)),
    "rate": ("y3", (0.0, 0.08)),
}
"""Panel → y axis and its range of the chart's height, 0 at the bottom."""
TITLES = {"loss": "loss", "accuracy": "accuracy", "error": "error", "rate": "learning rate"}
EMPTY: dict[Metric, tuple[float, float]] = {"loss": (0.0, 2.5), "accuracy": (0.0, 103.0)}
EMPTY_LOG: dict[Metric, tuple[float, float]] = {"loss": (-2.0, 0.5), "error": (-1.0, 2.0)}
_ERROR_TICKS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100)
_FULL_DECADES = 1.7
"""A log axis of more decades has a tick for each power of ten only; otherwise the labels would overlap."""
_RATE_LABEL = 0.45
"""Height of a label in the low panel of the learning rate, as a share of the highest rate."""
SHORT_TRAINING_EPOCHS = 16
"""A training of at most this many epochs shows its whole epoch axis from the start."""


def line_trace(values: Line, *, uid: str, name: str, hover: str) -> dict[str, Any]:
    """A line over epochs as a Plotly trace, without its colour; `hover` is the hover template."""
    xs, ys = values
    return {
        "type": "scatter",
        "mode": "lines",
        "uid": uid,
        "name": name,
        "x": [round(x, 4) for x in xs],
        "y": [None if y is None else float(f"{y:.5g}") for y in ys],
        "connectgaps": False,
        "hovertemplate": hover,
    }


def without_hover(trace: dict[str, Any]) -> dict[str, Any]:
    """The trace without hover text and legend entry; a hover template would be shown in spite of "skip"."""
    return {name: value for name, value in trace.items() if name != "hovertemplate"} | {
        "hoverinfo": "skip",
        "showlegend": False,
    }


def epoch_axis_end(done: float, planned: int | None) -> float:
    """End of the epoch axis: the planned epochs, or for a long training the next power of two.

    So the curves fill at least half of the axis, which changes only when they have doubled.

    Args:
        done: Epochs done.
        planned: Epochs planned; None for ended runs.
    """
    if not planned:
        return max(done, 1.0)
    end = float(SHORT_TRAINING_EPOCHS)
    while end < done * 1.02:
        end *= 2
    return max(done, min(end, float(planned)))


def panel_layout(
    loss: Sequence[Series],
    accuracy: Sequence[Series],
    rates: Sequence[Line],
    *,
    log: bool,
    error: bool,
    end: float,
    key: str,
    dashed: bool,
) -> dict[str, Any]:
    """The layout of the three panels.

    Args:
        loss: The series of the panel of the loss.
        accuracy: The series of the panel of the accuracy.
        rates: The lines of the panel of the learning rate.
        log: Whether the loss is logarithmic.
        error: Whether the panel of the accuracy shows errors, which are logarithmic.
        end: End of the epoch axis.
        key: Zoom and legend choices persist while it stays the same.
        dashed: Whether the axis title explains which lines are thin and dashed.
    """
    layout = base_layout(
        showlegend=True,
        dragmode="zoom",
        uirevision=key,
        hoversubplots="axis",
        margin={"l": 52, "r": 14, "t": 58, "b": 40},
        xaxis=axis(
            "epoch · markers: validation, dashed: training" if dashed else "epoch",
            range=[0, end * 1.015],
            nticks=int(min(9, end + 1)),
            tickformat="~g",
            unifiedhovertitle={"text": "epoch %{x:.2~f}"},
            anchor="y3",
            showgrid=False,
            automargin=False,
            fixedrange=False,
        ),
        yaxis=_loss_axis(loss, log=log),
        yaxis2=_error_axis(accuracy) if error else _accuracy_axis(accuracy),
        yaxis3=_rate_axis(rates),
        annotations=[_title(panel, TITLES["error" if error and panel == "accuracy" else panel]) for panel in PANELS],
        shapes=[],
    )
    # Above the title of the first panel. A second row, as on a phone, moves the panels down.
    layout["legend"] |= {"y": 1.06}
    return layout


def _loss_axis(drawn: Sequence[Series], *, log: bool) -> dict[str, Any]:
    frame = value_range(drawn, "loss", log=log) or (EMPTY_LOG if log else EMPTY)["loss"]
    ticks: dict[str, Any] = {"dtick": "D2" if frame[1] - frame[0] < 2.5 else 1} if log else {}
    return _metric_axis("loss", type="log" if log else "linear", range=list(frame), tickformat="~g", **ticks)


def _accuracy_axis(drawn: Sequence[Series]) -> dict[str, Any]:
    frame = value_range(drawn, "accuracy") or EMPTY["accuracy"]
    return _metric_axis("accuracy", range=list(frame), tickformat="~g", ticksuffix=" %")


def _error_axis(drawn: Sequence[Series]) -> dict[str, Any]:
    low, high = value_range(drawn, "error", log=True) or EMPTY_LOG["error"]
    all_digits = high - low < _FULL_DECADES
    ticks = [tick for tick in _ERROR_TICKS if all_digits or math.log10(tick).is_integer()]
    return _metric_axis(
        "accuracy",
        type="log",
        range=[low, high],
        # What was zoomed to in accuracies is no range of errors.
        uirevision="error",
        tickvals=[ERROR_FLOOR, *ticks],
        ticktext=["0 %", *(f"{tick:g} %" for tick in ticks)],
    )


def _metric_axis(panel: str, **options: Any) -> dict[str, Any]:
    return axis(domain=list(PANELS[panel][1]), nticks=5, automargin=False, fixedrange=False, **options)


def _rate_axis(rates: Sequence[Line]) -> dict[str, Any]:
    ticks = _rate_ticks(rates)
    highest = max(ticks, default=0.0)
    return axis(
        range=[0, (round_up(highest) if highest > 0 else 1.0) * 1.15],
        domain=list(PANELS["rate"][1]),
        tickvals=ticks,
        ticktext=[formatting.learning_rate(tick) for tick in ticks],
        showgrid=False,
        automargin=False,
    )


def _rate_ticks(rates: Sequence[Line]) -> list[float]:
    """The highest rate of each curve, the largest first, without those whose labels would overlap with another."""
    highest = {max((y for y in ys if y is not None), default=0.0) for _, ys in rates}
    ticks: list[float] = []
    for rate in sorted((each for each in highest if each > 0), reverse=True):
        if not ticks or ticks[-1] - rate >= _RATE_LABEL * ticks[0]:
            ticks.append(rate)
    return ticks


def _title(panel: str, title: str) -> dict[str, Any]:
    # Right of the tick labels, which are as high as half a line above and below their panels.
    position = {"x": 0, "xanchor": "left", "xshift": 6, "y": PANELS[panel][1][1], "yanchor": "bottom"}
    return note(title, **position, font={"color": "@muted", "size": TEXT_SIZE - 1})
