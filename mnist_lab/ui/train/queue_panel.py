"""The runs that are under way or wait, besides the one that is looked at, in the order in which they will start."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from mnist_lab import formatting
from mnist_lab.runs import Run, RunState
from mnist_lab.ui.components.live_html import readout
from mnist_lab.ui.live.current_run import RUN
from mnist_lab.ui.live.run_labels import badge, start_words
from mnist_lab.ui.services.store_cache import Moment
from mnist_lab.ui.services.training_time import seconds_to_start
from mnist_lab.ui.train.recipe_form import recipe_line
from mnist_lab.ui.train.run_controls import queue_buttons

_MOST_SHOWN = 20


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
    return _others(moment, shown)[:_MOST_SHOWN]


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


def run_queue(moment: Moment, shown: str, parts: Mapping[str, Any]) -> None:
    """Draw a row for each run that is not the one looked at.

    Args:
        moment: What there is.
        shown: Id of the run looked at.
        parts: Of its growth: of each of the others, what is said of it as HTML, by `entry_key`.
    """
    rows = others(moment, shown)
    if not rows:
        return
    st.subheader("Queue", anchor=False)
    first = moment.queue[0].id if moment.queue else ""
    for run in rows:
        _row(run, parts[entry_key(run.id)], is_next=run.id == first)
    if (hidden := len(_others(moment, shown)) - len(rows)) > 0:
        st.caption(f"and {hidden:,} more")


def _others(moment: Moment, shown: str) -> Sequence[Run]:
    return [run for run in (*moment.active, *moment.queue) if run.id != shown]


def _row(run: Run, words: str, *, is_next: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"row-{run.id}"):
        readout(words, key=entry_key(run.id))
        if st.button("Show", icon=":material/visibility:", key=f"show-{run.id}", type="tertiary"):
            st.query_params[RUN] = run.id
            st.rerun()
        if run.state is RunState.QUEUED:
            queue_buttons(run, is_next=is_next)
