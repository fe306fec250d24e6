"""What a run's record says of itself."""

from dataclasses import replace

import pytest

from mnist_lab.runs import DIVERGED, Result, Run, RunState


@pytest.mark.parametrize(
    ("state", "sentence", "diverged"),
    [
        (RunState.FAILED, f"{DIVERGED}: the loss became NaN or infinite in epoch 1 of 3.", True),
        (RunState.FAILED, "The training ran out of memory.", False),
        (RunState.FINISHED, f"{DIVERGED}, says nobody", False),
    ],
)
def test_only_a_run_that_failed_of_it_diverged(queued: Run, state: RunState, sentence: str, diverged: bool):
    assert replace(queued, state=state, sentence=sentence).diverged is diverged


def test_the_time_of_a_training_is_that_of_its_result(queued: Run, result: Result):
    assert replace(queued, seconds=36.2).training_seconds == 36.2
    assert replace(queued, seconds=36.2, result=result).training_seconds == result.seconds != 36.2
