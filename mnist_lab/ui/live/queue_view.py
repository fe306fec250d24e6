"""The text of each run in the queue: its position, when it starts, and its recipe."""

from collections.abc import Mapping, Sequence

from mnist_lab import formatting
from mnist_lab.recipe.recipe_labels import recipe_line
from mnist_lab.runs import Actor, Command, Run, RunState
from mnist_lab.ui.live.run_labels import badge, position_text
from mnist_lab.ui.services.store_cache import StoreSnapshot
from mnist_lab.ui.services.training_time import lab_workers, seconds_to_start

MAX_SHOWN = 20
MAX_NAMED = 2
"""Runs at work that are named to those that wait."""
MAX_NAME = 40


def position_texts(store: StoreSnapshot, expected: Mapping[str, float | None]) -> dict[str, str]:
    """The position of each queued run, what it waits for and when it starts, by its id.

    A run that starts as soon as its training process is ready has none: to speak of a queue would puzzle its user.

    Args:
        store: The active and queued runs.
        expected: How long each training is expected to take, in seconds, by the run's id; None if unknown.
    """
    starts = seconds_to_start(store.active, store.queue, expected) if store.queue else {}
    workers = lab_workers(store.active)
    return {
        run.id: position_text(index + 1, starts[run.id], waiting_reason(store.active, store.queue[:index], workers))
        for index, run in enumerate(store.queue)
        if len(store.active) + index >= workers
    }


def waiting_reason(active: Sequence[Run], before: Sequence[Run], workers: int) -> str:
    """What a queued run waits for: "“Strong” is training".

    Args:
        active: The runs under way.
        before: The queued runs before it; with the active ones at least `workers`.
        workers: Number of trainings that may run at the same time.
    """
    paused = [run for run in active if run.state is RunState.PAUSED and run.command is Command.PAUSE]
    if paused:
        return f"{_quoted(paused[0])} is paused and makes room"
    if len(active) < workers:
        return f"{_quoted(before[0])} starts before it"
    shown = [_quoted(run) for run in active[:MAX_NAMED]]
    more = len(active) - len(shown)
    names = f"{', '.join(shown)} and {more} more" if more else " and ".join(shown)
    return f"{names} {'is' if len(active) == 1 else 'are'} training"


def _quoted(run: Run) -> str:
    return f"“{formatting.shortened_inside(run.name, MAX_NAME)}”"


def shown_runs(store: StoreSnapshot, current: str) -> Sequence[Run]:
    """The runs that the queue shows, at most `MAX_SHOWN` of `listed_runs`."""
    return listed_runs(store, current)[:MAX_SHOWN]


def listed_runs(store: StoreSnapshot, current: str) -> Sequence[Run]:
    """The unfinished runs without the run with the id `current`; none if there is no other run.

    The current run is listed while it is queued: without it, the positions in the list would have a gap.
    """
    listed = [run for run in store.unfinished if run.id != current or run.state is RunState.QUEUED]
    return listed if any(run.id != current for run in listed) else []


def next_of(queue: Sequence[Run], actor: Actor) -> str:
    """The id of the run that the actor cannot move further to the front: the first one, or its own first one."""
    return next((run.id for run in queue if actor.is_teacher or run.owner == actor.browser_id), "")


def entry_details(run: Run, position: str, seconds: float | None) -> str:
    """The details of a run in the queue, shown below its name.

    Args:
        run: An unfinished run.
        position: Its text from `position_texts`; "" if it does not wait.
        seconds: How long it is expected to take; None if unknown.
    """
    is_queued = run.state is RunState.QUEUED
    state = "starting …" if is_queued else f"{badge(run).text}, {formatting.probability(run.progress)}"
    parts = [position or state, recipe_line(run.recipe)]
    if is_queued and seconds is not None:
        parts.append(f"takes about {formatting.about_seconds(seconds)}")
    return " · ".join(parts)


def entry_key(run_id: str) -> str:
    """The key of the part of the page that shows a run in the queue."""
    return f"entry-{run_id}"
