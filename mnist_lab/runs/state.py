"""The states of a run and its legal moves, and what a user can ask of a run that is under way."""

from enum import StrEnum

from mnist_lab.errors import IllegalMoveError


class RunState(StrEnum):
    """Where a run is; `LEGAL_MOVES` says where it may go from there."""

    QUEUED = "queued"
    STARTING = "starting"
    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    STOPPED = "stopped"
    FAILED = "failed"
    INTERRUPTED = "interrupted"

    @property
    def is_active(self) -> bool:
        """A worker holds the run: starting, running or paused."""
        return self in ACTIVE_STATES

    @property
    def is_ended(self) -> bool:
        """No worker holds the run and none is to: finished, stopped, failed or interrupted."""
        return self in ENDED_STATES


ACTIVE_STATES = frozenset({RunState.STARTING, RunState.RUNNING, RunState.PAUSED})
ENDED_STATES = frozenset({RunState.FINISHED, RunState.STOPPED, RunState.FAILED, RunState.INTERRUPTED})

LEGAL_MOVES: dict[RunState, frozenset[RunState]] = {
    # Cancelled before it started: to stopped, without a result; one that was to be resumed is interrupted as before.
    RunState.QUEUED: frozenset({RunState.STARTING, RunState.STOPPED, RunState.INTERRUPTED}),
    RunState.STARTING: frozenset({RunState.RUNNING, RunState.STOPPED, RunState.FAILED, RunState.INTERRUPTED}),
    RunState.RUNNING: frozenset(
        {RunState.PAUSED, RunState.FINISHED, RunState.STOPPED, RunState.FAILED, RunState.INTERRUPTED}
    ),
    RunState.PAUSED: frozenset({RunState.RUNNING, RunState.STOPPED, RunState.FAILED, RunState.INTERRUPTED}),
    RunState.FINISHED: frozenset(),
    RunState.STOPPED: frozenset(),
    RunState.FAILED: frozenset({RunState.QUEUED}),
    RunState.INTERRUPTED: frozenset({RunState.QUEUED}),
}


def ensure_legal(name: str, old: RunState, new: RunState) -> None:
    """Check one move against `LEGAL_MOVES`.

    Raises:
        IllegalMoveError: The run called `name` cannot go from `old` to `new`.
    """
    if new not in LEGAL_MOVES[old]:
        allowed = ", ".join(sorted(LEGAL_MOVES[old])) or "nothing: it has ended"
        raise IllegalMoveError(
            f"The run '{name}' is {old} and cannot become {new}; from {old} it can become {allowed}."
        )


class Command(StrEnum):
    """What is wanted of an active run; it stands until another is asked for, so none is missed or done twice."""

    NONE = "none"
    """Train on; asked of a paused run it means: continue."""
    PAUSE = "pause"
    """Wait after the current batches until another command comes."""
    STEP = "step"
    """Train to the end of the epoch, then wait: the worker turns it into PAUSE there."""
    STOP = "stop"
    """End the training, keep and evaluate what was learnt. Only DISCARD can follow."""
    DISCARD = "discard"
    """End the training and delete the run with everything of it. Cannot be taken back."""
