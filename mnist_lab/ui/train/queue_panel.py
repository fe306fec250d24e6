"""The queue: the other unfinished runs and all queued runs, which stand in the order in which they start."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from mnist_lab.runs import Command, Run, RunState
from mnist_lab.ui.components.live_html import live_html
from mnist_lab.ui.components.page.button_names import button_names
from mnist_lab.ui.live.queue_view import entry_key, listed_runs, next_of, shown_runs
from mnist_lab.ui.services.store_cache import StoreSnapshot
from mnist_lab.ui.session.query_params import RUN
from mnist_lab.ui.session.viewer import viewer
from mnist_lab.ui.train.run_controls import continue_button, queue_buttons

_KEY = "run-queue"


def queue_panel(store: StoreSnapshot, current: str, parts: Mapping[str, Any]) -> None:
    """Draw a row for each run of the queue; the current one has its buttons at the top of the page.

    Args:
        store: The unfinished runs.
        current: Id of the run that the page shows.
        parts: The parts of its `RunView`, among them the text of each row as HTML.
    """
    runs = shown_runs(store, current)
    if not runs:
        return
    first = next_of(store.queue, viewer())
    with st.container(key=_KEY):
        st.subheader("Queue", anchor=False)
        for run in runs:
            _row(run, parts[entry_key(run.id)], is_next=run.id == first, is_current=run.id == current)
        if (hidden := len(listed_runs(store, current)) - len(runs)) > 0:
            st.caption(f"and {hidden:,} more")
        names = {key: name for run in runs if run.id != current for key, name in _names(run).items()}
        button_names(names, within=_KEY, key="run-queue-names")


def _names(run: Run) -> dict[str, str]:
    """Names for the buttons that the row of a run may have: their texts are the same in all rows."""
    return {
        f"show-{run.id}": f"Show {run.name}",
        f"front-{run.id}": f"To the front: {run.name}",
        f"{Command.DISCARD.value}-popover-{run.id}": f"Cancel {run.name}",
        f"{Command.STOP.value}-popover-{run.id}": f"Cancel {run.name}",
        f"{Command.NONE.value}-{run.id}": f"Continue {run.name}",
    }


def _row(run: Run, html: str, *, is_next: bool, is_current: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"row-{run.id}"):
        live_html(html, key=entry_key(run.id))
        if is_current:
            st.caption("shown above", width="content")
            return
        if st.button("Show", icon=":material/visibility:", key=f"show-{run.id}", type="tertiary"):
            st.query_params[RUN] = run.id
            st.rerun()
        if not viewer().may_change(run.owner):
            return
        if run.state is RunState.QUEUED:
            queue_buttons(run, is_next=is_next)
        elif run.state is RunState.SET_ASIDE:
            continue_button(run)
