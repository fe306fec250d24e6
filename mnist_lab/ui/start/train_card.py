"""The part of Start that trains: one button, one big number, and the curve while it grows."""

import streamlit as st

from mnist_lab import formatting
from mnist_lab.charts import MetricHistory, headline_html, progress_html
from mnist_lab.network import Analysis
from mnist_lab.recipe import Recipe
from mnist_lab.runs import Run, RunState
from mnist_lab.ui.components.live_feed import live_feed
from mnist_lab.ui.components.live_html import live_html
from mnist_lab.ui.components.markdown import plain
from mnist_lab.ui.components.message import for_viewer
from mnist_lab.ui.components.ownership import ownership_note
from mnist_lab.ui.components.plotly_chart import plotly_chart
from mnist_lab.ui.live.current_run import find_run
from mnist_lab.ui.live.run_figures import headline
from mnist_lab.ui.live.run_view import CHART, HEADLINE, PROGRESS, LiveChart, compact_chart, view_run
from mnist_lab.ui.services.container import services
from mnist_lab.ui.services.training_time import training_time
from mnist_lab.ui.session.navigation import go
from mnist_lab.ui.session.query_params import RUN
from mnist_lab.ui.session.ui_state import ChartOptions
from mnist_lab.ui.session.viewer import viewer
from mnist_lab.ui.train.run_buttons import show_request_error
from mnist_lab.ui.train.run_controls import queue_buttons, stop_button
from mnist_lab.ui.train.run_panel import HEARTBEAT_SECONDS
from mnist_lab.ui.train.start_buttons import train_button

_OPTIONS = ChartOptions(compact=True)
_FIGURES_WIDTH = 252
"""Pixels of the number, its progress and the buttons; the curve has the rest."""


@st.fragment(run_every=HEARTBEAT_SECONDS)
def train_card(analysis: Analysis, recipe: Recipe, run: Run | None) -> None:
    """Draw the card, and keep it up to date while the run is unfinished.

    Args:
        analysis: Of the session's network.
        recipe: The session's recipe.
        run: The run to show, as it was when the page was drawn; None if the network has not been trained yet.
    """
    show_request_error()
    if run is None:
        _card(analysis, recipe, None, *_empty_parts(analysis, recipe))
        return
    store = services().store_cache.snapshot()
    current = find_run(run.id, store)
    if (current.state.is_ended, current.state.is_active) != (run.state.is_ended, run.state.is_active):
        # Another button, another reader of the drawing.
        st.rerun()
    view = view_run(current, store, _OPTIONS)
    _card(analysis, recipe, current, view.parts[HEADLINE], view.parts[PROGRESS], view.parts[CHART])
    if not current.state.is_ended:
        live_feed(current.id, _OPTIONS, view)


def _empty_parts(analysis: Analysis, recipe: Recipe) -> tuple[str, str, LiveChart]:
    history = MetricHistory()
    duration = training_time(analysis.network, recipe) if analysis.valid else None
    time = "" if duration is None else f" · {formatting.time_range(duration.least, duration.most)}"
    return (
        headline_html(*headline(None, history)),
        progress_html(f"Not trained yet{time}", 0.0),
        compact_chart(None, history),
    )


def _card(analysis: Analysis, recipe: Recipe, run: Run | None, number: str, progress: str, chart: LiveChart) -> None:
    with st.container(horizontal=True, gap="medium", key="start-training"):
        with st.container(gap="xsmall", width=_FIGURES_WIDTH, key="start-figures"):
            live_html(number, key=HEADLINE)
            live_html(progress, key=PROGRESS)
            _buttons(analysis, recipe, run)
        with st.container(key="start-curve"):
            plotly_chart(chart.figure, key=CHART, alt=chart.alt, height=chart.height, version=chart.version)


def _buttons(analysis: Analysis, recipe: Recipe, run: Run | None) -> None:
    is_busy = run is not None and not run.state.is_ended
    # While one network trains, another one can be queued; the same one again would be a slip of the hand.
    may_train = run is None or not is_busy or run.network.layers != analysis.network.layers
    with st.container(horizontal=True, gap="xsmall", key="start-buttons"):
        refused = train_button(analysis, recipe, "") if may_train else ""
        if run is not None and is_busy and viewer().may_change(run.owner):
            queue_buttons(run, is_next=True) if run.state is RunState.QUEUED else stop_button(run)
    if refused:
        st.error(plain(refused), icon=":material/block:")
    if run is None:
        return
    if is_busy:
        ownership_note(run)
    if run.message:
        st.caption(plain(formatting.shortened(for_viewer(run.message, run.owner), 160)))
    if is_busy and may_train:
        # The other buttons have its room.
        return
    with st.container(horizontal=True, gap="xsmall", key="start-closer"):
        if st.button("Look closer", icon=":material/query_stats:", key="start-train", help="All its curves, on Train"):
            go("train", {RUN: run.id})
        if run.result is not None and st.button(
            "Mistakes", icon=":material/search_insights:", key="start-inspect", help="What it confuses, on Inspect"
        ):
            go("inspect", {RUN: run.id})
