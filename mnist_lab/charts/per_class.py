"""Bar chart of the number of images per class."""

from typing import TYPE_CHECKING, Any

import numpy as np

from mnist_lab import formatting
from mnist_lab.charts.figure import TEXT_SIZE, Figure, axis, base_layout

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

_DIGITS = list(range(10))


def class_counts_figure(counts: "ArrayLike") -> Figure:
    """Bar chart of the number of images per class.

    Args:
        counts: Shape (10,), whole numbers from 0.

    Raises:
        ValueError: There are not ten counts.
    """
    values = np.asarray(counts)
    if values.shape != (10,):
        raise ValueError(f"There must be ten counts, one a digit. Received: shape {values.shape}.")
    heights: list[int] = values.astype(int).tolist()
    trace = {
        "type": "bar",
        "x": _DIGITS,
        "y": heights,
        "marker": {"color": "@muted", "cornerradius": 3},
        "text": [formatting.count(height) for height in heights],
        # Rotated inside the bars: on a narrow page there is no space for the numbers above them.
        "textposition": "inside",
        "textangle": -90,
        "insidetextanchor": "end",
        "textfont": {"color": "@background", "size": TEXT_SIZE - 2},
        "constraintext": "none",
        "cliponaxis": False,
        "width": 0.72,
        "hovertemplate": "digit %{x}: %{y:,} images<extra></extra>",
    }
    digits = axis(tickvals=_DIGITS, range=[-0.55, 9.55], showgrid=False, tickfont={"color": "@ink", "size": TEXT_SIZE})
    scale: dict[str, Any] = {"range": [0, max(1, *heights) * 1.02], "showticklabels": False, "showgrid": False}
    margin = {"l": 4, "r": 4, "t": 20, "b": 4}
    layout = base_layout(hovermode="closest", margin=margin, xaxis=digits, yaxis=axis(**scale))
    return {"data": [trace], "layout": layout}
