"""The runs that are under way or wait, besides the one that is looked at, in the order in which they will start."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from mnist_lab.runs import Run, RunState
from mnist_lab.ui.components.live_html import readout
from mnist_lab.ui.live.queue_view import all_others, entry_key, others
from mnist_lab.ui.services.store_cache import Moment
from mnist_lab.ui.session.query_params import RUN
from mnist_lab.ui.train.run_controls import queue_buttons


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
    if (hidden := len(all_others(moment, shown)) - len(rows)) > 0:
        st.caption(f"and {hidden:,} more")


def _row(run: Run, words: str, *, is_next: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"row-{run.id}"):
        readout(words, key=entry_key(run.id))
        if st.button("Show", icon=":material/visibility:", key=f"show-{run.id}", type="tertiary"):
            st.query_params[RUN] = run.id
            st.rerun()
        if run.state is RunState.QUEUED:
            queue_buttons(run, is_next=is_next)
