"""Computations for learning curves: smoothing, thinning and axis ranges."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

Metric = Literal["loss", "accuracy", "error"]
Line = tuple[list[float], list[float | None]]
"""x and y values of a drawn line; None is a gap."""

ERROR_FLOOR = 0.004
"""Where an error of 0 % is drawn, as 0 has no place on a logarithmic axis: below the error of one image of 10,000, and
0.00 % when rounded."""

MAX_POINTS = 400
"""Points of a drawn line, about one per pixel."""
MIN_SMOOTHED = 20
"""A training curve of fewer points is not smoothed: across a chart they are 30 pixels and more apart, so each is seen
by itself, and an average over them would only show the curve late."""
_PER_SEGMENT = 3
_ENDS = 2


@dataclass(frozen=True, slots=True)
class Series:
    """The lines of one metric of one run; x is in epochs.

    Loss is unscaled. Accuracy is in percent, and so is the error, 100 % minus the accuracy, at least `ERROR_FLOOR`.
    """

    raw: Line
    smooth: Line
    validation: Line
    broken: str
    """"training loss became NaN in epoch 2", or ""."""

    def validation_at(self, epoch: int) -> float | None:
        """Validation value at the end of an epoch (1-based), None if there is none."""
        return next((y for x, y in zip(*self.validation, strict=True) if round(x) == epoch), None)


def smoothed(values: "ArrayLike", weight: float) -> "NDArray[np.float64]":
    """Exponential moving average, its start debiased as in Adam and TensorBoard (weight 0 … below 1).

    The average starts at 0, so the n-th is divided by 1 - weight^n, the sum of the weights of its n values. A constant
    curve is then constant from its first value on. Source: tensorboard/components/vz_line_chart2/line-chart.ts,
    `resmoothDataset`. NaNs are gaps: they stay NaN and are ignored in the average. The average is causal: values added
    at the end do not change earlier ones.

    Args:
        values: Shape (n,).
        weight: Weight of the past.

    Returns:
        Shape (n,).

    Raises:
        ValueError: The weight is outside 0 ≤ weight < 1.
    """
    if not 0 <= weight < 1:
        raise ValueError(f"smoothing must be from 0 up to, not including, 1. Received: {weight}.")
    result = np.array(values, dtype=np.float64)
    known = ~np.isnan(result)
    if weight > 0:
        result[known] = _averages(result[known], weight)
    return result


def _averages(values: "NDArray[np.float64]", weight: float) -> "NDArray[np.float64]":
    """average[n] = weight · average[n - 1] + (1 - weight) · value[n], divided by 1 - weight^(n + 1)."""
    # In blocks, so that the powers of the weight stay within the range of a float.
    length = max(1, min(1000, int(100 / -math.log10(weight))))
    powers = weight ** np.arange(length + 1)
    averages = np.empty_like(values)
    before = 0.0
    for start in range(0, len(values), length):
        part = values[start : start + length]
        rising = powers[: len(part)]
        sums = rising * np.cumsum(part / rising)
        averages[start : start + len(part)] = powers[1 : len(part) + 1] * before + (1 - weight) * sums
        before = averages[start + len(part) - 1]
    return averages / (1 - weight ** np.arange(1, len(values) + 1))


def thin(xs: "ArrayLike", ys: "ArrayLike", limit: int) -> Line:
    """At most `limit` points of a curve: the first, the last, and in each segment the lowest, the highest and a gap.

    The length of the segments is a power of two and they start at the first point. So the points of a growing curve
    stay the same, except for those in its last segment, until the length doubles.

    Args:
        xs: Shape (n,), finite.
        ys: Shape (n,); NaN is a gap.
        limit: Number of points.

    Raises:
        ValueError: `limit` is below 5.
    """
    if limit < _ENDS + _PER_SEGMENT:
        raise ValueError(f"limit must be at least {_ENDS + _PER_SEGMENT}. Received: {limit}.")
    all_x, all_y = np.asarray(xs, dtype=np.float64), np.asarray(ys, dtype=np.float64)
    indices = _kept(all_y, limit) if len(all_y) > limit else np.arange(len(all_y))
    gaps = np.isnan(all_y[indices]).tolist()
    values = all_y[indices].tolist()
    return all_x[indices].tolist(), [None if gap else y for gap, y in zip(gaps, values, strict=True)]


def _kept(ys: "NDArray[np.float64]", limit: int) -> "NDArray[np.intp]":
    length = 1
    while math.ceil(len(ys) / length) * _PER_SEGMENT + _ENDS > limit:
        length *= 2
    rows = math.ceil(len(ys) / length)
    table = np.resize(ys, (rows, length))
    inside = np.arange(rows * length).reshape(rows, length) < len(ys)
    gap = np.isnan(table) & inside
    known = inside & ~gap
    starts = np.arange(rows) * length
    lowest = starts + np.where(known, table, np.inf).argmin(axis=1)
    highest = starts + np.where(known, table, -np.inf).argmax(axis=1)
    first_gap = starts + gap.argmax(axis=1)
    has_known, has_gap = known.any(axis=1), gap.any(axis=1)
    ends = np.array([0, len(ys) - 1])
    return np.unique(np.concatenate([ends, lowest[has_known], highest[has_known], first_gap[has_gap]]))


def scaled(values: "NDArray[np.float64]", metric: Metric) -> "NDArray[np.float64]":
    """Losses as they are; shares of correct images as accuracies or errors in percent, as in `Series`."""
    if metric == "loss":
        return values
    return 100 * values if metric == "accuracy" else np.maximum(100 * (1 - values), ERROR_FLOOR)


def value_range(drawn: Sequence[Series], metric: Metric, *, log: bool = False) -> tuple[float, float] | None:
    """The y range that shows the important part of the curves; None if there are no values.

    On a log scale, it is the range of the decimal logarithm. The steep first tenth of the training may lie outside:
    otherwise later changes would be invisible. The ends are round numbers, so that the range of a growing chart seldom
    changes.
    """
    values: list[float] = []
    for series in drawn:
        smooth = [y for y in series.smooth[1] if y is not None]
        values += smooth[len(smooth) // 10 :] + [y for y in series.validation[1] if y is not None]
    if log:
        values = [value for value in values if value > 0]
    if not values:
        return None
    low, high = min(values), max(values)
    if metric == "accuracy":
        bottom = max((step for step in _FLOORS if step <= low - 0.05 * (100 - low)), default=0.0)
        top = 100.0 if high > 70 else min(100.0, 10 * math.floor((high + 2) / 10) + 10.0)
        return bottom, top + 0.03 * (top - bottom)
    if log:
        return math.floor(10 * math.log10(low) - 0.5) / 10, math.ceil(10 * math.log10(high) + 0.5) / 10
    return 0.0, round_up(high * 1.05)


_FLOORS = (0.0, 20.0, 40.0, 50.0, 60.0, 70.0, 80.0, 85.0, 90.0, 92.0, 94.0, 95.0, 96.0, 97.0, 98.0, 99.0)


def round_up(value: float) -> float:
    """The next larger round number: 0.0437 → 0.05; 1 for values up to 0."""
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10) if step * power >= value)
