"""The numbers behind the curves."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnist_lab.charts import Series, series, smoothed, sparkline_values, thin, value_range

values = st.lists(st.one_of(st.none(), st.floats(-1e6, 1e6)), max_size=3000)


def test_smoothed_is_tensorboards_average():
    assert smoothed([1.0, 3.0, None, 5.0], 0.5) == [
        1.0,
        pytest.approx((0.25 * 1 + 0.5 * 3) / 0.75),
        None,
        pytest.approx((0.125 * 1 + 0.25 * 3 + 0.5 * 5) / 0.875),
    ]


def test_smoothed_by_nothing_is_the_same():
    assert smoothed([1.0, None, -2.5], 0) == [1.0, None, -2.5]


@given(st.floats(-1e3, 1e3), st.integers(1, 200), st.floats(0, 0.999))
def test_smoothing_leaves_a_constant_alone(value, count, weight):
    assert smoothed([value] * count, weight) == pytest.approx([value] * count, abs=1e-6)


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
    assert [ys[int(x)] for x in thin_xs] == thin_ys
    if ys:
        assert (thin_xs[0], thin_xs[-1]) == (xs[0], xs[-1])
    known = [y for y in ys if y is not None]
    if known:
        kept = [y for y in thin_ys if y is not None]
        assert (min(kept), max(kept)) == (min(known), max(known))
    assert (None in thin_ys) == (None in ys)


def test_thin_leaves_short_curves_alone():
    assert thin([0.0, 1.0], [5.0, None], 5) == ([0.0, 1.0], [5.0, None])


def test_a_growing_thinned_curve_keeps_its_old_points():
    ys = [math.sin(place * 1.7) for place in range(1300)]
    xs = [float(place) for place in range(1300)]
    before, after = (set(thin(xs[:count], ys[:count], 400)[0]) for count in (1281, 1300))
    assert {x for x in before if x < 1270} <= after


def test_thin_refuses_a_limit_that_cannot_hold_the_extremes():
    with pytest.raises(ValueError, match="at least 5"):
        thin([0.0], [0.0], 4)


def test_series_of_a_run(make_points):
    assert series(make_points([2.0, 1.0, 0.5, 0.25], [0.8, 0.3]), "loss", 0.0) == Series(
        raw=([0.5, 1.0, 1.5, 2.0], [2.0, 1.0, 0.5, 0.25]),
        smooth=([0.5, 1.0, 1.5, 2.0], [2.0, 1.0, 0.5, 0.25]),
        validation=([1.0, 2.0], [0.8, 0.3]),
        broken="",
    )


def test_accuracy_is_in_percent(make_points):
    drawn = series(make_points([0.5], [0.25]), "accuracy", 0.0)
    assert (drawn.raw[1], drawn.validation[1]) == ([50.0], [75.0])


def test_a_run_without_points_within_epochs_is_drawn_from_its_epochs(make_points):
    assert series(make_points([], [0.8, 0.3]), "loss", 0.0).raw == ([1.0, 2.0], [0.5, 0.5])


@pytest.mark.parametrize(
    ("training", "validation", "sentence"),
    [
        ([2.0, 1.0, math.nan, math.nan], [0.8], "training loss became NaN in epoch 2"),
        ([2.0, math.inf], [], "training loss became infinite in epoch 1"),
        ([2.0, 1.0], [math.nan], "validation loss became NaN in epoch 1"),
        ([math.nan], [], "training loss became NaN in epoch 1"),
        ([2.0, 1.0], [0.8], ""),
    ],
)
def test_broken_numbers_are_gaps_and_named(make_points, training, validation, sentence):
    drawn = series(make_points(training, validation), "loss", 0.6)
    assert drawn.broken == sentence
    assert [y is None for y in drawn.raw[1]] == [not math.isfinite(y) for y in training]


def test_validation_at_an_epoch(make_points):
    drawn = series(make_points([1.0], [0.8, 0.3]), "loss", 0.0)
    assert [drawn.validation_at(epoch) for epoch in (1, 2, 3)] == [0.8, 0.3, None]


@pytest.mark.parametrize(
    ("validation", "metric", "log", "expected"),
    [
        ([0.5, 0.42], "loss", False, (0.0, 0.6)),
        ([0.02, 0.01], "accuracy", False, (97.0, 100.09)),
        ([0.6, 0.5], "accuracy", False, (20.0, 61.2)),
        ([0.9, 0.9], "accuracy", False, (0.0, 20.6)),
        ([0.1, 0.01], "loss", True, (-2.08, -0.92)),
        ([0.0, 0.0], "loss", False, (0.0, 1.0)),
        ([0.0, 0.0], "loss", True, None),
        ([], "loss", False, None),
    ],
)
def test_value_range(validation, metric, log, expected):
    epochs = [float(epoch) for epoch in range(1, len(validation) + 1)]
    shown = [100 * (1 - y) if metric == "accuracy" else y for y in validation]
    one = Series(([], []), ([], []), (epochs, list(shown)), "")
    frame = value_range([one], metric, log=log)
    assert frame == (None if expected is None else pytest.approx(expected))


def test_the_steep_start_may_leave_the_frame(make_points):
    frame = value_range([series(make_points([9.0] + [0.1] * 99), "loss", 0.0)], "loss")
    assert frame == (0.0, 0.12)


def test_sparkline(make_points):
    assert sparkline_values(make_points([2.0, 1.0], [0.8, math.nan, 0.3])) == [0.8, 0.3]
    assert sparkline_values(make_points([2.0, math.nan, 1.0])) == [2.0, 1.0]
    assert len(sparkline_values(make_points([1.0] * 999), limit=40)) <= 40
    assert sparkline_values([]) == []
