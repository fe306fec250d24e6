"""The figure of one run's accuracy over its epochs: the small learning curve of the Start page."""

from mnist_lab.charts.figure import Figure, axis, base_layout, note
from mnist_lab.charts.learning_curves.curves import value_range
from mnist_lab.charts.learning_curves.metric_history import MetricHistory
from mnist_lab.charts.learning_curves.panels import EMPTY, epoch_axis_end, line_trace, without_hover
from mnist_lab.charts.palette import faded

_HOVER = "%{y:.2f} %"
_HINT = "The accuracy grows here<br>while the network learns."


def accuracy_figure(history: MetricHistory, *, epochs: int | None, smoothing: float, key: str) -> Figure:
    """Accuracy on training images, faint and smoothed, and on validation images, with markers.

    Args:
        history: The run's metrics; without any, a hint stands in the middle.
        epochs: Planned epochs of a run under way, for the epoch axis; None for an ended run.
        smoothing: Weight of the past in the smoothed training curve, 0 ≤ smoothing < 1.
        key: With the same key, the chart is changed in place.
    """
    series = history.series("accuracy", smoothing)
    traces = [
        without_hover(line_trace(series.raw, uid="raw", name="training", hover=_HOVER))
        | {"line": {"color": faded("@training", 0.28), "width": 1}},
        line_trace(series.smooth, uid="smooth", name="training images", hover=_HOVER)
        | {"line": {"color": "@training", "width": 2.5}},
        line_trace(series.validation, uid="validation", name="validation images", hover=_HOVER)
        | {"line": {"color": "@validation", "width": 2.5}}
        | {"mode": "lines+markers", "marker": {"color": "@validation", "size": 9}, "cliponaxis": False},
    ]
    end = epoch_axis_end(history.last_epoch, epochs)
    empty = not history.points
    layout = base_layout(
        showlegend=True,
        uirevision=key,
        margin={"l": 52, "r": 14, "t": 26, "b": 40},
        xaxis=axis("epoch", range=[0, end * 1.015], nticks=int(min(9, end + 1)), tickformat="~g", showgrid=False)
        | {"automargin": False, "unifiedhovertitle": {"text": "epoch %{x:.2~f}"}},
        yaxis=axis(range=list(value_range([series], "accuracy") or EMPTY["accuracy"]), nticks=5, ticksuffix=" %")
        | {"tickformat": "~g", "automargin": False},
        annotations=[note(_HINT, x=0.5, y=0.5, xanchor="center", yanchor="middle")] if empty else [],
    )
    layout["legend"] |= {"y": 1.02}
    return {"data": traces, "layout": layout}
