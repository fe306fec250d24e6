"""The run that the Train page shows, as it is this second, with its buttons; and the runs that wait."""

import functools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import streamlit as st

from mnist_lab.charts import Track, text
from mnist_lab.errors import LabError, UnknownRunError
from mnist_lab.runs import ACTIVE_STATES, Command, Run, RunState, RunStore
from mnist_lab.runs.snapshots import newest_health
from mnist_lab.ui.doctor_panel import doctor_panel
from mnist_lab.ui.places import go
from mnist_lab.ui.plain import plain
from mnist_lab.ui.recipe_form import recipe_line
from mnist_lab.ui.run_chart import run_chart
from mnist_lab.ui.services import services
from mnist_lab.ui.watch_panel import watch_panel

RUN = "run"
"""The address parameter that names the run shown."""
_REFUSED = "live-refused"
_IMPATIENT_SECONDS = 0.25
"""Between two looks at a run whose curves are about to begin."""
_FIRST_POINTS = 3
_LOG_BYTES = 20_000
_MOST_SHOWN = 20

_PHASES = {
    "": "starting",
    "loading data": "loading the digits",
    "building": "building the network",
    "evaluating": "testing it on the test images",
}
_Colour = Literal["gray", "blue", "orange", "green", "red"]
_STATE_BADGES: dict[RunState, tuple[str, str, _Colour]] = {
    RunState.QUEUED: ("waiting", ":material/hourglass_empty:", "gray"),
    RunState.STARTING: ("starting", ":material/rocket_launch:", "blue"),
    RunState.RUNNING: ("training", ":material/play_circle:", "blue"),
    RunState.PAUSED: ("paused", ":material/pause_circle:", "orange"),
    RunState.FINISHED: ("finished", ":material/check_circle:", "green"),
    RunState.STOPPED: ("stopped", ":material/stop_circle:", "gray"),
    RunState.FAILED: ("failed", ":material/error:", "red"),
    RunState.INTERRUPTED: ("interrupted", ":material/power_off:", "orange"),
}


@dataclass(frozen=True)
class Glance:
    """What there is to show at one moment."""

    run: Run | None
    active: Sequence[Run]
    queue: Sequence[Run]
    trouble: str = ""
    """Why the run that was asked for cannot be shown."""

    @property
    def is_busy(self) -> bool:
        """Whether something is under way or waits, so that the page has to look again."""
        return bool(self.active or self.queue)

    @functools.cached_property
    def begins(self) -> bool:
        """Whether the first points of the run shown are to come any moment."""
        if self.run is None:
            return False
        if self.run.state is RunState.QUEUED:
            return not self.active and self.queue[0].id == self.run.id
        under_way = self.run.state in {RunState.STARTING, RunState.RUNNING}
        return under_way and len(services().tracks.of(self.run).points) < _FIRST_POINTS

    @property
    def outline(self) -> tuple[object, ...]:
        """What the rest of the page depends on: when it changes, the whole page is drawn anew."""
        return self.is_busy, self.begins, self.run is None


def look(store: RunStore, wanted: str | None) -> Glance:
    """The run named `wanted`, else the newest under way, else the next that waits, else the newest of all."""
    active, queue = store.list(ACTIVE_STATES), store.queue()
    trouble = ""
    if wanted:
        try:
            return Glance(store.get(wanted[:64]), active, queue)
        except UnknownRunError:
            shown = text.shortened(wanted, 20)
            trouble = f"The address names the run “{shown}”, which is not in this lab; it may have been deleted."
    run = next(iter([*active, *queue, *store.list(limit=1)]), None)
    return Glance(run, active, queue, trouble)


def live_run(wanted: str | None, glance: Glance) -> None:
    """Show the run and what waits; while there is anything to wait for, look again about once a second."""
    refresh = services().settings.refresh
    every = min(refresh, _IMPATIENT_SECONDS) if glance.begins else refresh if glance.is_busy else None
    st.fragment(_live, run_every=every)(wanted, glance.outline)


def _live(wanted: str | None, outline: tuple[object, ...]) -> None:
    store = services().store
    glance = look(store, wanted)
    if glance.outline != outline:
        st.rerun()
    if refused := st.session_state.pop(_REFUSED, None):
        st.toast(plain(refused), icon=":material/info:")
    if glance.run is not None:
        _show_run(store, glance.run, _waiting(glance))
    _show_others(glance)


def _show_run(store: RunStore, run: Run, waiting: dict[str, str]) -> None:
    track = services().tracks.of(run)
    word, icon, colour = _STATE_BADGES[run.state]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(plain(run.name), anchor=False, width="content")
        st.badge(word, icon=icon, color=colour)
        st.caption(plain(recipe_line(run.recipe)))
    # A place of its own, filled or not: what stands below must not change its place, and the chart with it its node.
    with st.container():
        _sentence(run)
    if run.state.is_ended and not track.points:
        with st.container(border=True):
            _now(store, run, track, waiting)
    else:
        chart, now = st.columns([2, 1], gap="medium")
        with now, st.container(border=True):
            _now(store, run, track, waiting)
        with chart:
            run_chart(run, track)
        watch_panel(run)
    doctor_panel(run, track.points, newest_health(store.folder(run.id).snapshots))


def _now(store: RunStore, run: Run, track: Track, waiting: dict[str, str]) -> None:
    if run.state is RunState.QUEUED:
        st.markdown(f"**Waiting for its turn** {plain('· ' + waiting[run.id]) if run.id in waiting else ''}")
    elif run.state.is_active:
        left = time_left(run)
        st.progress(run.progress, text=plain(f"{_where(run, track)}{f' · {left}' if left else ''}"))
    else:
        trained = f"{run.epochs_done} of {run.recipe.epochs} epochs"
        st.markdown(plain(f"{trained} · {text.seconds(run.seconds)}" if run.seconds else trained))
    _buttons(store, run)
    _numbers(run, track)


def _numbers(run: Run, track: Track) -> None:
    if run.result is not None:
        _metrics(
            ("Test accuracy", text.accuracy(run.result.test_accuracy)), ("Test loss", text.loss(run.result.test_loss))
        )
    if not track.points:
        return
    newest, checked = track.points[-1], track.last_check
    _metrics(
        ("Validation accuracy", text.accuracy(checked.validation_accuracy if checked else None)),
        ("Validation loss", text.loss(checked.validation_loss if checked else None)),
    )
    _metrics(
        ("Training accuracy", text.accuracy(newest.training_accuracy)),
        ("Training loss", text.loss(newest.training_loss)),
    )
    speed = f"{text.rate(newest.samples_per_second)} · learning rate {text.learning_rate(newest.learning_rate)}"
    st.caption(plain(speed))


def _metrics(*pairs: tuple[str, str]) -> None:
    for place, (label, value) in zip(st.columns(len(pairs), wrap=False), pairs, strict=True):
        place.metric(label, value)


def _buttons(store: RunStore, run: Run) -> None:
    with st.container(horizontal=True):
        if run.state is RunState.QUEUED:
            _command("Cancel", ":material/close:", run, Command.STOP)
        elif run.state.is_active:
            stopping = run.command is Command.STOP
            # A worker obeys within a second; the button answers at once.
            if run.command is Command.PAUSE or (stopping and run.state is RunState.PAUSED):
                _command("Continue", ":material/play_arrow:", run, Command.NONE, disabled=stopping)
            else:
                _command("Pause", ":material/pause:", run, Command.PAUSE, disabled=stopping)
            label = "Stopping …" if stopping else "Stop"
            _command(label, ":material/stop:", run, Command.STOP, disabled=stopping)
        else:
            _afterwards(store, run)


def _afterwards(store: RunStore, run: Run) -> None:
    if run.result is not None:
        if st.button("Draw a digit", icon=":material/draw:", key=f"draw-{run.id}"):
            go("draw", {RUN: run.id})
        if st.button("Compare runs", icon=":material/table_chart:", key=f"compare-{run.id}"):
            go("compare")
    if run.state is RunState.INTERRUPTED:
        st.button(
            "Train it again",
            icon=":material/replay:",
            key=f"again-{run.id}",
            on_click=_ask,
            args=(lambda: store.requeue(run.id),),
        )
    if run.state is not RunState.FINISHED:
        with st.popover("Log", icon=":material/article:"):
            log = store.folder(run.id).read_log(_LOG_BYTES)
            st.code(log or "The training process wrote nothing.", language=None, height=300)


def _command(label: str, icon: str, run: Run, command: Command, *, disabled: bool = False) -> None:
    def request() -> None:
        services().store.request(run.id, command)

    key = f"{command.value}-{run.id}"
    st.button(label, icon=icon, key=key, disabled=disabled, on_click=_ask, args=(request,))


def _ask(request: Callable[[], None]) -> None:
    """Do what a button asks; when the run has moved on in the meantime, say so instead."""
    try:
        request()
    except LabError as error:
        # Streamlit shows nothing from a callback of a fragment; the fragment shows it.
        st.session_state[_REFUSED] = str(error)


def _sentence(run: Run) -> None:
    sentence = plain(run.sentence)
    if run.diverged:
        # Nothing broke: the run doctor tells what happened, and it must not look as if the lab had failed.
        st.warning(sentence, icon=":material/trending_up:")
    elif run.state is RunState.FAILED:
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


def _waiting(glance: Glance) -> dict[str, str]:
    """Of each queued run, which place it has, and of the next one when a place becomes free, by run id."""
    words = {run.id: f"place {place:,} in the queue" for place, run in enumerate(glance.queue, start=1)}
    free = min((seconds for run in glance.active if (seconds := seconds_left(run)) is not None), default=None)
    if glance.queue and free is not None:
        words[glance.queue[0].id] += f", starts in about {text.seconds(free)}"
    return words


def _show_others(glance: Glance) -> None:
    shown = glance.run.id if glance.run else ""
    words = {run.id: f"under way, {run.progress:.0%}".replace("%", " %") for run in glance.active} | _waiting(glance)
    others = [run for run in (*glance.active, *glance.queue) if run.id != shown]
    if not others:
        return
    st.subheader("Queue", anchor=False)
    for run in others[:_MOST_SHOWN]:
        _row(run, words[run.id])
    if (hidden := len(others) - _MOST_SHOWN) > 0:
        st.caption(f"and {hidden:,} more")


def _row(run: Run, words: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key=f"row-{run.id}"):
        st.markdown(f"**{plain(run.name)}** {plain(f'{words} · {recipe_line(run.recipe)}')}", width="stretch")
        if st.button("Show", icon=":material/visibility:", key=f"show-{run.id}", type="tertiary"):
            st.query_params[RUN] = run.id
            st.rerun()
        if run.state is RunState.QUEUED:
            _command("Cancel", ":material/close:", run, Command.STOP)


def _where(run: Run, track: Track) -> str:
    if run.phase in {"training", "paused", ""} and run.state is not RunState.STARTING:
        return f"epoch {min(run.recipe.epochs, math.floor(track.last_epoch) + 1)} of {run.recipe.epochs}"
    return _PHASES.get(run.phase, run.phase)


def seconds_left(run: Run) -> float | None:
    """Seconds of training that are left at the speed so far, None if that is not known."""
    trains = run.state is RunState.RUNNING and run.phase == "training" and run.command is Command.NONE
    if not trains or not 0 < run.progress < 1 or not run.seconds:
        return None
    return run.seconds * (1 - run.progress) / run.progress


def time_left(run: Run) -> str:
    """How long the training still takes, such as 1 m 10 s left; empty if that is not known."""
    seconds = seconds_left(run)
    if seconds is None:
        return ""
    return f"{'at most ' if run.recipe.early_stopping else ''}{text.seconds(seconds)} left"
