"""The ten classes: how many images each has, how well each is read, which are taken for which."""

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
"""From this strength on, a cell's number is written in the background's colour."""


def class_counts_figure(counts: "ArrayLike") -> Figure:
    """Images per class as bars, each with its number.

    Args:
        counts: Shape (10,), whole numbers from 0.

    Raises:
        ValueError: There are not ten counts.
    """
    values = _ten(counts, "counts").astype(int).tolist()
    figure = _digit_bars(values, [formatting.count(value) for value in values], "@muted/0.75")
    figure["layout"]["yaxis"] |= {"range": [0, max(1, *values) * 1.02], "showticklabels": False, "showgrid": False}
    # Upright in the bars: beside each other the numbers have no room above them on a narrow page.
    inside = {"textposition": "inside", "textangle": -90, "insidetextanchor": "end"}
    font = {"color": "@background", "size": TEXT_SIZE - 2}
    hover = "digit %{x}: %{y:,} images<extra></extra>"
    figure["data"][0] |= {**inside, "textfont": font, "hovertemplate": hover}
    return figure


def errors_by_class_figure(accuracies: Sequence[float]) -> Figure:
    """The share of each class that is read wrong, as bars from 0: near 100 % accuracy, mistakes tell classes apart.

    The highest bars are marked: all that show the same share, unless every bar does.

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
    words = [_share_wrong(value) if math.isfinite(value) else "" for value in values]
    figure = _digit_bars(heights, words, "@test")
    colours = ["@bad" if digit in worst and len(worst) < tested else "@test" for digit in _DIGITS]
    figure["data"][0] |= {
        "marker": {"color": colours, "cornerradius": 3},
        "customdata": [formatting.accuracy(value) for value in values],
        "hovertemplate": "digit %{x}: %{customdata} read right<extra></extra>",
    }
    highest = max(height for height in heights if height is not None)
    figure["layout"]["yaxis"] |= {"range": [0, max(highest, 0.1) * 1.05], "showticklabels": False, "showgrid": False}
    return figure


def worst_classes(accuracies: Sequence[float]) -> list[int]:
    """The digits with the highest share read wrong, as it is shown: what is written alike is equally bad.

    Args:
        accuracies: Ten shares in 0..1; NaN for a class without images. Without any there is no worst.
    """
    known = {digit: share for digit, share in enumerate(accuracies) if math.isfinite(share)}
    if not known:
        return []
    most = _share_wrong(min(known.values()))
    return [digit for digit, share in known.items() if _share_wrong(share) == most]


def confusion_info(matrix: "ArrayLike") -> tuple[list[list[float | None]], list[list[str]], list[list[str]]]:
    """What the confusion figure shows: strength of each cell, number in each cell, words on each cell.

    The strength of a mistake is log(1 + count) against the largest one's, so that rare mistakes can be seen beside
    frequent ones; the diagonal has none (None).

    Args:
        matrix: Shape (10, 10), whole numbers: rows are true digits, columns the digits read.

    Raises:
        ValueError: The shape is another one.
    """
    counts: NDArray[np.int64] = np.asarray(matrix, dtype=np.int64)
    if counts.shape != (10, 10):
        raise ValueError(f"A confusion matrix has the shape (10, 10). Received: {counts.shape}.")
    mistakes = counts - np.diag(np.diag(counts))
    scale = np.log1p(max(1, int(mistakes.max())))
    strength = [
        [None if true == read else float(np.log1p(counts[true, read]) / scale) for read in _DIGITS] for true in _DIGITS
    ]
    cells = [[_cell(int(counts[true, read]), true == read) for read in _DIGITS] for true in _DIGITS]
    words = [[_words(counts, true, read) for read in _DIGITS] for true in _DIGITS]
    return strength, cells, words


def confusion_figure(matrix: "ArrayLike") -> Figure:
    """The confusion matrix with its mistakes in front: the diagonal is only written, not coloured."""
    strength, cells, words = confusion_info(matrix)
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
        "text": words,
        "hovertemplate": "%{text}<extra></extra>",
        "hoverongaps": True,
    }
    notes = [
        {
            "x": read,
            "y": true,
            "text": cells[true][read],
            "showarrow": False,
            "font": {
                "size": TEXT_SIZE - 2 if true == read else TEXT_SIZE,
                "color": "@muted" if true == read else _on_scale(strength[true][read]),
            },
        }
        for true in _DIGITS
        for read in _DIGITS
        if cells[true][read]
    ]
    tiles = [
        {
            "type": "rect",
            "x0": place - 0.46,
            "x1": place + 0.46,
            "y0": place - 0.46,
            "y1": place + 0.46,
            "fillcolor": "@surface",
            "line": {"width": 0},
            "layer": "below",
        }
        for place in _DIGITS
    ]
    ticks: dict[str, Any] = {"tickvals": _DIGITS, "showgrid": False, "ticklabelstandoff": 5}
    layout = base_layout(
        hovermode="closest",
        annotations=notes,
        shapes=tiles,
        xaxis=axis("read as", **ticks, range=[-0.5, 9.5], constrain="domain"),
        yaxis=axis("true digit", **ticks, range=[9.5, -0.5], scaleanchor="x", constrain="domain"),
    )
    return {"data": [trace], "layout": layout}


def _share_wrong(accuracy: float) -> str:
    return formatting.accuracy(1 - accuracy, 1)


def _digit_bars(values: Sequence[float | None], words: Sequence[str], colour: str) -> Figure:
    trace = {
        "type": "bar",
        "x": _DIGITS,
        "y": list(values),
        "marker": {"color": colour, "cornerradius": 3},
        "text": list(words),
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
    # Right answers are in the hundreds: short, so that they fit the cell on a phone.
    return (formatting.short_count(count) if count >= 10_000 else str(count)) if count or diagonal else ""


def _words(counts: "NDArray[np.int64]", true: int, read: int) -> str:
    of_class = int(counts[true].sum())
    share = formatting.accuracy(int(counts[true, read]) / of_class) if of_class else "none"
    how = "read right" if true == read else f"read as {read}"
    return f"{true} {how}: {formatting.count(int(counts[true, read]))} of {formatting.count(of_class)} ({share})"


def _on_scale(strength: float | None) -> str:
    """The text colour that can be read on a cell."""
    return "@ink" if strength is None or strength < DARK_FROM else "@background"
