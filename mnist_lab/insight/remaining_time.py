"""Remaining time of the training under way, and waiting time of the queued runs."""

import heapq
import math
from bisect import bisect_left
from collections.abc import Sequence
from typing import TYPE_CHECKING

from mnist_lab.runs import Command, RunState

if TYPE_CHECKING:
    from mnist_lab.runs import MetricPoint, Run

WINDOW_SECONDS = 60.0
"""The speed is measured over the last minute, since the load of the machine changes."""
SETTLED_SECONDS = 3.0
"""Seconds of steps, without the first ones, after which their speed is meaningful."""


def is_settled(points: "Sequence[MetricPoint]") -> bool:
    """Whether enough steps are done to measure their speed; the first ones include compilation.

    Args:
        points: Metric points of one run, in the order of their steps.
    """
    return len(points) > 2 and points[-1].seconds - points[0].seconds >= SETTLED_SECONDS


def seconds_left(run: "Run", points: "Sequence[MetricPoint]", expected: float | None = None) -> float | None:
    """Seconds of training left; None if unknown, or if the run is paused, stopping or not training.

    Args:
        run: In any state.
        points: Its metric points so far, in the order of their steps.
        expected: Estimated seconds of the whole training, used until its own speed is known.
    """
    is_starting = run.state is RunState.STARTING
    is_training = run.state is RunState.RUNNING and run.phase == "training"
    if not (is_starting or is_training) or run.command is not Command.NONE:
        return None
    if is_training and is_settled(points):
        newest = points[-1]
        # The first point ends the first steps, which include compilation.
        since = bisect_left(points, newest.seconds - WINDOW_SECONDS, lo=1, key=lambda point: point.seconds)
        first = points[since]
        steps, seconds = newest.step - first.step, newest.seconds - first.seconds
        if steps > 0:
            return max(0.0, (run.total_steps - newest.step) * seconds / steps)
    # A training that exceeds its estimate is not almost done: its remaining time is unknown.
    return None if expected is None or expected <= run.seconds else expected - run.seconds


def expected_starts(
    left: Sequence[float | None], durations: Sequence[float | None], *, workers: int
) -> list[float | None]:
    """Seconds until each queued run starts; None if that depends on an unknown time.

    Args:
        left: Seconds left of each active run; None if unknown, for example because it is paused.
        durations: Expected seconds of each queued run, next one first; None if unknown.
        workers: Number of trainings that may run at the same time.
    """
    ends = sorted(math.inf if seconds is None else seconds for seconds in left)
    # If more runs are active than may be, the first ones to end free no slot.
    free = [0.0] * (workers - len(ends)) + ends[-workers:]
    starts: list[float | None] = []
    for duration in durations:
        start = heapq.heappop(free)
        starts.append(None if math.isinf(start) else start)
        heapq.heappush(free, start + (math.inf if duration is None else duration))
    return starts
