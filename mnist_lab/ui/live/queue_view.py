"""The text of each run in the queue: its position, when it starts, and its recipe."""

from collections.abc import Mapping, Sequence

from mnist_lab import formatting
from mnist_lab.recipe.recipe_labels import recipe_line
from mnist_lab.runs import Actor, Run, RunState
from mnist_lab.ui.live.run_labels import badge, position_text
from mnist_lab.ui.services.store_cache import StoreSnapshot
from mnist_lab.ui.services.training_time import seconds_to_start

MAX_SHOWN = 20


def position_texts(store: StoreSnapshot, expected: Mapping[str, float | None]) -> dict[str, str]:
    """The position of each queued run and when it starts, by its id.

    Args:
        store: The active and queued runs.
        expected: How long each training is expected to take, in seconds, by the run's id; None if unknown.
    """
    starts = seconds_to_start(store.active, store.queue, expected) if store.queue else {}
    return {run.id: position_text(position, starts[run.id]) for position, run in enumerate(store.queue, start=1)}


def shown_runs(store: StoreSnapshot, current: str) -> Sequence[Run]:
    """The runs that the queue shows: active ones, then queued ones, without the run with the id `current`."""
    return other_runs(store, current)[:MAX_SHOWN]


def other_runs(store: StoreSnapshot, current: str) -> Sequence[Run]:
    """All active and queued runs, without the run with the id `current`."""
    return [run for run in (*store.active, *store.queue) if run.id != current]


def next_of(queue: Sequence[Run], actor: Actor) -> str:
    """The id of the run that the actor cannot move further to the front: the first one, or its own first one."""
    return next((run.id for run in queue if actor.is_teacher or run.owner == actor.browser_id), "")


def entry_details(run: Run, position: str, seconds: float | None) -> str:
    """The details of a run in the queue, shown below its name.

    Args:
        run: An active or queued run.
        position: Its text from `position_texts`, "" for an active run.
        seconds: How long it is expected to take; None if unknown.
    """
    parts = [position or f"{badge(run).text}, {formatting.probability(run.progress)}", recipe_line(run.recipe)]
    if run.state is RunState.QUEUED and seconds is not None:
        parts.append(f"takes about {formatting.about_seconds(seconds)}")
    return " · ".join(parts)


def entry_key(run_id: str) -> str:
    """The key of the part of the page that shows a run in the queue."""
    return f"entry-{run_id}"
