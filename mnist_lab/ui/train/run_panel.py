"""The run that the Train page shows, as it is this second: its name, controls, curves, figures, and the queue."""

import streamlit as st

from mnist_lab.recipe.recipe_labels import recipe_line
from mnist_lab.runs import Run, RunState
from mnist_lab.ui.components.live_feed import live_feed
from mnist_lab.ui.components.live_html import readout
from mnist_lab.ui.components.markdown import plain
from mnist_lab.ui.live.current_run import Glance, look
from mnist_lab.ui.live.run_labels import badge
from mnist_lab.ui.live.run_view import FIGURES, LINE, Growth, growth
from mnist_lab.ui.panels.doctor_panel import doctor_panel
from mnist_lab.ui.panels.snapshot_panel import snapshot_panel
from mnist_lab.ui.services.container import services
from mnist_lab.ui.session.session_id import session_id
from mnist_lab.ui.train.chart_options import chart_choices, run_chart
from mnist_lab.ui.train.queue_panel import run_queue
from mnist_lab.ui.train.run_buttons import show_refusal
from mnist_lab.ui.train.run_controls import run_controls

HEARTBEAT_SECONDS = 30.0
"""So often the fragment runs whatever the browser hears of the run. It is also what makes a browser that finds the app
again, after a restart or a night, ask for the page anew: otherwise buttons would speak to a session that is gone."""


@st.fragment(run_every=HEARTBEAT_SECONDS)
def live_run(wanted: str | None, outline: tuple[object, ...]) -> None:
    """Show the run and what waits; while there is anything to wait for, keep it up to date.

    Args:
        wanted: Id of the run that the address names.
        outline: Of the glance that the rest of the page was drawn from.
    """
    glance = look(wanted, session_id())
    if glance.outline != outline:
        st.rerun()
    show_refusal()
    if glance.run is not None:
        _show(glance.run, glance)


def _show(run: Run, glance: Glance) -> None:
    choices = chart_choices()
    now = growth(run, glance.moment, choices)
    _show_run(run, now, is_next=bool(glance.queue) and glance.queue[0].id == run.id)
    run_queue(glance.moment, run.id, now.parts)
    if glance.is_busy:
        live_feed(run.id, choices, now)


def _show_run(run: Run, now: Growth, *, is_next: bool) -> None:
    track = services().tracks.of(run)
    _head(run)
    readout(now.parts[LINE], key=LINE)
    run_controls(run, is_next=is_next)
    # Nothing that comes and goes stands above the chart: it would move, and in the browser it would be another one.
    if run.state.is_ended and not track.points:
        _sentence(run)
    else:
        with st.container(key="stacked-run"):
            chart, figures = st.columns([2, 1], gap="medium")
        with figures, st.container(border=FIGURES in now.parts or bool(run.message), key="run-numbers"):
            _sentence(run)
            if FIGURES in now.parts:
                readout(now.parts[FIGURES], key=FIGURES)
        with chart:
            run_chart(run, now.parts)
        snapshot_panel(run)
    doctor_panel(run, track.points, now.findings)


def _head(run: Run) -> None:
    word, icon, colour = badge(run)
    with st.container(horizontal=True, vertical_alignment="center", key="run-head"):
        st.header(plain(run.name), anchor=False, width="content")
        st.badge(word, icon=icon, color=colour)
        parts = [recipe_line(run.recipe), *([f"sweep {run.group}"] if run.group else [])]
        st.caption(plain(" · ".join(parts)))


def _sentence(run: Run) -> None:
    sentence = plain(run.message)
    if run.state is RunState.FAILED:
        st.error(sentence or "The training failed; the log tells more.", icon=":material/error:")
    elif run.state is RunState.INTERRUPTED:
        st.warning(sentence or "The training process ended unexpectedly.", icon=":material/power_off:")
    elif run.state is RunState.STOPPED:
        kept = f"Stopped after {run.epochs_done} of {run.recipe.epochs} epochs. What was learnt until then is kept."
        st.info(sentence or plain(kept), icon=":material/stop_circle:")
    elif sentence:
        st.info(sentence, icon=":material/cloud_off:")
    if run.data is not None and run.used_sample and not sentence:
        st.info(plain(f"Trained on the {run.data.title}, not on MNIST itself."), icon=":material/cloud_off:")
