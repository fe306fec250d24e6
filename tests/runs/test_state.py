import itertools

import pytest

from mnist_lab.errors import TransitionError
from mnist_lab.runs import ACTIVE_STATES, ENDED_STATES, TRANSITIONS, RunState
from mnist_lab.runs.state import ensure_transition

# The flow of design.md, written out by hand: whoever changes the table changes it here too, on purpose.
LEGAL = {
    ("queued", "starting"),
    ("queued", "stopped"),
    ("queued", "interrupted"),
    ("starting", "running"),
    ("starting", "stopped"),
    ("starting", "failed"),
    ("starting", "interrupted"),
    ("running", "paused"),
    ("running", "finished"),
    ("running", "stopped"),
    ("running", "failed"),
    ("running", "interrupted"),
    ("paused", "running"),
    ("paused", "stopped"),
    ("paused", "failed"),
    ("paused", "interrupted"),
    ("paused", "set aside"),
    ("paused", "queued"),
    ("set aside", "queued"),
    ("failed", "queued"),
    ("interrupted", "queued"),
}


@pytest.mark.parametrize(("old", "new"), list(itertools.product(RunState, RunState)))
def test_exactly_the_moves_of_the_design_are_legal(old: RunState, new: RunState) -> None:
    if (old.value, new.value) in LEGAL:
        ensure_transition("A run", old, new)
    else:
        with pytest.raises(TransitionError, match=f"'A run' is {old} and cannot become {new}"):
            ensure_transition("A run", old, new)


def test_every_state_is_queued_or_set_aside_or_active_or_ended() -> None:
    assert set(TRANSITIONS) == set(RunState)
    assert {RunState.QUEUED, RunState.SET_ASIDE} | ACTIVE_STATES | ENDED_STATES == set(RunState)
    assert not ACTIVE_STATES & ENDED_STATES


def test_only_an_interrupted_or_failed_run_leaves_an_ended_state() -> None:
    assert {state for state in ENDED_STATES if TRANSITIONS[state]} == {RunState.INTERRUPTED, RunState.FAILED}
