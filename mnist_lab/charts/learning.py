"""Learning curves: one run in the colours of training and validation, or several runs each in its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mnist_lab import formatting
from mnist_lab.charts.curves import Line, Metric, Series
from mnist_lab.charts.figure import TEXT_SIZE, Figure, label, note
from mnist_lab.charts.metric_history import Track
from mnist_lab.charts.palette import faded, run_colour
from mnist_lab.charts.panels import PANELS, frame_end, panel_layout

MARKERS = ("circle", "square", "diamond", "triangle-up", "triangle-down", "cross", "x", "pentagon", "hexagon", "star")
"""Each run colour has its marker, so that runs can be told apart without colour."""
METRICS: tuple[Metric, ...] = ("loss", "accuracy")
_HOVER = {"loss": "%{y:.4f}", "accuracy": "%{y:.2f} %", "rate": "%{y:.3~g}"}


@dataclass(frozen=True, slots=True)
class Curve:
    """One run to draw."""

    label: str
    track: Track
    key: str = ""
    """Names the run among those drawn, so that its legend choice stays its own; its label if empty."""
    colour_index: int | None = None
    """The run's own colour, used when several runs are drawn; None takes its place in the list."""
    best_epoch: int | None = None
    """1-based; marked when one run is drawn."""
    ghost: bool = False
    """Another run, drawn grey behind, to be compared with."""


def run_figure(
    curves: Sequence[Curve],
    *,
    log: bool = False,
    smoothing: float = 0.6,
    epochs: int | None = None,
    key: str = "lab",
) -> Figure:
    """Loss, accuracy and learning rate over epochs, above each other.

    One run: training raw and faint, smoothed over it, validation with markers, best epoch marked. Several: each in its
    run colour, training thin and dashed, validation solid with the run's marker. Ghosts are grey and behind. Every
    trace has a `uid` that stays with it while points, ghosts and runs come and go.

    Args:
        curves: The runs.
        log: Logarithmic loss; accuracy is always linear.
        smoothing: Weight of the past in the smoothed training curve, 0 ≤ smoothing < 1.
        epochs: Planned epochs of a run under way, which frame its curves before they are there.
        key: While it stays the same, zoom and legend choices stay.

    Raises:
        ValueError: `smoothing` is outside its range.
    """
    drawn: dict[Metric, list[Series]] = {
        metric: [curve.track.series(metric, smoothing) for curve in curves] for metric in METRICS
    }
    rates = [curve.track.rates() for curve in curves]
    alone = [place for place, curve in enumerate(curves) if not curve.ghost]
    traces: list[dict[str, Any]] = []
    for place, curve in sorted(enumerate(curves), key=lambda item: not item[1].ghost):
        ones = {metric: drawn[metric][place] for metric in METRICS}
        if alone == [place]:
            traces += _single_traces(ones, rates[place], smoothing)
        else:
            traces += _run_traces(curve, place, ones, rates[place])
    live = [curve.track.last_epoch for curve in curves if not (epochs and curve.ghost)]
    end = frame_end(max(live, default=0.0), epochs)
    layout = panel_layout(drawn, rates, log=log, end=end, key=key, solid=len(alone) > 1)
    for place in alone if len(alone) == 1 else ():
        _mark_best(layout, curves[place], {metric: drawn[metric][place] for metric in METRICS}, end)
    layout["annotations"] += _words(drawn["loss"])
    return {"data": traces, "layout": layout}


def _single_traces(ones: dict[Metric, Series], rates: Line, smoothing: float) -> list[dict[str, Any]]:
    name = f"training, smoothed {smoothing:g}" if smoothing else "training"
    traces = []
    for metric, one in ones.items():
        raw = _line(one.raw, metric, "raw", name, "training")
        smooth = _line(one.smooth, metric, "smooth", name, "training")
        validation = _line(one.validation, metric, "validation", "validation", "validation")
        traces += [
            _silent(raw) | {"line": {"color": faded("@training", 0.28), "width": 1}},
            smooth | {"line": {"color": "@training", "width": 2}},
            validation | {"line": {"color": "@validation", "width": 2}} | _markers("@validation", "circle"),
        ]
    style = {"line": {"color": "@muted", "width": 1.5}, "fill": "tozeroy", "fillcolor": faded("@muted", 0.15)}
    return [*traces, _line(rates, "rate", "rate", "learning rate", "rate") | style]


def _run_traces(curve: Curve, place: int, ones: dict[Metric, Series], rates: Line) -> list[dict[str, Any]]:
    index = place if curve.colour_index is None else curve.colour_index
    colour, pale = run_colour(index), faded(run_colour(index), 0.4)
    if curve.ghost:
        colour, pale = "@muted/0.65", "@muted/0.4"
    name = label(curve.label)
    key = curve.key or name
    traces = []
    for metric, one in ones.items():
        training = _line(one.smooth, metric, f"{key}-training", f"{name}, training", key)
        validation = _line(one.validation, metric, f"{key}-validation", name, key)
        # A run that ended before its first validation has a name, too.
        training = training if not one.validation[0] else _silent(training)
        traces += [
            training | {"line": {"color": pale, "width": 1, "dash": "4px,3px"}},
            validation | {"line": {"color": colour, "width": 1.5 if curve.ghost else 2}},
        ]
        if not curve.ghost:
            traces[-1] |= _markers(colour, MARKERS[index % len(MARKERS)])
    rate = _line(rates, "rate", f"{key}-rate", f"{name}, learning rate", key)
    return [*traces, _silent(rate) | {"line": {"color": colour, "width": 1}}]


def _markers(colour: str, symbol: str) -> dict[str, Any]:
    style = {"color": colour, "size": 7, "symbol": symbol}
    return {"mode": "lines+markers", "marker": style, "cliponaxis": False}


def _line(values: Line, panel: str, uid: str, name: str, group: str) -> dict[str, Any]:
    xs, ys = values
    return {
        "type": "scatter",
        "mode": "lines",
        "uid": f"{panel}-{uid}",
        "name": name,
        # The legend names a line once, and hides it in both panels.
        "legendgroup": group,
        "showlegend": panel == "loss",
        "x": [round(x, 4) for x in xs],
        "y": [None if y is None else float(f"{y:.5g}") for y in ys],
        "yaxis": PANELS[panel][0],
        "connectgaps": False,
        "hovertemplate": _HOVER[panel],
    }


def _silent(trace: dict[str, Any]) -> dict[str, Any]:
    """Without a word on hover or in the legend; a hover template would speak in spite of "skip"."""
    return {name: value for name, value in trace.items() if name != "hovertemplate"} | {
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _mark_best(layout: dict[str, Any], curve: Curve, drawn: dict[Metric, Series], end: float) -> None:
    best = curve.best_epoch
    loss, accuracy = (None if best is None else drawn[metric].validation_at(best) for metric in METRICS)
    if best is None or loss is None or accuracy is None:
        return
    line = {"color": "@validation/0.5", "width": 1, "dash": "dot"}
    place = {"xref": "x", "x": best, "xanchor": "right" if best > end / 2 else "left"}
    style = {"font": {"color": "@validation-text", "size": TEXT_SIZE - 1}, "bgcolor": "@background/0.75"}
    # Loss falls and accuracy rises, so each label stands at the end of the line that the curves leave free.
    for panel, words, high in (
        ("loss", f"★ best: epoch {best}, {formatting.loss(loss)}", True),
        ("accuracy", f"★ {formatting.accuracy(accuracy / 100)}", False),
    ):
        low_end, high_end = PANELS[panel][1]
        span = {"x0": best, "x1": best, "yref": "paper", "y0": low_end, "y1": high_end}
        layout["shapes"].append({"type": "line", **span, "line": line, "layer": "below"})
        y = {"y": high_end if high else low_end, "yanchor": "top" if high else "bottom"}
        layout["annotations"].append(note(words, **place, **y, **style))


def _words(losses: Sequence[Series]) -> list[dict[str, Any]]:
    """What is wrong with the curves, or that there are none yet, in the middle of the loss panel."""
    low, high = PANELS["loss"][1]
    place = {"x": 0.5, "y": (low + high) / 2, "xanchor": "center", "yanchor": "middle"}
    # No grid line is to go through the words.
    place |= {"bgcolor": "@background/0.85", "borderpad": 4}
    broken = next((one.broken for one in losses if one.broken), "")
    if broken:
        bad = {"color": "@bad", "size": TEXT_SIZE}
        return [note(f"! {broken[:1].upper()}{broken[1:]}", font=bad, **place)]
    if not any(one.raw[0] or one.validation[0] for one in losses):
        return [note("The curves appear here<br>as soon as training starts.", **place)]
    return []
