"""The run that the Train page shows, as it is this second: its name, controls, curves, figures, and the queue."""

import time

import streamlit as st

from mnist_lab.insight import seconds_left
from mnist_lab.runs import Run, RunState
from mnist_lab.runs.snapshots import newest_health
from mnist_lab.ui.asking import show_refusal
from mnist_lab.ui.doctor_panel import doctor_panel
from mnist_lab.ui.estimates import expected_seconds
from mnist_lab.ui.glance import Glance, look
from mnist_lab.ui.plain import plain
from mnist_lab.ui.recipe_form import recipe_line
from mnist_lab.ui.run_chart import run_chart
from mnist_lab.ui.run_controls import run_controls
from mnist_lab.ui.run_numbers import run_numbers
from mnist_lab.ui.run_queue import run_queue, waiting_words
from mnist_lab.ui.run_words import badge, where
from mnist_lab.ui.services import services
from mnist_lab.ui.session import session_id
from mnist_lab.ui.watch_panel import watch_panel

_IMPATIENT_SECONDS = 0.25
"""Between two looks at a run whose curves are about to begin."""


def live_run(wanted: str | None, glance: Glance) -> None:
    """Show the run and what waits; while there is anything to wait for, look again about once a second."""
    refresh = services().settings.refresh
    every = min(refresh, _IMPATIENT_SECONDS) if glance.begins else refresh if glance.is_busy else None
    times = _times(glance)
    st.fragment(_live, run_every=every and every * times)(wanted, glance.outline, times)


def _times(glance: Glance) -> int:
    """How many times as long as the settings say the page waits until its next look; who trains does not wait."""
    if not glance.is_busy or (glance.run is not None and glance.run.owner == session_id()):
        return 1
    return services().audience.look(session_id())


def _live(wanted: str | None, outline: tuple[object, ...], times: int) -> None:
    start = time.thread_time()
    glance = look(wanted, session_id())
    if glance.outline != outline:
        st.rerun()
    show_refusal()
    expected = expected_seconds([*glance.active, *glance.queue]) if glance.is_busy else {}
    waiting = waiting_words(glance, expected)
    if (run := glance.run) is not None:
        is_next = bool(glance.queue) and glance.queue[0].id == run.id
        _show_run(run, expected.get(run.id), waiting.get(run.id, ""), is_next=is_next)
    run_queue(glance, waiting, expected)
    services().audience.took(time.thread_time() - start)
    # Last, when what was clicked has been done: the pace is set where the whole page is drawn.
    if _times(glance) != times:
        st.rerun()


def _show_run(run: Run, expected: float | None, waiting: str, *, is_next: bool) -> None:
    track = services().tracks.of(run)
    _head(run)
    left = seconds_left(run, track.points, expected)
    line = where(run, steps_epoch=track.last_epoch, start=waiting, left=left)
    st.progress(1.0 if run.state is RunState.FINISHED else run.progress, text=plain(line))
    run_controls(run, is_next=is_next)
    # Nothing that comes and goes stands above the chart: it would move, and in the browser it would be another one.
    if run.state.is_ended and not track.points:
        _sentence(run)
    else:
        with st.container(key="stacked-run"):
            chart, figures = st.columns([2, 1], gap="medium")
        with figures, st.container(border=bool(track.points) or bool(run.sentence), key="run-numbers"):
            _sentence(run)
            run_numbers(run, track)
        with chart:
            run_chart(run, track)
        watch_panel(run)
    doctor_panel(run, track.points, newest_health(services().store.folder(run.id).snapshots))


def _head(run: Run) -> None:
    word, icon, colour = badge(run)
    with st.container(horizontal=True, vertical_alignment="center", key="run-head"):
        st.header(plain(run.name), anchor=False, width="content")
        st.badge(word, icon=icon, color=colour)
        parts = [recipe_line(run.recipe), *([f"sweep {run.group}"] if run.group else [])]
        st.caption(plain(" · ".join(parts)))


def _sentence(run: Run) -> None:
    sentence = plain(run.sentence)
    if run.state is RunState.FAILED:
        st.error(sentence or "The training failed; the log tells more.", icon=":material/error:")
    elif run.state is RunState.INTERRUPTED:
        st.warning(sentence or "The training process ended without a word.", icon=":material/power_off:")
    elif run.state is RunState.STOPPED:
        kept = f"Stopped after {run.epochs_done} of {run.recipe.epochs} epochs. What was learnt until then is kept."
        st.info(sentence or plain(kept), icon=":material/stop_circle:")
    elif sentence:
        st.info(sentence, icon=":material/cloud_off:")
    if run.data is not None and run.data.source != "mnist" and not sentence:
        st.info(plain(f"Trained on {run.data.title}, not on MNIST."), icon=":material/cloud_off:")
