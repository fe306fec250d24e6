"""The numbers behind learning curves: from a run's metric points to what is drawn. No colours here."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from mnist_lab.runs import MetricPoint

Metric = Literal["loss", "accuracy"]
Values = list[float | None]

MAX_POINTS = 400
_PER_BUCKET = 3


@dataclass(frozen=True, slots=True)
class Curve:
    """One run to draw."""

    label: str
    points: Sequence["MetricPoint"]
    """In the order of their steps."""
    colour_index: int | None = None
    """The run's own colour, used when several runs are drawn; None takes its place in the list."""
    best_epoch: int | None = None
    """1-based; marked when one run is drawn."""
    ghost: bool = False
    """A finished run, drawn grey behind the others."""


@dataclass(frozen=True, slots=True)
class Series:
    """What is drawn of one run. Loss as it is, accuracy in percent; None is a gap; x in epochs."""

    raw: tuple[list[float], Values]
    smooth: tuple[list[float], Values]
    validation: tuple[list[float], Values]
    broken: str
    """"training loss became NaN in epoch 2", or ""."""

    def validation_at(self, epoch: int) -> float | None:
        """Validation value at the end of an epoch (1-based), None if it is not there."""
        return next((y for x, y in zip(*self.validation, strict=True) if round(x) == epoch), None)


def series(points: Sequence["MetricPoint"], metric: Metric, smoothing: float, limit: int = MAX_POINTS) -> Series:
    """Split a run's points into raw and smoothed training and validation, at most `limit` points each.

    Training is drawn from the points within epochs; a run that has none yet is drawn from its epochs' means.
    """
    ordered = sorted(points, key=lambda point: point.step)
    within = [point for point in ordered if point.kind == "step"]
    training = [(p.epoch, _value(p, "training", metric)) for p in within or ordered]
    validation = [(p.epoch, _value(p, "validation", metric)) for p in ordered if p.kind == "epoch"]
    measured = [(x, y) for x, y in validation if y is not None]
    xs, ys = [x for x, _ in training], [_finite(y) for _, y in training]
    return Series(
        raw=thin(xs, ys, limit),
        smooth=thin(xs, smoothed(ys, smoothing), limit),
        validation=thin([x for x, _ in measured], [_finite(y) for _, y in measured], limit),
        broken=_broken("training", metric, training) or _broken("validation", metric, measured),
    )


def smoothed(values: Sequence[float | None], weight: float) -> Values:
    """Exponential moving average without the pull of its start, as TensorBoard's curves (weight 0 … below 1).

    Source: tensorboard/components/vz_line_chart2/line-chart.ts, `resmoothDataset`. Gaps stay gaps and do not count.

    Raises:
        ValueError: The weight is outside 0 ≤ weight < 1.
    """
    if not 0 <= weight < 1:
        raise ValueError(f"smoothing must be from 0 up to, not including, 1. Received: {weight}.")
    average, debias, result = 0.0, 1.0, Values()
    for value in values:
        if value is None:
            result.append(None)
            continue
        average = average * weight + (1 - weight) * value
        debias *= weight
        result.append(average / (1 - debias))
    return result


def thin(xs: Sequence[float], ys: Sequence[float | None], limit: int) -> tuple[list[float], Values]:
    """At most `limit` points of a curve: the first, the last, and of each stretch the lowest, the highest and a gap.

    The stretches are as long as a power of two and start at the first point, so that the points that a growing curve
    has shown stay where they are, until the stretches double.

    Raises:
        ValueError: `limit` is below 5.
    """
    if limit < 2 + _PER_BUCKET:
        raise ValueError(f"limit must be at least {2 + _PER_BUCKET}. Received: {limit}.")
    count = len(xs)
    if count <= limit:
        return list(xs), list(ys)
    length = 1
    while math.ceil(count / length) * _PER_BUCKET + 2 > limit:
        length *= 2
    kept = {0, count - 1}
    for start in range(0, count, length):
        stretch = range(start, min(start + length, count))
        known = [(y, place) for place in stretch if (y := ys[place]) is not None]
        if known:
            kept |= {min(known)[1], max(known)[1]}
        if len(known) < len(stretch):
            kept.add(next(place for place in stretch if ys[place] is None))
    places = sorted(kept)
    return [xs[place] for place in places], [ys[place] for place in places]


def sparkline_values(points: Sequence["MetricPoint"], metric: Metric = "loss", limit: int = 40) -> list[float]:
    """Validation values (training ones where there are none), thinned and without gaps, for a table's small chart."""
    drawn = series(points, metric, smoothing=0.0, limit=limit)
    values = [y for y in drawn.validation[1] if y is not None]
    return values or [y for y in drawn.raw[1] if y is not None]


def value_range(drawn: Sequence[Series], metric: Metric, *, log: bool = False) -> tuple[float, float] | None:
    """The y range (for log: of the decimal logarithm) that shows what matters; None where nothing is to be shown.

    The steep first moments may leave the frame: they would press everything later flat. The ends are round numbers,
    so that a growing chart changes its frame seldom.
    """
    values: list[float] = []
    for one in drawn:
        smooth = [y for y in one.smooth[1] if y is not None]
        values += smooth[len(smooth) // 10 :] + [y for y in one.validation[1] if y is not None]
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
        return math.log10(low) - 0.08, math.log10(high) + 0.08
    return 0.0, _round_up(high * 1.05)


_FLOORS = (0.0, 20.0, 40.0, 50.0, 60.0, 70.0, 80.0, 85.0, 90.0, 92.0, 94.0, 95.0, 96.0, 97.0, 98.0, 99.0)


def _round_up(value: float) -> float:
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10) if step * power >= value)


def _value(point: "MetricPoint", which: Literal["training", "validation"], metric: Metric) -> float | None:
    value: float | None = getattr(point, f"{which}_{metric}")
    return None if value is None else value * (100 if metric == "accuracy" else 1)


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _broken(which: str, metric: Metric, values: Sequence[tuple[float, float | None]]) -> str:
    for epoch, value in values:
        if value is not None and not math.isfinite(value):
            word = "NaN" if math.isnan(value) else "infinite"
            return f"{which} {metric} became {word} in epoch {max(1, math.ceil(epoch))}"
    return ""
