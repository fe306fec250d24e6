"""The figure of learning curves: one run in the colours of training and validation, or several in their own colours."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mnist_lab import formatting
from mnist_lab.charts.figure import TEXT_SIZE, Figure, label, note
from mnist_lab.charts.learning_curves.curves import Line, Metric, Series
from mnist_lab.charts.learning_curves.metric_history import MetricHistory
from mnist_lab.charts.learning_curves.panels import PANELS, epoch_axis_end, line_trace, panel_layout, without_hover
from mnist_lab.charts.palette import RunStyle, faded, run_style

_Drawn = dict[str, Series]
"""The series of one run, by the panel that shows it."""
_HOVER = {"loss": "loss %{y:.4f}", "accuracy": "%{y:.2f} %", "rate": "%{y:.3~g}"}


@dataclass(frozen=True, slots=True)
class Curve:
    """One run to draw."""

    label: str
    history: MetricHistory
    key: str = ""
    """Identifies the run in the chart, so that its legend choice persists; the label is used if it is empty."""
    number: int | None = None
    """Number of the run, for its colour and marker; None means the index in the list."""
    best_epoch: int | None = None
    """1-based; marked when one run is drawn."""
    baseline: bool = False
    """Whether it is drawn thin and pale behind the others, for comparison."""
    rate_changes: tuple[tuple[float, float], ...] = ()
    """Epoch and factor of each learning rate that was set by hand."""


def run_figure(
    curves: Sequence[Curve],
    *,
    log: bool = False,
    error: bool = False,
    smoothing: float = 0.6,
    epochs: int | None = None,
    key: str = "lab",
    by_run: bool = False,
) -> Figure:
    """Panels of loss, accuracy and learning rate over epochs, above each other.

    One run: training values faint, smoothed training values, validation with markers, best epoch marked. Several runs:
    each in its colour, training thin and dashed, validation with the run's marker. Baselines are pale and behind. Every
    trace has a `uid` that it keeps when points, baselines and runs are added or removed.

    Args:
        curves: The runs to draw.
        log: Logarithmic loss.
        error: Errors on a logarithmic axis in place of accuracies, which tells 99.56 % from 99.66 %.
        smoothing: Weight of the past in the smoothed training curve, 0 ≤ smoothing < 1; a curve of few points is not
            smoothed.
        epochs: Planned epochs of a run under way, for the epoch axis; None for ended runs.
        key: With the same key, zoom and legend choices stay.
        by_run: Draw a single run in its own colour too, where runs are told apart by their colours.

    Raises:
        ValueError: `smoothing` is outside its range.
    """
    metrics: dict[str, Metric] = {"loss": "loss", "accuracy": "error" if error else "accuracy"}
    drawn: list[_Drawn] = [
        {panel: curve.history.series(metric, smoothing) for panel, metric in metrics.items()} for curve in curves
    ]
    rates = [curve.history.learning_rates() for curve in curves]
    solid = [index for index, curve in enumerate(curves) if not curve.baseline]
    traces: list[dict[str, Any]] = []
    for index, curve in sorted(enumerate(curves), key=lambda item: not item[1].baseline):
        if solid == [index] and not by_run:
            traces += _single_traces(drawn[index], rates[index])
        else:
            traces += _run_traces(curve, index, drawn[index], rates[index])
    live = [curve.history.last_epoch for curve in curves if not (epochs and curve.baseline)]
    end = epoch_axis_end(max(live, default=0.0), epochs)
    losses, accuracies = ([series[panel] for series in drawn] for panel in metrics)
    dashed = by_run or len(solid) > 1
    layout = panel_layout(losses, accuracies, rates, log=log, error=error, end=end, key=key, dashed=dashed)
    for index in solid if len(solid) == 1 else ():
        _mark_best(layout, curves[index], drawn[index], end, by_run=by_run, error=error)
    for index in solid:
        colour = "@muted" if len(solid) == 1 and not by_run else _style(curves[index], index).colour
        _mark_rate_changes(layout, curves[index], colour, end)
    layout["annotations"] += _messages(losses)
    return {"data": traces, "layout": layout}


def _single_traces(series: _Drawn, rates: Line) -> list[dict[str, Any]]:
    traces = []
    for panel, one in series.items():
        raw = _line(one.raw, panel, "raw", "training", "training")
        smooth = _line(one.smooth, panel, "smooth", "training", "training")
        validation = _line(one.validation, panel, "validation", "validation", "validation")
        traces += [
            without_hover(raw) | {"line": {"color": faded("@training", 0.28), "width": 1}},
            smooth | {"line": {"color": "@training", "width": 2}},
            validation | {"line": {"color": "@validation", "width": 2}} | _markers("@validation", "circle"),
        ]
    style = {"line": {"color": "@muted", "width": 1.5}, "fill": "tozeroy", "fillcolor": faded("@muted", 0.15)}
    return [*traces, _line(rates, "rate", "rate", "learning rate", "rate") | style]


def _run_traces(curve: Curve, position: int, series: _Drawn, rates: Line) -> list[dict[str, Any]]:
    style = _style(curve, position)
    colour, pale = style.colour, faded(style.colour, 0.4)
    if curve.baseline:
        colour = faded(style.colour, 0.65)
    name = label(curve.label)
    key = curve.key or name
    traces = []
    for panel, one in series.items():
        training = _line(one.smooth, panel, f"{key}-training", f"{name}, training", key)
        validation = _line(one.validation, panel, f"{key}-validation", name, key)
        # A run that ended before its first validation also needs a legend entry.
        training = training if not one.validation[0] else without_hover(training)
        traces += [
            training | {"line": {"color": pale, "width": 1, "dash": "4px,3px"}},
            validation | {"line": {"color": colour, "width": 1.5 if curve.baseline else 2}},
        ]
        if not curve.baseline:
            traces[-1]["line"]["dash"] = style.dash
            traces[-1] |= _markers(colour, style.marker)
    rate = _line(rates, "rate", f"{key}-rate", f"{name}, learning rate", key)
    return [*traces, without_hover(rate) | {"line": {"color": colour, "width": 1}}]


def _style(curve: Curve, position: int) -> RunStyle:
    return run_style(position if curve.number is None else curve.number)


def _markers(colour: str, symbol: str) -> dict[str, Any]:
    style = {"color": colour, "size": 8, "symbol": symbol}
    return {"mode": "lines+markers", "marker": style, "cliponaxis": False}


def _line(values: Line, panel: str, uid: str, name: str, group: str) -> dict[str, Any]:
    return line_trace(values, uid=f"{panel}-{uid}", name=name, hover=_HOVER[panel]) | {
        # The legend names a line once, and shows or hides it in both panels.
        "legendgroup": group,
        "showlegend": panel == "loss",
        "yaxis": PANELS[panel][0],
    }


def _mark_best(layout: dict[str, Any], curve: Curve, drawn: _Drawn, end: float, *, by_run: bool, error: bool) -> None:
    best = curve.best_epoch
    loss, accuracy = (None if best is None else drawn[panel].validation_at(best) for panel in ("loss", "accuracy"))
    if best is None or loss is None or accuracy is None:
        return
    line = {"color": "@muted/0.7" if by_run else "@validation/0.5", "width": 1, "dash": "dot"}
    position = {"xref": "x", "x": best, "xanchor": "right" if best > end / 2 else "left"}
    font = {"color": "@muted" if by_run else "@validation-text", "size": TEXT_SIZE - 1}
    style = {"font": font, "bgcolor": "@background/0.75"}
    value = f"{accuracy:.2f} %" if error else formatting.accuracy(accuracy / 100)
    # Loss and error fall and accuracy rises, so each label is at the end of the line that the curves leave free.
    for panel, text, high in (
        ("loss", f"★ best: epoch {best}, {formatting.loss(loss)}", True),
        ("accuracy", f"★ {value}", error),
    ):
        low_end, high_end = PANELS[panel][1]
        span = {"x0": best, "x1": best, "yref": "paper", "y0": low_end, "y1": high_end}
        layout["shapes"].append({"type": "line", **span, "line": line, "layer": "below"})
        y = {"y": high_end if high else low_end, "yanchor": "top" if high else "bottom"}
        layout["annotations"].append(note(text, **position, **y, **style))


def _mark_rate_changes(layout: dict[str, Any], curve: Curve, colour: str, end: float) -> None:
    """A line in the panel of the learning rate, and its factor, where the rate was set by hand."""
    low, high = PANELS["rate"][1]
    for epoch, factor in curve.rate_changes:
        line = {"color": colour, "width": 1.5, "dash": "dot"}
        layout["shapes"].append(
            {"type": "line", "x0": epoch, "x1": epoch, "yref": "paper", "y0": low, "y1": high} | {"line": line}
        )
        position = {
            "xref": "x",
            "x": epoch,
            "xanchor": "right" if epoch > end / 2 else "left",
            "y": high,
            "yanchor": "bottom",
        }
        text = f"by hand {formatting.factor(factor)}"
        layout["annotations"].append(note(text, **position, font={"color": colour, "size": TEXT_SIZE - 2}))


def _messages(losses: Sequence[Series]) -> list[dict[str, Any]]:
    """A message in the middle of the loss panel if values are not finite, or if there are no curves yet."""
    low, high = PANELS["loss"][1]
    position = {"x": 0.5, "y": (low + high) / 2, "xanchor": "center", "yanchor": "middle"}
    # The background hides grid lines behind the text.
    position |= {"bgcolor": "@background/0.85", "borderpad": 4}
    broken = next((one.broken for one in losses if one.broken), "")
    if broken:
        bad = {"color": "@bad", "size": TEXT_SIZE}
        return [note(f"! {broken[:1].upper()}{broken[1:]}", font=bad, **position)]
    if not any(one.raw[0] or one.validation[0] for one in losses):
        return [note("No points yet:<br>the first one comes in a moment.", **position)]
    return []
