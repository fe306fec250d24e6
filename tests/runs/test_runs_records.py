"""What a run's record says of itself."""

from dataclasses import replace

import pytest

from mnist_lab.runs import DIVERGED, Run, RunState


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
