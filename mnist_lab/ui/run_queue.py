"""The runs that are under way or wait, besides the one that is looked at, in the order in which they will start."""

from collections.abc import Mapping

import streamlit as st

from mnist_lab.charts import text
from mnist_lab.runs import Run, RunState
from mnist_lab.ui.estimates import seconds_to_start
from mnist_lab.ui.glance import RUN, Glance
from mnist_lab.ui.plain import plain
from mnist_lab.ui.recipe_form import recipe_line
from mnist_lab.ui.run_controls import queue_buttons
from mnist_lab.ui.run_words import badge, start_words

_MOST_SHOWN = 20


def waiting_words(glance: Glance, expected: Mapping[str, float | None]) -> dict[str, str]:
    """Of each run that waits, which place it has and when it starts, by its id.

    Args:
        glance: What there is.
        expected: How long each training was expected to take, in seconds, by the run's id.
    """
    starts = seconds_to_start(glance.active, glance.queue, expected) if glance.queue else {}
    return {run.id: start_words(place, starts[run.id]) for place, run in enumerate(glance.queue, start=1)}


def run_queue(glance: Glance, waiting: Mapping[str, str], expected: Mapping[str, float | None]) -> None:
    """Draw a row for each run that is not the one looked at.

    Args:
        glance: What there is.
        waiting: What `waiting_words` gives.
        expected: As for `waiting_words`.
    """
    shown = glance.run.id if glance.run else ""
    others = [run for run in (*glance.active, *glance.queue) if run.id != shown]
    if not others:
        return
    st.subheader("Queue", anchor=False)
    first = glance.queue[0].id if glance.queue else ""
    for run in others[:_MOST_SHOWN]:
        _row(run, _details(run, waiting.get(run.id, ""), expected[run.id]), is_next=run.id == first)
    if (hidden := len(others) - _MOST_SHOWN) > 0:
        st.caption(f"and {hidden:,} more")


def _row(run: Run, details: str, *, is_next: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"row-{run.id}"):
        st.markdown(f"**{plain(run.name)}**  \n:gray[:small[{plain(details)}]]", width="stretch")
        if st.button("Show", icon=":material/visibility:", key=f"show-{run.id}", type="tertiary"):
            st.query_params[RUN] = run.id
            st.rerun()
        if run.state is RunState.QUEUED:
            queue_buttons(run, is_next=is_next)


def _details(run: Run, words: str, seconds: float | None) -> str:
    parts = [words or f"{badge(run).word}, {text.probability(run.progress)}", recipe_line(run.recipe)]
    if run.state is RunState.QUEUED and seconds is not None:
        parts.append(f"takes about {text.about_seconds(seconds)}")
    return " · ".join(parts)
