"""Test accuracy over a hyperparameter: one sign a run, and the mean of the runs with the same value."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any, Literal

from mnist_lab import formatting
from mnist_lab.charts.figure import TEXT_SIZE, Figure, axis, base_layout, label
from mnist_lab.charts.palette import run_style

Scale = Literal["linear", "log", "category"]

_LOG_RATIO = 8
"""From this ratio of the largest to the smallest value on, the axis is logarithmic."""
_MAX_TICKS = 12


@dataclass(frozen=True, slots=True)
class ValueDot:
    """One tested run."""

    label: str
    value: float | str
    """Of the hyperparameter: a number, or else a text."""
    text: str
    """The value as text."""
    accuracy: float
    """Test accuracy, 0..1."""
    images: int
    """Number of test images."""
    number: int
    """Number of the run, for its colour and marker."""
    key: str
    """Id of the run, by which it lights up together with its curves."""


@dataclass(frozen=True, slots=True)
class ValueGroup:
    """The runs with the same value."""

    value: float | str
    text: str
    accuracies: tuple[float, ...]

    @property
    def mean(self) -> float:
        """Mean test accuracy, 0..1."""
        return fmean(self.accuracies)


@dataclass(frozen=True, slots=True)
class HyperparameterInfo:
    """What the chart shows."""

    title: str
    """Of the hyperparameter: "Learning rate"."""
    scale: Scale
    groups: tuple[ValueGroup, ...]
    """In the order of the axis."""

    @property
    def best(self) -> ValueGroup:
        """The value with the highest mean accuracy."""
        return max(self.groups, key=lambda group: group.mean)

    @property
    def has_spread(self) -> bool:
        """Whether a value has several runs."""
        return any(len(group.accuracies) > 1 for group in self.groups)

    @property
    def headline(self) -> str:
        """The best value, in a sentence."""
        best, count = self.best, len(self.best.accuracies)
        many = f", the mean of {count} runs" if count > 1 else ""
        return f"Best with {self.title.lower()} {best.text}: {formatting.accuracy(best.mean)}{many}."

    @property
    def text(self) -> str:
        """The chart in words, for screen readers."""
        parts = [f"{group.text}: {_range_text(group)}" for group in self.groups]
        return f"Test accuracy over {self.title.lower()}. {'; '.join(parts)}. {self.headline}"


def hyperparameter_info(title: str, dots: Sequence[ValueDot]) -> HyperparameterInfo:
    """What the chart of these runs, at least one, shows.

    Numbers are in their order, on a logarithmic axis if they are far apart. Texts are in the order of the runs.
    """
    by_value: dict[float | str, list[ValueDot]] = {}
    for dot in dots:
        by_value.setdefault(dot.value, []).append(dot)
    groups = [ValueGroup(value, same[0].text, tuple(dot.accuracy for dot in same)) for value, same in by_value.items()]
    numbers = [value for value in by_value if not isinstance(value, str)]
    if len(numbers) < len(by_value):
        return HyperparameterInfo(title, "category", tuple(groups))
    groups.sort(key=lambda group: float(group.value))
    is_log = min(numbers) > 0 and max(numbers) >= _LOG_RATIO * min(numbers)
    return HyperparameterInfo(title, "log" if is_log else "linear", tuple(groups))


def hyperparameter_figure(info: HyperparameterInfo, dots: Sequence[ValueDot], *, error: bool = False) -> Figure:
    """Test accuracy over the hyperparameter, one sign a run, with a line through the means.

    Args:
        info: Of these runs.
        dots: The runs.
        error: Draw error rates on a logarithmic axis, where good runs are further apart.
    """
    smallest = 0.5 / max(1, *(dot.images for dot in dots))

    def height(accuracy: float) -> float:
        # An axis of logarithms has no zero: no wrong image is drawn as half a one.
        return 100 * (max(1 - accuracy, smallest) if error else accuracy)

    layout = base_layout(
        hovermode="closest",
        margin={"l": 8, "r": 24, "t": 16, "b": 8},
        xaxis=_value_axis(info),
        yaxis=axis(
            "test error" if error else "test accuracy",
            type="log" if error else "linear",
            ticksuffix=" %",
            tickformat="~g",
            nticks=6,
            **({"dtick": "D2"} if error else {}),
        ),
    )
    return {"data": [_means(info, height), *(_run(dot, height(dot.accuracy)) for dot in dots)], "layout": layout}


def _value_axis(info: HyperparameterInfo) -> dict[str, Any]:
    shown: Mapping[str, Any] = {"type": info.scale, "showline": True, "showgrid": False}
    if info.scale == "category":
        values = [label(group.text, 24) for group in info.groups]
        return axis(info.title.lower(), **shown, categoryorder="array", categoryarray=values)
    every = math.ceil(len(info.groups) / _MAX_TICKS)
    ticks = info.groups[::every]
    texts = [group.text for group in ticks]
    return axis(
        info.title.lower(), **shown, tickvals=[group.value for group in ticks], ticktext=texts, minor={"ticks": ""}
    )


def _position(value: float | str, text: str) -> float | str:
    return label(text, 24) if isinstance(value, str) else value


def _means(info: HyperparameterInfo, height: Any) -> dict[str, Any]:
    """The line through the means, with the spread of the runs of each value."""
    means = [height(group.mean) for group in info.groups]
    ends = [sorted(map(height, (min(group.accuracies), max(group.accuracies)))) for group in info.groups]
    return {
        "type": "scatter",
        # Nothing is between two categories.
        "mode": "none" if info.scale == "category" else "lines",
        "name": "mean",
        "x": [_position(group.value, group.text) for group in info.groups],
        "y": means,
        "line": {"color": "@muted/0.6", "width": 1.5},
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": [high - mean for mean, (_, high) in zip(means, ends, strict=True)],
            "arrayminus": [mean - low for mean, (low, _) in zip(means, ends, strict=True)],
            "color": "@muted/0.6",
            "thickness": 6,
            "width": 0,
        },
        "hoverinfo": "skip",
    }


def _run(dot: ValueDot, y: float) -> dict[str, Any]:
    style = run_style(dot.number)
    hover_text = f"<b>{label(dot.label)}</b><br>{label(dot.text)}<br>{formatting.accuracy(dot.accuracy)}"
    return {
        "type": "scatter",
        "mode": "markers",
        "cliponaxis": False,
        "name": label(dot.label),
        "legendgroup": dot.key,
        "x": [_position(dot.value, dot.text)],
        "y": [y],
        "marker": {"color": style.colour, "symbol": style.marker, "size": 11},
        "customdata": [hover_text],
        "hovertemplate": "%{customdata}<extra></extra>",
        "hoverlabel": {"font": {"size": TEXT_SIZE}},
    }


def _range_text(group: ValueGroup) -> str:
    mean = formatting.accuracy(group.mean)
    if len(group.accuracies) == 1:
        return mean
    low, high = (formatting.accuracy(end(group.accuracies)) for end in (min, max))
    return f"{mean}, the mean of {len(group.accuracies)} runs from {low} to {high}"
