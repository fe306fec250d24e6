"""The runs of the queue in words: their place, when they start, what they do."""

from collections.abc import Mapping, Sequence

from mnist_lab import formatting
from mnist_lab.recipe.recipe_labels import recipe_line
from mnist_lab.runs import Run, RunState
from mnist_lab.ui.live.run_labels import badge, start_words
from mnist_lab.ui.services.store_cache import Moment
from mnist_lab.ui.services.training_time import seconds_to_start

MAX_SHOWN = 20


def waiting_words(moment: Moment, expected: Mapping[str, float | None]) -> dict[str, str]:
    """Of each run that waits, which place it has and when it starts, by its id.

    Args:
        moment: What there is.
        expected: How long each training was expected to take, in seconds, by the run's id.
    """
    starts = seconds_to_start(moment.active, moment.queue, expected) if moment.queue else {}
    return {run.id: start_words(place, starts[run.id]) for place, run in enumerate(moment.queue, start=1)}


def others(moment: Moment, shown: str) -> Sequence[Run]:
    """The runs of the queue that are shown: those under way, then those that wait, but for the one looked at."""
    return all_others(moment, shown)[:MAX_SHOWN]


def entry_details(run: Run, words: str, seconds: float | None) -> str:
    """What the queue says of a run.

    Args:
        run: Under way or waiting.
        words: Its place, of `waiting_words`.
        seconds: How long it is expected to take.
    """
    parts = [words or f"{badge(run).word}, {formatting.probability(run.progress)}", recipe_line(run.recipe)]
    if run.state is RunState.QUEUED and seconds is not None:
        parts.append(f"takes about {formatting.about_seconds(seconds)}")
    return " · ".join(parts)


def entry_key(run_id: str) -> str:
    """The key of what the queue says of a run."""
    return f"entry-{run_id}"


def all_others(moment: Moment, shown: str) -> Sequence[Run]:
    """The runs under way and waiting, except the one shown."""
    return [run for run in (*moment.active, *moment.queue) if run.id != shown]
