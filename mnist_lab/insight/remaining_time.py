"""How long a training under way still takes, and how long those behind it wait."""

import heapq
import math
from bisect import bisect_left
from collections.abc import Sequence
from typing import TYPE_CHECKING

from mnist_lab.runs import Command, RunState

if TYPE_CHECKING:
    from mnist_lab.runs import MetricPoint, Run

LOOK_BACK_SECONDS = 60.0
"""The speed is that of the last minute: a machine may get other work, or be rid of it."""
SETTLED_SECONDS = 3.0
"""So long must the steps after the first ones have gone on before their speed says anything."""


def is_settled(points: "Sequence[MetricPoint]") -> bool:
    """Whether so many steps are done that their speed means something; the first ones also compile.

    Args:
        points: Of one run, in the order of their steps.
    """
    return len(points) > 2 and points[-1].seconds - points[0].seconds >= SETTLED_SECONDS


def seconds_left(run: "Run", points: "Sequence[MetricPoint]", expected: float | None = None) -> float | None:
    """Seconds of training that are left; None while it is to wait, to end, or nothing is known.

    Args:
        run: In any state.
        points: Its curves so far, in the order of their steps.
        expected: Seconds that the whole training was expected to take, for as long as its own speed is not known.
    """
    begins = run.state is RunState.STARTING
    trains = run.state is RunState.RUNNING and run.phase == "training"
    if not (begins or trains) or run.command is not Command.NONE:
        return None
    if trains and is_settled(points):
        newest = points[-1]
        # From the second point on: it ends the first steps, which also compile.
        since = bisect_left(points, newest.seconds - LOOK_BACK_SECONDS, lo=1, key=lambda point: point.seconds)
        first = points[since]
        steps, seconds = newest.step - first.step, newest.seconds - first.seconds
        if steps > 0:
            return max(0.0, (run.total_steps - newest.step) * seconds / steps)
    # What takes longer than was expected is not almost done.
    return None if expected is None or expected <= run.seconds else expected - run.seconds


def expected_starts(
    left: Sequence[float | None], durations: Sequence[float | None], *, workers: int
) -> list[float | None]:
    """Seconds until each queued run starts; None where that hangs on something unknown.

    Args:
        left: Seconds that are left of each active run; None if unknown, for example because it is paused.
        durations: Expected seconds of each queued run, next one first; None if unknown.
        workers: How many trainings may run at the same time.
    """
    ends = sorted(math.inf if seconds is None else seconds for seconds in left)
    # With more under way than may be, the first to end make no room.
    free = [0.0] * (workers - len(ends)) + ends[-workers:]
    starts: list[float | None] = []
    for duration in durations:
        start = heapq.heappop(free)
        starts.append(None if math.isinf(start) else start)
        heapq.heappush(free, start + (math.inf if duration is None else duration))
    return starts
