"""The metric points of one run, also stored as columns, so that a long run is drawn as fast as a short one."""

import math
import threading
from array import array
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from mnist_lab.charts.learning_curves.curves import (
    MAX_POINTS,
    MIN_SMOOTHED,
    Line,
    Metric,
    Series,
    scaled,
    smoothed,
    thin,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mnist_lab.runs import MetricPoint


class MetricHistory:
    """All metric points of a run in the order of their steps. Points are only appended. Thread-safe."""

    def __init__(self, points: Iterable["MetricPoint"] = ()) -> None:
        """Start with `points`, in any order."""
        self.points: list[MetricPoint] = []
        """Every point; points are only ever appended."""
        self.best_epoch: int | None = None
        """The epoch with the lowest validation loss so far, 1-based."""
        self.last_validated: MetricPoint | None = None
        """The newest point that has validation metrics."""
        self._best_loss = math.inf
        self._steps, self._epochs, self._validated = _Columns(), _Columns(), _Columns()
        self._lock = threading.Lock()
        self.extend(points)

    @property
    def last_step(self) -> int:
        """Step of the newest point, -1 before the first."""
        return self.points[-1].step if self.points else -1

    @property
    def last_epoch(self) -> float:
        """Epochs done at the newest point, fractional; 0 before the first."""
        return self.points[-1].epoch if self.points else 0.0

    def extend(self, points: Iterable["MetricPoint"]) -> None:
        """Append the points that come after the newest one; all others are known already and ignored."""
        with self._lock:
            for point in sorted(points, key=_order):
                if not self.points or _order(point) > _order(self.points[-1]):
                    self._append(point)

    def series(self, metric: Metric, smoothing: float, limit: int = MAX_POINTS) -> Series:
        """Raw and smoothed training values and validation values of one metric, at most `limit` points each.

        Training is drawn from the points within epochs; a run that has none is drawn from the means of its epochs.
        With fewer than `MIN_SMOOTHED` points it is not smoothed.

        Raises:
            ValueError: `smoothing` or `limit` is outside its range.
        """
        with self._lock:
            training = self._steps if len(self._steps) else self._epochs
            column = "loss" if metric == "loss" else "accuracy"
            xs, ys = training.xy(column)
            validation_xs, validation_ys = self._validated.xy(column)
        drawn = _finite(ys)
        weight = smoothing if len(drawn) >= MIN_SMOOTHED else 0.0
        return Series(
            raw=thin(xs, scaled(drawn, metric), limit),
            smooth=thin(xs, scaled(smoothed(drawn, weight), metric), limit),
            validation=thin(validation_xs, scaled(_finite(validation_ys), metric), limit),
            broken=_broken("training", metric, xs, ys) or _broken("validation", metric, validation_xs, validation_ys),
        )

    def learning_rates(self, limit: int = MAX_POINTS) -> Line:
        """The learning rate over epochs, at most `limit` points."""
        with self._lock:
            xs, ys = (self._steps if len(self._steps) else self._epochs).xy("learning_rate")
        return thin(xs, _finite(ys), limit)

    def _append(self, point: "MetricPoint") -> None:
        self.points.append(point)
        training = (point.epoch, point.training_loss, point.training_accuracy, point.learning_rate)
        (self._steps if point.kind == "step" else self._epochs).append(*training)
        loss, accuracy = point.validation_loss, point.validation_accuracy
        if point.kind != "epoch" or loss is None or accuracy is None:
            return
        self.last_validated = point
        self._validated.append(point.epoch, loss, accuracy, point.learning_rate)
        if loss < self._best_loss:
            self._best_loss, self.best_epoch = loss, round(point.epoch)


def sparkline_values(history: MetricHistory, metric: Metric = "loss", limit: int = 40) -> list[float]:
    """Validation values (training values if there are none) for a small chart: thinned to `limit`, without gaps."""
    drawn = history.series(metric, smoothing=0.0, limit=limit)
    values = [y for y in drawn.validation[1] if y is not None]
    return values or [y for y in drawn.raw[1] if y is not None]


class _Columns:
    """Epochs, loss, accuracy and learning rate of some points, as arrays of the same length."""

    def __init__(self) -> None:
        self._columns = {name: array("d") for name in ("epoch", "loss", "accuracy", "learning_rate")}

    def __len__(self) -> int:
        return len(self._columns["epoch"])

    def append(self, *values: float) -> None:
        for column, value in zip(self._columns.values(), values, strict=True):
            column.append(value)

    def xy(self, name: str) -> "tuple[NDArray[np.float64], NDArray[np.float64]]":
        """The epochs and one column, as copies: an `array` cannot grow while NumPy has a view of it."""
        return np.array(self._columns["epoch"]), np.array(self._columns[name])


def _order(point: "MetricPoint") -> tuple[int, bool]:
    # At equal steps the point of the epoch comes last: it includes the step.
    return point.step, point.kind == "epoch"


def _finite(values: "NDArray[np.float64]") -> "NDArray[np.float64]":
    return np.where(np.isfinite(values), values, np.nan)


def _broken(which: str, metric: Metric, xs: "NDArray[np.float64]", ys: "NDArray[np.float64]") -> str:
    bad = np.flatnonzero(~np.isfinite(ys))
    if not bad.size:
        return ""
    value = "NaN" if math.isnan(ys[bad[0]]) else "infinite"
    return f"{which} {metric} became {value} in epoch {max(1, math.ceil(xs[bad[0]]))}"
