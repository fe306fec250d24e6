"""The changes from one version of a figure to the next."""

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mnist_lab.charts import Curve, Figure, MetricHistory, figure_delta, run_figure
from mnist_lab.runs import MetricPoint
from tests.charts.deltas import applied


def history(losses: list[float], per_epoch: int = 7) -> MetricHistory:
    points = []
    for step, loss in enumerate(losses, start=1):
        numbers = (0.001, step * 1.0, 1000.0)
        points.append(MetricPoint(step, step / per_epoch, "step", loss, 0.5, None, None, *numbers))
        if step % per_epoch == 0:
            points.append(MetricPoint(step, step / per_epoch, "epoch", loss, 0.5, loss, 0.5, *numbers))
    return MetricHistory(points)


def figure(losses: list[float], **options: Any) -> Figure:
    drawn = history(losses)
    return run_figure([Curve("A run", drawn, best_epoch=drawn.best_epoch)], **options)


def losses(seed: int, count: int) -> list[float]:
    """Random losses, infinite now and then."""
    numbers = random.Random(seed)
    return [numbers.uniform(0.001, 5.0) if numbers.random() < 0.99 else float("inf") for _ in range(count)]


drawn_losses = st.builds(losses, st.integers(0, 99), st.integers(0, 1000))


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(
    old=drawn_losses,
    more=drawn_losses,
    smoothing=st.sampled_from([0.0, 0.6, 0.97]),
    log=st.booleans(),
    replaced=st.booleans(),
)
def test_the_old_figure_and_the_delta_make_the_new_figure(
    old: list[float], more: list[float], smoothing: float, log: bool, replaced: bool
) -> None:
    before = figure(old, smoothing=smoothing, log=log, epochs=50)
    after = figure(more if replaced else old + more, smoothing=smoothing, log=log, epochs=50)
    delta = figure_delta(before, after)
    assert delta is not None
    assert applied(before, delta) == after


def test_equal_figures_have_no_changes() -> None:
    assert figure_delta(figure([1.0, 0.5]), figure([1.0, 0.5])) == {"traces": [], "layout": {}}


def test_a_new_point_is_all_that_is_sent_of_a_trace() -> None:
    delta = figure_delta(figure([1.0, 0.5], smoothing=0.0, epochs=9), figure([1.0, 0.5, 0.25], smoothing=0.0, epochs=9))
    assert delta is not None
    # Raw and smoothed loss, raw and smoothed accuracy, learning rate.
    assert [[index, start] for index, start, _, _ in delta["traces"]] == [[0, 2], [1, 2], [3, 2], [4, 2], [6, 2]]
    assert delta["traces"][0][2:] == [[0.4286], [0.25]]


def test_of_a_thinned_curve_only_the_end_is_sent_again() -> None:
    values = [5 / (1 + step) for step in range(3000)]
    delta = figure_delta(figure(values), figure([*values, 0.001]))
    assert delta is not None
    assert max(len(xs) for _, _, xs, _ in delta["traces"]) < 10


def test_other_traces_are_sent_as_a_whole() -> None:
    drawn = history([1.0, 0.5])
    curve, baseline = Curve("A run", drawn), Curve("Behind it", drawn, key="baseline", baseline=True)
    assert figure_delta(run_figure([curve]), run_figure([curve, baseline])) is None
