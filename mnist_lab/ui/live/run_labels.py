"""The state of a run as text: the badge beside its name, and the line above its progress bar."""

import math
from typing import Literal, NamedTuple

from mnist_lab import formatting
from mnist_lab.insight import was_trained_elsewhere
from mnist_lab.runs import Command, Run, RunState
from mnist_lab.training.disk_wait import WAITING_FOR_DISK, WAITING_FOR_OBJECTS
from mnist_lab.training.hardware import machine_info

Colour = Literal["gray", "blue", "orange", "green", "red"]


class Badge(NamedTuple):
    """A short text with its icon and colour."""

    text: str
    icon: str
    colour: Colour


_STATES: dict[RunState, Badge] = {
    RunState.QUEUED: Badge("waiting", ":material/hourglass_empty:", "gray"),
    RunState.STARTING: Badge("starting", ":material/rocket_launch:", "blue"),
    RunState.RUNNING: Badge("training", ":material/play_circle:", "blue"),
    RunState.PAUSED: Badge("paused", ":material/pause_circle:", "orange"),
    RunState.SET_ASIDE: Badge("set aside", ":material/pause_circle:", "orange"),
    RunState.FINISHED: Badge("finished", ":material/check_circle:", "green"),
    RunState.STOPPED: Badge("stopped", ":material/stop_circle:", "gray"),
    RunState.FAILED: Badge("failed", ":material/error:", "red"),
    RunState.INTERRUPTED: Badge("interrupted", ":material/power_off:", "orange"),
}
# A command is shown at once; the worker executes it within about a second, or after the current batch.
_COMMANDED: dict[Command, Badge] = {
    Command.PAUSE: Badge("pausing …", ":material/pause_circle:", "orange"),
    Command.STEP: Badge("finishing this epoch …", ":material/skip_next:", "blue"),
    Command.STOP: Badge("stopping …", ":material/stop_circle:", "gray"),
    Command.DISCARD: Badge("discarding …", ":material/delete:", "red"),
}
_CONTINUING = Badge("continuing …", ":material/play_circle:", "blue")
_TESTING = Badge("testing", ":material/fact_check:", "blue")
_WAITING = {
    WAITING_FOR_DISK: Badge(WAITING_FOR_DISK, ":material/hard_drive:", "orange"),
    WAITING_FOR_OBJECTS: Badge("waiting for the file store", ":material/cloud_off:", "orange"),
}
"""By phase: a trained run that cannot write its weights or results yet."""
_DIVERGED = Badge("diverged", ":material/trending_up:", "red")
MAX_SILENCE_SECONDS = 10.0
"""Heartbeats come about once a second."""
_PHASES = {"loading data": "loading the data", "building": "building the network"}


def badge(run: Run) -> Badge:
    """The badge of a run: its state, or the command that it has not executed yet."""
    is_ending = run.command in {Command.STOP, Command.DISCARD}
    if not run.state.is_ended and is_ending:
        return _COMMANDED[run.command]
    if run.state is RunState.PAUSED and run.command is not Command.PAUSE:
        return _CONTINUING
    if is_testing(run):
        return _TESTING
    if run.state.is_active and run.phase in _WAITING:
        return _WAITING[run.phase]
    if run.state is RunState.RUNNING and run.command is not Command.NONE:
        return _COMMANDED[run.command]
    return _DIVERGED if run.diverged else _STATES[run.state]


def is_testing(run: Run) -> bool:
    """Whether the training is over and the network is being tested, so that nothing can be paused."""
    return run.state.is_active and run.phase == "evaluating"


def progress_text(
    run: Run, *, steps_epoch: float = 0.0, start: str = "", left: float | None = None, silence: float = 0.0
) -> str:
    """The line above the progress bar: the progress of the run, and the time left.

    Args:
        run: In any state.
        steps_epoch: Epochs completed according to its curves; may be fractional.
        start: Position of a queued run and when it starts, from `position_text`; "" if nothing keeps it waiting.
        left: Remaining seconds of training; None if unknown.
        silence: Seconds in which nothing was heard of its training.
    """
    if run.state is RunState.QUEUED:
        return f"Waiting for its turn · {start}" if start else "Starting …"
    if run.state is RunState.SET_ASIDE:
        epoch = min(run.recipe.epochs, math.floor(steps_epoch) + 1)
        return f"Set aside in epoch {epoch:,} of {run.recipe.epochs:,}, so that another run can train"
    if run.state.is_active and run.phase == WAITING_FOR_DISK:
        return "Trained, but not saved yet: the disk is full. Free some space; the run waits for it"
    if run.state.is_active and run.phase == WAITING_FOR_OBJECTS:
        return "Trained, but not handed over yet: the file store does not answer. The run waits for it"
    if run.state.is_ended:
        if not run.epochs_done and not steps_epoch:
            return "Not trained" if run.state is RunState.STOPPED else "Ended before its first epoch"
        done = f"{run.epochs_done:,} of {epochs(run.recipe.epochs)}"
        if not run.training_seconds:
            return done
        where = " on another computer" if was_trained_elsewhere(run, machine_info()) else ""
        if run.machine_name:
            where = f" on {run.machine_name}"
        return f"{done} · {formatting.seconds(run.training_seconds)}{where}"
    if run.machine_name and silence > MAX_SILENCE_SECONDS:
        return f"No sign of {run.machine_name} for {formatting.about_seconds(silence)}"
    if is_testing(run):
        return "Testing the network on the test images"
    if run.state is RunState.PAUSED and steps_epoch and steps_epoch == run.epochs_done:
        text = f"{run.epochs_done:,} of {epochs(run.recipe.epochs)} done"
    elif run.state is RunState.STARTING:
        text = f"{_PHASES.get(run.phase, 'starting').capitalize()} …"
    else:
        text = f"Epoch {min(run.recipe.epochs, math.floor(steps_epoch) + 1):,} of {run.recipe.epochs:,}"
    if left is not None:
        text += f" · {'at most ' if run.recipe.early_stopping else ''}{formatting.about_seconds(left)} left"
    return f"{text} · on {run.machine_name}" if run.machine_name else text


def epochs(count: int) -> str:
    """1 → "1 epoch", 1,000 → "1,000 epochs"."""
    return "1 epoch" if count == 1 else f"{count:,} epochs"


def position_text(position: int, seconds: float | None, reason: str = "") -> str:
    """The position in the queue, what the run waits for, and when it starts.

    Args:
        position: 1-based.
        seconds: Until it starts; None if unknown.
        reason: From `queue_view.waiting_reason`.
    """
    text = f"position {position:,} in the queue"
    if seconds is not None:
        text += f", starts {'now' if seconds < 1 else f'in about {formatting.about_seconds(seconds)}'}"
    if not reason:
        return text
    return f"{text}: {reason}" if seconds is not None else f"{text}: {reason}; how long is not known yet"
