"""The buttons of the ticked runs on Compare: what can be done with one of them, and with any number."""

from collections.abc import Callable, Sequence

import streamlit as st

from mnist_lab import formatting
from mnist_lab.insight.run_columns import runs_csv
from mnist_lab.runs import Command, Run, RunState
from mnist_lab.ui.compare.downloads import download_dialog
from mnist_lab.ui.compare.new_seeds import again_dialog
from mnist_lab.ui.compare.outcomes import on_each
from mnist_lab.ui.compare.run_dialogs import deletable_runs, delete_dialog, note_dialog, rename_dialog
from mnist_lab.ui.components.markdown import plain
from mnist_lab.ui.components.ownership import ownership_note
from mnist_lab.ui.services.container import services
from mnist_lab.ui.services.requeue_verb import requeue_verb
from mnist_lab.ui.session import network_draft
from mnist_lab.ui.session.navigation import go
from mnist_lab.ui.session.query_params import RUN
from mnist_lab.ui.session.recipe_draft import open_recipe
from mnist_lab.ui.session.viewer import viewer

_LOG_BYTES = 20_000
_LOG_SECONDS = 2.0
"""How long a page waits for the log of a run that another machine trains."""
_RESUMABLE = {RunState.INTERRUPTED, RunState.FAILED}
_STOPPABLE = {RunState.STARTING, RunState.RUNNING, RunState.PAUSED}
_ENDED = ("has ended already", "have ended already")
_RESUMED = ("has been resumed already", "have been resumed already")
_MESSAGE = "compare-message"


def run_actions(runs: Sequence[Run], names: Sequence[str], *, are_chosen: bool) -> None:
    """Draw the buttons of the ticked runs.

    Args:
        runs: At least one.
        names: Their names as the page shows them.
        are_chosen: Whether the user has ticked them: what the lab has ticked to begin with cannot be deleted.
    """
    if message := st.session_state.pop(_MESSAGE, None):
        st.toast(plain(message), icon=":material/info:")
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="compare-actions"):
        if len(runs) == 1:
            _single(runs[0])
        else:
            _csv_button(runs)
        if st.button("Train again", icon=":material/casino:", help="With new seeds", key="compare-again-open"):
            again_dialog(runs, names)
        if running := _changeable(runs, _STOPPABLE):
            _button("Stop", ":material/stop:", "compare-stop", running, _stop)
        if ended := _changeable(runs, _RESUMABLE):
            _button(requeue_verb(ended), ":material/replay:", "compare-resume", ended, _requeue)
        if are_chosen and deletable_runs(runs):
            label = _label("Delete", len(runs))
            if st.button(f":red[{label}]", icon=":material/delete:", key="compare-delete"):
                delete_dialog(runs)
        if len(runs) == 1:
            ownership_note(runs[0])


def _single(run: Run) -> None:
    if run.result is not None:
        if st.button("Draw a digit", icon=":material/draw:", key="compare-draw"):
            go("draw", {RUN: run.id})
        if st.button("Inspect", icon=":material/search_insights:", key="compare-inspect"):
            go("inspect", {RUN: run.id})
    is_under_way = run.state.is_active or run.state is RunState.SET_ASIDE
    if is_under_way and st.button("Watch", icon=":material/play_circle:", key="compare-watch"):
        go("train", {RUN: run.id})
    opened = st.button(
        "Open this network and recipe",
        icon=":material/layers:",
        help="Opens both in Compose, as an edit that can be undone",
        on_click=_open,
        args=(run,),
        key="compare-open",
    )
    if opened:
        go("compose", network_draft.link_parameters())
    if run.state.is_ended and st.button("Download", icon=":material/download:", key="compare-download"):
        download_dialog(run)
    if _can_continue(run) and st.button("More epochs", icon=":material/fast_forward:", key="compare-more"):
        go("train", {RUN: run.id})
    if viewer().may_change(run.owner):
        _owner_buttons(run)


def _open(run: Run) -> None:
    """Put the run's network and recipe into the session's drafts."""
    network_draft.start_with(run.network)
    open_recipe(run.recipe)


def _can_continue(run: Run) -> bool:
    """Whether Train offers more epochs of the run."""
    ended = run.state in {RunState.FINISHED, RunState.STOPPED}
    return ended and run.epochs_done > 0 and services().store.files.has_checkpoint(run.id, of_epoch_end=True)


def _owner_buttons(run: Run) -> None:
    if st.button("Rename", icon=":material/edit:", key="compare-rename"):
        rename_dialog(run)
    if st.button("Note", icon=":material/sticky_note_2:", key="compare-note"):
        note_dialog(run)
    if log := services().store.files.fetched(run.id, _LOG_SECONDS).read_log(_LOG_BYTES):
        with st.popover("Log", icon=":material/description:", width="content"):
            st.code(log, language=None, height=320)


def _csv_button(runs: Sequence[Run]) -> None:
    st.download_button(
        f"CSV of {len(runs):,} runs",
        data=lambda: runs_csv(runs, services().handwriting.percentages(runs)),
        file_name="mnist-lab-ticked-runs.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
        key="compare-csv-ticked",
    )


def _changeable(runs: Sequence[Run], states: set[RunState]) -> list[Run]:
    """Those of the runs that are in one of the states and that the viewer may change."""
    actor = viewer()
    return [run for run in runs if run.state in states and actor.may_change(run.owner)]


def _button(verb: str, icon: str, key: str, runs: Sequence[Run], act: Callable[[Sequence[Run]], None]) -> None:
    st.button(_label(verb, len(runs)), icon=icon, key=key, on_click=act, args=(runs,))


def _stop(runs: Sequence[Run]) -> None:
    store = services().store
    outcome = on_each(runs, lambda run: store.request(run.id, Command.STOP, actor=viewer()), _ENDED)
    st.session_state[_MESSAGE] = outcome.sentence("stopped")


def _requeue(runs: Sequence[Run]) -> None:
    outcome = on_each(runs, lambda run: services().store.requeue(run.id, actor=viewer()), _RESUMED)
    st.session_state[_MESSAGE] = outcome.sentence("put into the queue")


def _label(verb: str, number: int) -> str:
    return verb if number == 1 else f"{verb} {formatting.quantity(number, 'run')}"
