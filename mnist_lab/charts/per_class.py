"""Figures of the ten classes: images per class, error rate per class, confusion matrix."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from mnist_lab import formatting
from mnist_lab.charts.figure import TEXT_SIZE, Figure, axis, base_layout, empty_figure
from mnist_lab.charts.palette import SEQUENCE

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

_DIGITS = list(range(10))
DARK_FROM = 0.62
"""Colour strength from which on the number in a cell has the background's colour, for contrast."""


def class_counts_figure(counts: "ArrayLike") -> Figure:
    """Bar chart of the number of images per class.

    Args:
        counts: Shape (10,), whole numbers from 0.

    Raises:
        ValueError: There are not ten counts.
    """
    values = _ten(counts, "counts").astype(int).tolist()
    figure = _digit_bars(values, [formatting.count(value) for value in values], "@muted/0.75")
    figure["layout"]["yaxis"] |= {"range": [0, max(1, *values) * 1.02], "showticklabels": False, "showgrid": False}
    # Rotated inside the bars: on a narrow page there is no space for the numbers above them.
    inside = {"textposition": "inside", "textangle": -90, "insidetextanchor": "end"}
    font = {"color": "@background", "size": TEXT_SIZE - 2}
    hover = "digit %{x}: %{y:,} images<extra></extra>"
    figure["data"][0] |= {**inside, "textfont": font, "hovertemplate": hover}
    return figure


def errors_by_class_figure(accuracies: Sequence[float]) -> Figure:
    """Bar chart of the error rate of each class, which shows differences better than accuracies near 100 %.

    The highest bars are marked: all that display the same rate, unless all ten do.

    Args:
        accuracies: Ten shares in 0..1; NaN for a class without images.

    Raises:
        ValueError: There are not ten.
    """
    values: list[float] = _ten(accuracies, "accuracies").tolist()
    worst = worst_classes(accuracies)
    if not worst:
        return empty_figure("No class was tested.")
    tested = sum(map(math.isfinite, values))
    heights = [(1 - value) * 100 if math.isfinite(value) else None for value in values]
    texts = [_error_rate(value) if math.isfinite(value) else "" for value in values]
    figure = _digit_bars(heights, texts, "@test")
    colours = ["@bad" if digit in worst and len(worst) < tested else "@test" for digit in _DIGITS]
    figure["data"][0] |= {
        "marker": {"color": colours, "cornerradius": 3},
        "customdata": [formatting.accuracy(value) for value in values],
        "hovertemplate": "digit %{x}: %{customdata} correct<extra></extra>",
    }
    highest = max(height for height in heights if height is not None)
    figure["layout"]["yaxis"] |= {"range": [0, max(highest, 0.1) * 1.05], "showticklabels": False, "showgrid": False}
    return figure


def worst_classes(accuracies: Sequence[float]) -> list[int]:
    """The digits with the highest error rate, all that display the same rate; empty if no class has images.

    Args:
        accuracies: Ten shares in 0..1; NaN for a class without images.
    """
    known = {digit: share for digit, share in enumerate(accuracies) if math.isfinite(share)}
    if not known:
        return []
    highest = _error_rate(min(known.values()))
    return [digit for digit, share in known.items() if _error_rate(share) == highest]


def confusion_info(matrix: "ArrayLike") -> tuple[list[list[float | None]], list[list[str]], list[list[str]]]:
    """Data of the confusion figure: colour strength, number and hover text of each cell.

    The strength of a mistake is log(1 + count) against the largest one's, so that rare mistakes are visible next to
    frequent ones; the diagonal has no strength (None).

    Args:
        matrix: Shape (10, 10), whole numbers: rows are true digits, columns predicted digits.

    Raises:
        ValueError: The shape is another one.
    """
    counts: NDArray[np.int64] = np.asarray(matrix, dtype=np.int64)
    if counts.shape != (10, 10):
        raise ValueError(f"A confusion matrix has the shape (10, 10). Received: {counts.shape}.")
    mistakes = counts - np.diag(np.diag(counts))
    scale = np.log1p(max(1, int(mistakes.max())))
    strength = [
        [None if true == predicted else float(np.log1p(counts[true, predicted]) / scale) for predicted in _DIGITS]
        for true in _DIGITS
    ]
    cells = [[_cell(int(counts[true, predicted]), true == predicted) for predicted in _DIGITS] for true in _DIGITS]
    texts = [[_hover_text(counts, true, predicted) for predicted in _DIGITS] for true in _DIGITS]
    return strength, cells, texts


def confusion_figure(matrix: "ArrayLike") -> Figure:
    """The confusion matrix as a heat map of the mistakes; the diagonal has numbers, but no colour."""
    strength, cells, texts = confusion_info(matrix)
    trace = {
        "type": "heatmap",
        "x": _DIGITS,
        "y": _DIGITS,
        "z": strength,
        "zmin": 0,
        "zmax": 1,
        "colorscale": [list(step) for step in SEQUENCE],
        "showscale": False,
        "xgap": 2,
        "ygap": 2,
        "text": texts,
        "hovertemplate": "%{text}<extra></extra>",
        "hoverongaps": True,
    }
    notes = [
        {
            "x": predicted,
            "y": true,
            "text": cells[true][predicted],
            "showarrow": False,
            "font": {
                "size": TEXT_SIZE - 2 if true == predicted else TEXT_SIZE,
                "color": "@muted" if true == predicted else _on_scale(strength[true][predicted]),
            },
        }
        for true in _DIGITS
        for predicted in _DIGITS
        if cells[true][predicted]
    ]
    tiles = [
        {
            "type": "rect",
            "x0": digit - 0.46,
            "x1": digit + 0.46,
            "y0": digit - 0.46,
            "y1": digit + 0.46,
            "fillcolor": "@surface",
            "line": {"width": 0},
            "layer": "below",
        }
        for digit in _DIGITS
    ]
    ticks: dict[str, Any] = {"tickvals": _DIGITS, "showgrid": False, "ticklabelstandoff": 5}
    layout = base_layout(
        hovermode="closest",
        annotations=notes,
        shapes=tiles,
        xaxis=axis("predicted", **ticks, range=[-0.5, 9.5], constrain="domain"),
        yaxis=axis("true digit", **ticks, range=[9.5, -0.5], scaleanchor="x", constrain="domain"),
    )
    return {"data": [trace], "layout": layout}


def _error_rate(accuracy: float) -> str:
    return formatting.accuracy(1 - accuracy, 1)


def _digit_bars(values: Sequence[float | None], texts: Sequence[str], colour: str) -> Figure:
    trace = {
        "type": "bar",
        "x": _DIGITS,
        "y": list(values),
        "marker": {"color": colour, "cornerradius": 3},
        "text": list(texts),
        "textposition": "outside",
        "textangle": 0,
        "textfont": {"color": "@muted", "size": TEXT_SIZE - 3},
        "constraintext": "none",
        "cliponaxis": False,
        "width": 0.72,
    }
    digits = axis(tickvals=_DIGITS, range=[-0.55, 9.55], showgrid=False, tickfont={"color": "@ink", "size": TEXT_SIZE})
    margin = {"l": 4, "r": 4, "t": 20, "b": 4}
    return {"data": [trace], "layout": base_layout(hovermode="closest", margin=margin, xaxis=digits, yaxis=axis())}


def _ten(values: "ArrayLike", what: str) -> "NDArray[np.float64]":
    array: NDArray[np.float64] = np.asarray(values, dtype=np.float64)
    if array.shape != (10,):
        raise ValueError(f"There must be ten {what}, one a digit. Received: shape {array.shape}.")
    return array


def _cell(count: int, diagonal: bool) -> str:
    # Counts on the diagonal can be large: they are abbreviated to fit a cell on a phone.
    return (formatting.short_count(count) if count >= 10_000 else str(count)) if count or diagonal else ""


def _hover_text(counts: "NDArray[np.int64]", true: int, predicted: int) -> str:
    of_class = int(counts[true].sum())
    share = formatting.accuracy(int(counts[true, predicted]) / of_class) if of_class else "none"
    how = "predicted correctly" if true == predicted else f"predicted as {predicted}"
    return f"{true} {how}: {formatting.count(int(counts[true, predicted]))} of {formatting.count(of_class)} ({share})"


def _on_scale(strength: float | None) -> str:
    """The text colour with enough contrast on a cell."""
    return "@ink" if strength is None or strength < DARK_FROM else "@background"
