"""The run that the Train page shows: its name, controls, curves, figures and snapshots, and the queue."""

import streamlit as st

from mnist_lab.insight.interventions import learning_rate_text
from mnist_lab.recipe.recipe_labels import recipe_line
from mnist_lab.runs import Run, RunState
from mnist_lab.ui.components.live_feed import live_feed
from mnist_lab.ui.components.live_html import live_html
from mnist_lab.ui.components.markdown import plain
from mnist_lab.ui.components.message import for_viewer
from mnist_lab.ui.components.run_sign import run_sign
from mnist_lab.ui.live.current_run import CurrentRun, select_run
from mnist_lab.ui.live.queue_view import next_of
from mnist_lab.ui.live.run_labels import badge
from mnist_lab.ui.live.run_view import CHART, DIGITS, FIGURES, PROGRESS, RunView, view_run
from mnist_lab.ui.panels.doctor_panel import doctor_panel
from mnist_lab.ui.panels.snapshot_panel import snapshot_panel
from mnist_lab.ui.services.container import services
from mnist_lab.ui.session.deletions import must_redraw
from mnist_lab.ui.session.viewer import viewer
from mnist_lab.ui.train.chart_options import chart_options, run_chart
from mnist_lab.ui.train.queue_panel import queue_panel
from mnist_lab.ui.train.run_buttons import show_request_error
from mnist_lab.ui.train.run_controls import run_controls, scroll_to_setup

HEARTBEAT_SECONDS = 30.0
"""The fragment runs at least this often, whatever the live feed answers. If a browser reconnects after a restart of the
app, this makes it load the page again: otherwise its buttons would belong to a session that no longer exists."""


@st.fragment(run_every=HEARTBEAT_SECONDS)
def run_panel(wanted: str | None, layout_key: tuple[object, ...]) -> None:
    """Show the run and the queue, and keep them up to date while a run is unfinished.

    Args:
        wanted: Id of the run in the URL of the page.
        layout_key: Layout key of the `CurrentRun` that the rest of the page was drawn for.
    """
    current = select_run(wanted, viewer().browser_id)
    if current.layout_key != layout_key:
        st.rerun()
    if must_redraw():
        # The page says at its top that a run was deleted.
        st.rerun()
    show_request_error()
    if current.run is not None:
        _show(current.run, current, is_asked_for=bool(wanted))


def _show(run: Run, current: CurrentRun, *, is_asked_for: bool) -> None:
    options = chart_options(run)
    view = view_run(run, current.store, options)
    is_next = next_of(current.queue, viewer()) == run.id
    _show_run(run, view, is_next=is_next, training=next(iter(current.store.active), None))
    queue_panel(current.store, run.id, view.parts)
    if current.is_busy or is_asked_for:
        live_feed(run.id, options, view)
    scroll_to_setup()


def _show_run(run: Run, view: RunView, *, is_next: bool, training: Run | None) -> None:
    history, parts = services().history_cache.of(run), view.parts
    _head(run)
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom", key="run-bar"):
        with st.container(width="stretch", key="run-bar-progress"):
            live_html(parts[PROGRESS], key=PROGRESS)
        run_controls(run, is_next=is_next, training=training)
    # Nothing above the chart may appear or disappear: the chart would move, and the browser would create a new one.
    if CHART in parts:
        with st.container(key="stacked-run"):
            chart, figures = st.columns([2, 1], gap="medium")
        with chart:
            run_chart(run, parts[CHART])
        with figures, st.container(gap="small", key="run-numbers"):
            _message(run)
            live_html(parts[FIGURES], key=FIGURES)
            if DIGITS in parts:
                live_html(parts[DIGITS], key=DIGITS)
        # The guesses are beside the curves already.
        snapshot_panel(run, "Filters")
    else:
        _message(run)
    doctor_panel(run, history, view.findings)


def _head(run: Run) -> None:
    text, icon, colour = badge(run)
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="run-head"):
        run_sign(run)
        st.header(plain(run.name), anchor=False, width="content")
        st.badge(text, icon=icon, color=colour)
        rate = learning_rate_text(run)
        parts = [recipe_line(run.recipe), f"{rate} by hand" if rate else "", f"sweep {run.group}" if run.group else ""]
        st.caption(plain(" · ".join(filter(None, parts))), width="content")
        _sample_note(run)


def _sample_note(run: Run) -> None:
    """A word in the heading of a run that is not trained on MNIST itself; the reason may be long, so it is inside."""
    if run.data is None or not run.used_sample:
        return
    with st.popover(plain(run.data.title), icon=":material/cloud_off:", type="tertiary", key="run-sample"):
        reason = for_viewer(run.data.fallback, run.owner)
        st.markdown(plain(reason or f"Trained on the {run.data.title}, not on MNIST itself."))


def _message(run: Run) -> None:
    message = plain(for_viewer(run.message, run.owner))
    if run.state is RunState.FAILED:
        st.error(message or "The training failed; see the log for details.", icon=":material/error:")
    elif run.state is RunState.INTERRUPTED:
        st.warning(message or "The training process ended without a message.", icon=":material/power_off:")
    elif message and (run.data is None or run.message != run.data.fallback):
        st.info(message, icon=":material/info:")
