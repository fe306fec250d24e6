"""The learning rate over the epochs of a training."""

import math
from typing import TYPE_CHECKING

import numpy as np

from mnist_lab import formatting
from mnist_lab.charts.figure import Figure, axis, base_layout, empty_figure
from mnist_lab.charts.learning_curves.curves import thin

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


def schedule_figure(learning_rates: "ArrayLike", epochs: float) -> Figure:
    """The learning rate as a filled line over epochs.

    Args:
        learning_rates: Learning rate of each step, shape (steps,).
        epochs: Number of epochs of these steps.
    """
    rates = np.asarray(learning_rates, dtype=np.float64)
    rates = rates[np.isfinite(rates)]
    if not rates.size:
        return empty_figure("No learning rates yet.")
    ends = np.linspace(0, epochs, rates.size) if rates.size > 1 else np.array([0.0])
    xs, ys = thin(ends, rates, 400)
    if len(xs) == 1:
        xs, ys = [0.0, float(epochs)], ys * 2
    highest = float(rates.max())
    trace = {
        "type": "scatter",
        "mode": "lines",
        "name": "learning rate",
        "x": xs,
        "y": ys,
        "line": {"color": "@muted", "width": 2},
        "fill": "tozeroy",
        "fillcolor": "@muted/0.15",
        "hovertemplate": "%{y:.3g}",
    }
    top = highest if math.isfinite(highest) and highest > 0 else 1.0
    layout = base_layout(
        xaxis=axis(
            "epoch",
            range=[0, epochs],
            nticks=int(min(9, epochs + 1)),
            tickformat="~g",
            unifiedhovertitle={"text": "epoch %{x:.2~f}"},
            showgrid=False,
            showline=True,
        ),
        yaxis=axis(
            range=[0, top * 1.12],
            tickvals=[0, top / 2, top],
            ticktext=[formatting.learning_rate(value) for value in (0, top / 2, top)],
        ),
    )
    return {"data": [trace], "layout": layout}
