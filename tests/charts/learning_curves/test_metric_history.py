"""The metrics of a run as they arrive."""

import math
import random
import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mnist_lab.charts import MetricHistory, Series, smoothed, sparkline_values
from mnist_lab.charts.learning_curves.curves import ERROR_FLOOR, MAX_POINTS, MIN_SMOOTHED


def test_series_of_a_run(make_points):
    assert MetricHistory(make_points([2.0, 1.0, 0.5, 0.25], [0.8, 0.3])).series("loss", 0.0) == Series(
        raw=([0.5, 1.0, 1.5, 2.0], [2.0, 1.0, 0.5, 0.25]),
        smooth=([0.5, 1.0, 1.5, 2.0], [2.0, 1.0, 0.5, 0.25]),
        validation=([1.0, 2.0], [0.8, 0.3]),
        broken="",
    )


def test_accuracy_is_in_percent(make_points):
    drawn = MetricHistory(make_points([0.5], [0.25])).series("accuracy", 0.0)
    assert (drawn.raw[1], drawn.validation[1]) == ([50.0], [75.0])


def test_a_run_without_points_within_epochs_is_drawn_from_its_epochs(make_points):
    history = MetricHistory(make_points([], [0.8, 0.3]))
    assert history.series("loss", 0.0).raw == ([1.0, 2.0], [0.5, 0.5])
    assert history.learning_rates() == ([1.0, 2.0], [0.001, 0.001])


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
    drawn = MetricHistory(make_points(training, validation)).series("loss", 0.6)
    assert drawn.broken == sentence
    assert [y is None for y in drawn.raw[1]] == [not math.isfinite(y) for y in training]


def test_validation_at_an_epoch(make_points):
    drawn = MetricHistory(make_points([1.0], [0.8, 0.3])).series("loss", 0.0)
    assert [drawn.validation_at(epoch) for epoch in (1, 2, 3)] == [0.8, 0.3, None]


def test_properties_of_a_history(make_points):
    empty = MetricHistory()
    assert (empty.last_step, empty.last_epoch, empty.last_validated, empty.best_epoch) == (-1, 0.0, None, None)
    history = MetricHistory(make_points([2.0, 1.0, 0.5, 0.25, 0.2], [0.8, 0.3]))
    assert (history.last_step, history.last_epoch, history.best_epoch) == (5, 2.5, 2)
    assert history.last_validated is not None
    assert history.last_validated.validation_loss == 0.3


@pytest.mark.parametrize(
    ("validation", "best"),
    [([math.nan], None), ([math.inf, 0.5], 2), ([0.5, math.nan], 1), ([0.5, 0.5], 1), ([], None)],
)
def test_the_best_epoch_is_the_first_with_the_lowest_finite_loss(make_points, validation, best):
    assert MetricHistory(make_points([1.0], validation)).best_epoch == best


# The fixture gives a function that keeps nothing.
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(1, 60), st.integers(2, 20), st.integers(0, 99))
def test_a_history_is_the_same_however_its_points_arrive(make_points, count, size, seed):
    order = random.Random(seed)
    points = make_points([1 / step for step in range(1, count + 1)], [0.9**epoch for epoch in range(1, count // 2 + 1)])
    whole, grown = MetricHistory(points), MetricHistory()
    while grown.last_step < whole.last_step or len(grown.points) < len(whole.points):
        # As the history cache asks the store: from the newest step on, including that step.
        new = [point for point in whole.points if point.step > grown.last_step - 1][: size + 1]
        grown.extend(order.sample(new, len(new)))
    assert grown.points == whole.points
    assert grown.series("loss", 0.6) == whole.series("loss", 0.6)
    assert grown.best_epoch == whole.best_epoch


def test_an_epoch_may_come_after_the_last_step_within_it(make_points):
    points = make_points([2.0, 1.0], [0.8])
    history = MetricHistory(points[:2])
    history.extend(points)
    assert [point.kind for point in history.points] == ["step", "step", "epoch"]


def test_threads_may_read_while_a_history_grows(make_points):
    points = make_points([1.0] * 3000)
    history = MetricHistory()

    def grow() -> None:
        for start in range(0, 3000, 30):
            history.extend(points[start : start + 30])

    thread = threading.Thread(target=grow)
    thread.start()
    while thread.is_alive():
        xs, ys = history.series("loss", 0.6, limit=5000).smooth
        assert len(xs) == len(ys)
    thread.join()
    assert len(history.points) == 3000


def test_a_long_run_is_thinned(make_points):
    drawn = MetricHistory(make_points([1.0] * 9000, [0.5] * 900)).series("accuracy", 0.6)
    assert max(len(line[0]) for line in (drawn.raw, drawn.smooth, drawn.validation)) <= MAX_POINTS


def test_sparkline(make_points):
    def history_of(*losses):
        return MetricHistory(make_points(*losses))

    assert sparkline_values(history_of([2.0, 1.0], [0.8, math.nan, 0.3])) == [0.8, 0.3]
    assert sparkline_values(history_of([2.0, math.nan, 1.0])) == [2.0, 1.0]
    assert len(sparkline_values(history_of([1.0] * 999), limit=40)) <= 40
    assert sparkline_values(MetricHistory()) == []


def test_an_error_is_what_is_missing_from_the_accuracy_and_never_zero(make_points):
    history = MetricHistory(make_points([0.5, 0.0], [0.0044]))
    error = history.series("error", smoothing=0.6)
    assert error.raw[1] == [pytest.approx(50.0), ERROR_FLOOR]
    assert error.validation[1] == [pytest.approx(0.44)]
    accuracy = history.series("accuracy", smoothing=0.6)
    assert error.smooth[1] == pytest.approx([max(100 - y, ERROR_FLOOR) for y in accuracy.smooth[1]])


def test_a_curve_of_few_points_is_not_smoothed(make_points):
    losses = [math.cos(step) + 2 for step in range(MIN_SMOOTHED)]
    few = MetricHistory(make_points(losses[:-1])).series("loss", smoothing=0.9)
    assert few.smooth == few.raw
    enough = MetricHistory(make_points(losses)).series("loss", smoothing=0.9)
    assert enough.smooth[1] == pytest.approx(smoothed(losses, 0.9).tolist())
