"""The numbers of one run as they come in: kept by columns, so that a long run is drawn as quickly as a short one."""

import math
import threading
from array import array
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from mnist_lab.charts.curves import MAX_POINTS, Line, Metric, Series, smoothed, thin

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mnist_lab.runs import MetricPoint


class Track:
    """All points of a run's curves, in the order of their steps. It grows; several threads may draw from it."""

    def __init__(self, points: Iterable["MetricPoint"] = ()) -> None:
        self.points: list[MetricPoint] = []
        """Every point there is; never changed but at its end."""
        self.best_epoch: int | None = None
        """1-based, the epoch with the lowest validation loss so far."""
        self.last_check: MetricPoint | None = None
        """The newest point that has validation figures."""
        self._best_loss = math.inf
        self._steps, self._epochs, self._checks = _Columns(), _Columns(), _Columns()
        self._lock = threading.Lock()
        self.extend(points)

    @property
    def last_step(self) -> int:
        """Step of the newest point, -1 before the first."""
        return self.points[-1].step if self.points else -1

    @property
    def last_epoch(self) -> float:
        """Where the curves end, in epochs; 0 before the first point."""
        return self.points[-1].epoch if self.points else 0.0

    def extend(self, points: Iterable["MetricPoint"]) -> None:
        """Add the points that come after those that are there; all others are known, and left out."""
        with self._lock:
            for point in sorted(points, key=_order):
                if not self.points or _order(point) > _order(self.points[-1]):
                    self._add(point)

    def series(self, metric: Metric, smoothing: float, limit: int = MAX_POINTS) -> Series:
        """Raw and smoothed training and validation of one metric, at most `limit` points each.

        Training is drawn from the points within epochs; a run that has none is drawn from its epochs' means.

        Raises:
            ValueError: `smoothing` or `limit` is outside its range.
        """
        with self._lock:
            training = self._steps if len(self._steps) else self._epochs
            xs, ys = training.of(metric)
            check_xs, checks = self._checks.of(metric)
        scale = 100.0 if metric == "accuracy" else 1.0
        drawn = _finite(ys) * scale
        return Series(
            raw=thin(xs, drawn, limit),
            smooth=thin(xs, smoothed(drawn, smoothing), limit),
            validation=thin(check_xs, _finite(checks) * scale, limit),
            broken=_broken("training", metric, xs, ys) or _broken("validation", metric, check_xs, checks),
        )

    def rates(self, limit: int = MAX_POINTS) -> Line:
        """The learning rate over epochs, at most `limit` points."""
        with self._lock:
            xs, ys = (self._steps if len(self._steps) else self._epochs).of("rate")
        return thin(xs, _finite(ys), limit)

    def _add(self, point: "MetricPoint") -> None:
        self.points.append(point)
        training = (point.epoch, point.training_loss, point.training_accuracy, point.learning_rate)
        (self._steps if point.kind == "step" else self._epochs).add(*training)
        loss, accuracy = point.validation_loss, point.validation_accuracy
        if point.kind != "epoch" or loss is None or accuracy is None:
            return
        self.last_check = point
        self._checks.add(point.epoch, loss, accuracy, point.learning_rate)
        if loss < self._best_loss:
            self._best_loss, self.best_epoch = loss, round(point.epoch)


def sparkline_values(points: Iterable["MetricPoint"], metric: Metric = "loss", limit: int = 40) -> list[float]:
    """Validation values (training ones where there are none), thinned and without gaps, for a table's small chart."""
    drawn = Track(points).series(metric, smoothing=0.0, limit=limit)
    values = [y for y in drawn.validation[1] if y is not None]
    return values or [y for y in drawn.raw[1] if y is not None]


class _Columns:
    """x, loss, accuracy and learning rate, each without gaps."""

    def __init__(self) -> None:
        self._columns = {name: array("d") for name in ("x", "loss", "accuracy", "rate")}

    def __len__(self) -> int:
        return len(self._columns["x"])

    def add(self, *values: float) -> None:
        for column, value in zip(self._columns.values(), values, strict=True):
            column.append(value)

    def of(self, name: str) -> "tuple[NDArray[np.float64], NDArray[np.float64]]":
        """Copies of x and of one column: an array that is being looked at could not grow."""
        return np.array(self._columns["x"]), np.array(self._columns[name])


def _order(point: "MetricPoint") -> tuple[int, bool]:
    # At equal steps the epoch's point comes last: it includes the step's.
    return point.step, point.kind == "epoch"


def _finite(values: "NDArray[np.float64]") -> "NDArray[np.float64]":
    return np.where(np.isfinite(values), values, np.nan)


def _broken(which: str, metric: Metric, xs: "NDArray[np.float64]", ys: "NDArray[np.float64]") -> str:
    bad = np.flatnonzero(~np.isfinite(ys))
    if not bad.size:
        return ""
    word = "NaN" if math.isnan(ys[bad[0]]) else "infinite"
    return f"{which} {metric} became {word} in epoch {max(1, math.ceil(xs[bad[0]]))}"
