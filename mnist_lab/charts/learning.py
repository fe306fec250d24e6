"""Learning curves: one run in the colours of training and validation, or several runs each in its own."""

from collections.abc import Sequence
from typing import Any

from mnist_lab.charts import text
from mnist_lab.charts.curves import Curve, Metric, Series, series, value_range
from mnist_lab.charts.figure import TEXT_SIZE, Figure, axis, base_layout, empty_figure, label, note
from mnist_lab.charts.palette import faded, run_colour

MARKERS = ("circle", "square", "diamond", "triangle-up", "triangle-down", "cross", "x", "pentagon", "hexagon", "star")
"""Each run colour has its marker, so that runs can be told apart without colour."""


def learning_curves(
    curves: Sequence[Curve],
    *,
    metric: Metric,
    log: bool = False,
    smoothing: float = 0.6,
    epochs: int | None = None,
    compact: bool = False,
) -> Figure:
    """Loss or accuracy over epochs.

    One run: training raw and faint, smoothed over it, validation with markers, best epoch marked. Several: each in its
    run colour, training thin and dashed, validation solid with the run's marker. Ghosts are grey and behind.

    Args:
        curves: The runs.
        metric: "loss", or "accuracy" in percent.
        log: Logarithmic loss; accuracy is always linear.
        smoothing: Weight of the past in the smoothed training curve, 0 ≤ smoothing < 1.
        epochs: Planned epochs: the x axis reaches there from the start, so that a live chart grows into its frame.
        compact: Without legend and axis titles, for small places.

    Raises:
        ValueError: `smoothing` is outside its range.
    """
    log = log and metric == "loss"
    drawn = [series(curve.points, metric, smoothing) for curve in curves]
    frame = value_range(drawn, metric, log=log)
    broken = [one.broken for one in drawn if one.broken]
    if frame is None:
        return empty_figure(_sentence(broken[0] if broken else ""))
    alone = sum(not curve.ghost for curve in curves) == 1
    traces: list[dict[str, Any]] = []
    for place, (curve, one) in sorted(
        enumerate(zip(curves, drawn, strict=True)), key=lambda item: not item[1][0].ghost
    ):
        if curve.ghost:
            traces += _run_traces(curve, one, "@muted/0.6", None, metric)
        elif alone:
            traces += _single_traces(one, smoothing, metric)
        else:
            index = place if curve.colour_index is None else curve.colour_index
            traces += _run_traces(curve, one, run_colour(index), MARKERS[index % len(MARKERS)], metric)
    last = max((x for one in drawn for x in (*one.raw[0], *one.validation[0])), default=0.0)
    end = float(epochs) if epochs else max(last, 1.0)
    layout = _layout(frame, metric, log=log, end=end, compact=compact, alone=alone)
    if alone and not compact:
        curve, one = next(pair for pair in zip(curves, drawn, strict=True) if not pair[0].ghost)
        _mark_best(layout, curve, one, metric, end)
    if broken:
        layout["annotations"].append(_warning(_sentence(broken[0])))
    return {"data": traces, "layout": layout}


def _single_traces(one: Series, smoothing: float, metric: Metric) -> list[dict[str, Any]]:
    name = f"training, smoothed {smoothing:g}" if smoothing else "training"
    hover = _hover(metric)
    raw = _line(one.raw, name, color=faded("@training", 0.28), width=1)
    return [
        {**raw, "hoverinfo": "skip", "showlegend": False, "legendgroup": "training"},
        {**_line(one.smooth, name, color="@training", width=2), "legendgroup": "training", "hovertemplate": hover},
        {
            **_line(one.validation, "validation", color="@validation", width=2),
            "mode": "lines+markers",
            "marker": {"color": "@validation", "size": 7, "symbol": "circle"},
            "cliponaxis": False,
            "hovertemplate": hover,
        },
    ]


def _run_traces(curve: Curve, one: Series, colour: str, marker: str | None, metric: Metric) -> list[dict[str, Any]]:
    name = label(curve.label)
    thin_line = "@muted/0.4" if curve.ghost else faded(colour, 0.4)
    traces = [
        {
            **_line(one.smooth, f"{name}, training", color=thin_line, width=1, dash="4px,3px"),
            "legendgroup": name,
            "showlegend": False,
            "hoverinfo": "skip",
        },
        {
            **_line(one.validation, name, color=colour, width=1.5 if curve.ghost else 2),
            "legendgroup": name,
            "hovertemplate": _hover(metric),
        },
    ]
    if marker is not None:
        style = {"color": colour, "size": 7, "symbol": marker}
        traces[1] |= {"mode": "lines+markers", "marker": style, "cliponaxis": False}
    if not any(y is not None for y in one.validation[1]):
        traces[0]["showlegend"] = True
        traces[1]["showlegend"] = False
    return traces


def _line(values: tuple[list[float], list[float | None]], name: str, **style: Any) -> dict[str, Any]:
    xs, ys = values
    return {"type": "scatter", "mode": "lines", "name": name, "x": xs, "y": ys, "line": style, "connectgaps": False}


def _hover(metric: Metric) -> str:
    return "%{y:.2f} %" if metric == "accuracy" else "%{y:.4f}"


def _layout(
    frame: tuple[float, float], metric: Metric, *, log: bool, end: float, compact: bool, alone: bool
) -> dict[str, Any]:
    key = "epoch" if alone else "epoch · solid: validation, dashed: training"
    return base_layout(
        showlegend=not compact,
        dragmode=False if compact else "zoom",
        xaxis=axis(
            "" if compact else key,
            range=[0, end * 1.015],
            nticks=int(min(9, end + 1)),
            tickformat="~g",
            unifiedhovertitle={"text": "epoch %{x:.2~f}"},
            showgrid=False,
            showline=True,
            fixedrange=compact,
        ),
        yaxis=axis(
            "" if compact else metric,
            type="log" if log else "linear",
            range=list(frame),
            nticks=6,
            **({"dtick": "D2" if frame[1] - frame[0] < 2.5 else 1} if log else {}),
            tickformat="~g",
            ticksuffix=" %" if metric == "accuracy" else "",
            fixedrange=compact,
            # A zoom into losses means nothing on an accuracy axis.
            uirevision=f"{metric}-{log}",
        ),
        annotations=[],
        shapes=[],
    )


def _mark_best(layout: dict[str, Any], curve: Curve, one: Series, metric: Metric, end: float) -> None:
    best = curve.best_epoch
    value = None if best is None else one.validation_at(best)
    if best is None or value is None:
        return
    written = text.accuracy(value / 100) if metric == "accuracy" else text.loss(value)
    layout["shapes"].append(
        {
            "type": "line",
            "x0": best,
            "x1": best,
            "yref": "paper",
            "y0": 0,
            "y1": 1,
            "line": {"color": "@validation/0.5", "width": 1, "dash": "dot"},
            "layer": "below",
        }
    )
    # Loss falls and accuracy rises, so the label stands at the end of the line that the curves leave free.
    high = metric == "loss"
    words = f"★ best: epoch {best}, {written}"
    layout["annotations"].append(
        note(
            words,
            xref="x",
            x=best,
            y=1 if high else 0,
            xanchor="right" if best > end / 2 else "left",
            yanchor="top" if high else "bottom",
            font={"color": "@validation-text", "size": TEXT_SIZE - 1},
            bgcolor="@background/0.75",
        )
    )


def _sentence(broken: str) -> str:
    return broken[:1].upper() + broken[1:] if broken else "The curves appear here as soon as training starts."


def _warning(sentence: str) -> dict[str, Any]:
    font = {"color": "@bad", "size": TEXT_SIZE}
    place = {"x": 0.5, "y": 0.5, "xanchor": "center", "yanchor": "middle"}
    return note(f"! {sentence}", **place, font=font, bgcolor="@background/0.85", borderpad=4)
