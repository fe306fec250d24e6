"""The numbers behind the curves."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnist_lab.charts import MetricHistory, Series, smoothed, thin, value_range

values = st.lists(st.one_of(st.just(math.nan), st.floats(-1e6, 1e6)), max_size=3000)


def test_smoothed_is_tensorboards_average():
    expected = [1.0, (0.25 * 1 + 0.5 * 3) / 0.75, math.nan, (0.125 * 1 + 0.25 * 3 + 0.5 * 5) / 0.875]
    assert smoothed([1.0, 3.0, math.nan, 5.0], 0.5) == pytest.approx(expected, nan_ok=True)


@given(st.floats(0, 0.9999), st.floats(-1e3, 1e3), st.integers(1, 3000))
def test_a_constant_curve_stays_constant_from_its_first_point(weight, value, count):
    assert smoothed([value] * count, weight).tolist() == pytest.approx([value] * count, rel=1e-6)


def test_smoothed_by_nothing_is_the_same():
    assert smoothed([1.0, math.nan, -2.5], 0) == pytest.approx([1.0, math.nan, -2.5], abs=0, nan_ok=True)


@given(values, st.one_of(st.floats(0, 0.9999), st.sampled_from([0.6, 0.9, 1e-30])))
def test_smoothed_in_stretches_is_smoothed_one_by_one(ys, weight):
    average, count, expected = 0.0, 0, []
    for y in ys:
        if not math.isnan(y):
            average = weight * average + (1 - weight) * y
            count += 1
        expected.append(math.nan if math.isnan(y) else average / (1 - weight**count))
    assert smoothed(ys, weight).tolist() == pytest.approx(expected, rel=1e-6, abs=1e-3, nan_ok=True)


def test_smoothing_leaves_its_input_alone():
    ys = np.array([1.0, 3.0])
    smoothed(ys, 0.5)
    assert ys.tolist() == [1.0, 3.0]


@pytest.mark.parametrize("weight", [-0.1, 1.0, math.nan])
def test_smoothing_refuses_other_weights(weight):
    with pytest.raises(ValueError, match="smoothing must be from 0"):
        smoothed([1.0], weight)


@given(values, st.integers(5, 500))
def test_thin_keeps_the_ends_the_extremes_and_a_gap(ys, limit):
    xs = [float(place) for place in range(len(ys))]
    thin_xs, thin_ys = thin(xs, ys, limit)
    assert len(thin_xs) == len(thin_ys) <= limit
    assert thin_xs == sorted(set(thin_xs))
    drawable = [None if math.isnan(y) else y for y in ys]
    assert [drawable[int(x)] for x in thin_xs] == thin_ys
    if ys:
        assert (thin_xs[0], thin_xs[-1]) == (xs[0], xs[-1])
    known = [y for y in drawable if y is not None]
    if known:
        kept = [y for y in thin_ys if y is not None]
        assert (min(kept), max(kept)) == (min(known), max(known))
    assert (None in thin_ys) == (None in drawable)


def test_thin_leaves_short_curves_alone():
    assert thin([0.0, 1.0], [5.0, math.nan], 5) == ([0.0, 1.0], [5.0, None])


def test_a_growing_thinned_curve_keeps_its_old_points():
    ys = [math.sin(place * 1.7) for place in range(1300)]
    xs = [float(place) for place in range(1300)]
    before, after = (set(thin(xs[:count], ys[:count], 400)[0]) for count in (1281, 1300))
    assert {x for x in before if x < 1270} <= after


def test_thin_refuses_a_limit_that_cannot_hold_the_extremes():
    with pytest.raises(ValueError, match="at least 5"):
        thin([0.0], [0.0], 4)


@pytest.mark.parametrize(
    ("validation", "metric", "log", "expected"),
    [
        ([0.5, 0.42], "loss", False, (0.0, 0.6)),
        ([0.02, 0.01], "accuracy", False, (97.0, 100.09)),
        ([0.6, 0.5], "accuracy", False, (20.0, 61.2)),
        ([0.9, 0.9], "accuracy", False, (0.0, 20.6)),
        ([0.1, 0.01], "loss", True, (-2.1, -0.9)),
        ([0.0, 0.0], "loss", False, (0.0, 1.0)),
        ([0.0, 0.0], "loss", True, None),
        ([], "loss", False, None),
        ([0.0044, 0.0034], "error", True, (-0.6, -0.3)),
    ],
)
def test_value_range(validation, metric, log, expected):
    epochs = [float(epoch) for epoch in range(1, len(validation) + 1)]
    shown = {"loss": validation, "accuracy": [100 * (1 - y) for y in validation]}
    shown["error"] = [100 * y for y in validation]
    one = Series(([], []), ([], []), (epochs, list(shown[metric])), "")
    frame = value_range([one], metric, log=log)
    assert frame == (None if expected is None else pytest.approx(expected))


def test_the_steep_start_may_leave_the_frame(make_points):
    frame = value_range([MetricHistory(make_points([9.0] + [0.1] * 99)).series("loss", 0.0)], "loss")
    assert frame == (0.0, 0.12)
