"""The text of each run in the queue: its position, when it starts, and its recipe."""

from collections.abc import Mapping, Sequence

from mnist_lab import formatting
from mnist_lab.recipe.recipe_labels import recipe_line
from mnist_lab.runs import Run, RunState
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
    """The runs that the queue shows, at most `MAX_SHOWN` of `listed_runs`."""
    return listed_runs(store, current)[:MAX_SHOWN]


def listed_runs(store: StoreSnapshot, current: str) -> Sequence[Run]:
    """The active runs without the run with the id `current`, then all queued runs; none if there is no other run.

    The current run is listed while it is queued: without it, the positions in the list would have a gap.
    """
    listed = [*(run for run in store.active if run.id != current), *store.queue]
    return listed if any(run.id != current for run in listed) else []


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
