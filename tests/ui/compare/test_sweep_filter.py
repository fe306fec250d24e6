"""The filter for the runs of one sweep."""

import pytest

from mnist_lab.runs import RunState
from mnist_lab.runs.queries.search import RunCounts
from mnist_lab.ui.compare.sweep_filter import sweep_message


@pytest.mark.parametrize(
    ("states", "message"),
    [
        ({RunState.FINISHED: 2, RunState.FAILED: 1}, ""),
        (
            {RunState.FINISHED: 3, RunState.QUEUED: 1, RunState.SET_ASIDE: 1},
            "3 of 5 runs of this sweep have ended, 2 are waiting.",
        ),
        (
            {RunState.STOPPED: 1, RunState.RUNNING: 1, RunState.QUEUED: 1},
            "1 of 3 runs of this sweep has ended, 1 is in training, 1 is waiting.",
        ),
    ],
)
def test_a_sweep_says_how_far_it_is(states: dict[RunState, int], message: str) -> None:
    assert sweep_message(RunCounts(states, [])) == message
