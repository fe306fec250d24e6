"""Remaining time of a training, and waiting time of queued runs."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnist_lab.insight import expected_starts, is_settled, seconds_left
from mnist_lab.runs import Command, MetricPoint, RunState
from tests.factories import make_point, make_run

RUN = make_run(state=RunState.RUNNING, phase="training", total_steps=1000)


def point(step: int, seconds: float) -> MetricPoint:
    return make_point(step, steps_per_epoch=200, seconds=seconds)


def steady(upto: int, *, first: float = 9.0, a_second: float = 20.0) -> list[MetricPoint]:
    """Points each ten steps, at so many steps a second after a first one that took `first` seconds."""
    return [point(step, first + (step - 10) / a_second) for step in range(10, upto + 1, 10)]


def test_the_first_steps_which_compile_do_not_count() -> None:
    points = steady(200)
    assert is_settled(points)
    assert seconds_left(RUN, points) == pytest.approx(800 / 20)


def test_before_the_speed_has_settled_the_time_is_unknown() -> None:
    points = steady(60)
    assert not is_settled(points)
    assert seconds_left(RUN, points) is None
    assert seconds_left(RUN, []) is None
    assert not is_settled([point(1, 0.0), point(2, 100.0)])


def test_until_then_the_estimate_counts_down() -> None:
    early = replace(RUN, seconds=4.0)
    assert seconds_left(early, steady(20), expected=60.0) == 56.0
    assert seconds_left(early, [], expected=1.0) is None
    assert seconds_left(replace(RUN, state=RunState.STARTING, phase=""), [], expected=60.0) == 60.0


def test_the_speed_is_measured_over_the_last_minute() -> None:
    slow = steady(500, a_second=2.0)
    fast = [point(500 + 10 * n, slow[-1].seconds + n) for n in range(1, 81)]
    run = replace(RUN, total_steps=2300)
    assert seconds_left(run, [*slow, *fast]) == pytest.approx(1000 / 10)


@pytest.mark.parametrize(
    "changes",
    [
        {"state": RunState.PAUSED, "phase": "paused"},
        {"state": RunState.QUEUED},
        {"state": RunState.FINISHED},
        {"phase": "evaluating"},
        {"command": Command.PAUSE},
        {"command": Command.STEP},
        {"command": Command.STOP},
        {"command": Command.DISCARD},
    ],
)
def test_a_run_that_will_not_train_on_has_no_remaining_time(changes: dict) -> None:
    assert seconds_left(replace(RUN, **changes), steady(500), expected=60.0) is None


def test_points_without_progress_give_no_speed() -> None:
    still = [point(10, float(seconds)) for seconds in range(10)]
    assert seconds_left(RUN, still) is None
    assert seconds_left(RUN, steady(1000)) == 0.0


@given(st.integers(60, 990), st.floats(0.5, 500.0), st.floats(0.0, 100.0))
def test_a_run_at_constant_speed_is_predicted_exactly(done: int, a_second: float, first: float) -> None:
    points = steady(done, first=first, a_second=a_second)
    left = seconds_left(RUN, points)
    if is_settled(points):
        assert left == pytest.approx((1000 - points[-1].step) / a_second, rel=1e-6)
    else:
        assert left is None


def test_queued_runs_wait_for_the_ones_before_them() -> None:
    assert expected_starts([30.0], [10.0, 20.0, 5.0], workers=1) == [30.0, 40.0, 60.0]


def test_a_free_slot_is_taken_at_once() -> None:
    assert expected_starts([], [10.0, 10.0], workers=1) == [0.0, 10.0]
    assert expected_starts([50.0], [10.0, 10.0, 10.0], workers=2) == [0.0, 10.0, 20.0]


def test_a_start_that_depends_on_an_unknown_time_is_unknown() -> None:
    assert expected_starts([None], [10.0, 10.0], workers=1) == [None, None]
    assert expected_starts([30.0], [None, 10.0], workers=1) == [30.0, None]
    assert expected_starts([None, 30.0], [10.0, 10.0], workers=2) == [30.0, 40.0]


def test_with_more_active_runs_than_slots_the_first_to_end_free_none() -> None:
    assert expected_starts([5.0, 10.0, 60.0], [1.0], workers=1) == [60.0]


@given(
    st.lists(st.floats(0, 1e5) | st.none(), max_size=6),
    st.lists(st.floats(0, 1e5) | st.none(), max_size=12),
    st.integers(1, 4),
)
def test_no_run_starts_before_the_one_before_it(left: list, durations: list, workers: int) -> None:
    starts = expected_starts(left, durations, workers=workers)
    assert len(starts) == len(durations)
    known = [start for start in starts if start is not None]
    assert known == sorted(known)
    assert starts == [*known, *[None] * (len(starts) - len(known))]
