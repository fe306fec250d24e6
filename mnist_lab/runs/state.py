"""The states of a run, the transitions between them, and the commands for an active run."""

from enum import StrEnum

from mnist_lab.errors import TransitionError


class RunState(StrEnum):
    """The state of a run; `TRANSITIONS` lists the states that may follow."""

    QUEUED = "queued"
    STARTING = "starting"
    RUNNING = "running"
    PAUSED = "paused"
    SET_ASIDE = "set aside"
    """Paused without a worker: its position is a checkpoint, so that another run can train meanwhile."""
    FINISHED = "finished"
    STOPPED = "stopped"
    FAILED = "failed"
    INTERRUPTED = "interrupted"

    @property
    def is_active(self) -> bool:
        """Whether a worker has claimed the run: starting, running or paused."""
        return self in ACTIVE_STATES

    @property
    def is_ended(self) -> bool:
        """Whether the run has ended: finished, stopped, failed or interrupted."""
        return self in ENDED_STATES


ACTIVE_STATES = frozenset({RunState.STARTING, RunState.RUNNING, RunState.PAUSED})
WAITING_STATES = frozenset({RunState.QUEUED, RunState.SET_ASIDE})
ENDED_STATES = frozenset({RunState.FINISHED, RunState.STOPPED, RunState.FAILED, RunState.INTERRUPTED})

TRANSITIONS: dict[RunState, frozenset[RunState]] = {
    # A cancelled run: stopped if it never started, interrupted again if it was to be resumed.
    RunState.QUEUED: frozenset({RunState.STARTING, RunState.STOPPED, RunState.INTERRUPTED}),
    RunState.STARTING: frozenset({RunState.RUNNING, RunState.STOPPED, RunState.FAILED, RunState.INTERRUPTED}),
    RunState.RUNNING: frozenset(
        {RunState.PAUSED, RunState.FINISHED, RunState.STOPPED, RunState.FAILED, RunState.INTERRUPTED}
    ),
    # Back into the queue if the user continued it while it was being set aside.
    RunState.PAUSED: frozenset(
        {
            *(RunState.RUNNING, RunState.SET_ASIDE, RunState.QUEUED),
            *(RunState.STOPPED, RunState.FAILED, RunState.INTERRUPTED),
        }
    ),
    RunState.SET_ASIDE: frozenset({RunState.QUEUED}),
    RunState.FINISHED: frozenset(),
    RunState.STOPPED: frozenset(),
    RunState.FAILED: frozenset({RunState.QUEUED}),
    RunState.INTERRUPTED: frozenset({RunState.QUEUED}),
}


def ensure_transition(name: str, old: RunState, new: RunState) -> None:
    """Check one change of state against `TRANSITIONS`.

    Raises:
        TransitionError: The run called `name` cannot go from `old` to `new`.
    """
    if new not in TRANSITIONS[old]:
        allowed = ", ".join(sorted(TRANSITIONS[old])) or "nothing: it has ended"
        raise TransitionError(f"The run '{name}' is {old} and cannot become {new}; from {old} it can become {allowed}.")


class Command(StrEnum):
    """The user's command to an active run. It is valid until the next one, so none is missed or executed twice."""

    NONE = "none"
    """Train; a paused run continues."""
    PAUSE = "pause"
    """Wait after the current batches until the next command."""
    STEP = "step"
    """Train to the end of the epoch, then wait: the worker turns it into PAUSE there."""
    STOP = "stop"
    """End the training, keep and evaluate the weights. Only DISCARD can follow."""
    DISCARD = "discard"
    """End the training and move the run to the bin."""
