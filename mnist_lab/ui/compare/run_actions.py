"""The buttons of the one run that is selected on Compare."""

import streamlit as st

from mnist_lab.runs import Run
from mnist_lab.ui.compare.run_dialogs import delete_dialog, note_dialog, rename_dialog
from mnist_lab.ui.components.markdown import plain
from mnist_lab.ui.components.ownership import ownership_note
from mnist_lab.ui.components.run_sign import run_sign
from mnist_lab.ui.services.container import services
from mnist_lab.ui.session.navigation import go
from mnist_lab.ui.session.query_params import RUN
from mnist_lab.ui.session.viewer import viewer

_LOG_BYTES = 20_000


def run_actions(run: Run, name: str) -> None:
    """Draw the buttons; `name` is the run's name as the page shows it."""
    with st.container(horizontal=True, vertical_alignment="center", key="compare-actions"):
        run_sign(run)
        st.markdown(f"**{plain(name)}**", width="content")
        if run.result is not None:
            if st.button("Draw a digit", icon=":material/draw:", key="compare-draw"):
                go("draw", {RUN: run.id})
            if st.button("Inspect", icon=":material/search_insights:", key="compare-inspect"):
                go("inspect", {RUN: run.id})
        if run.state.is_active and st.button("Watch", icon=":material/play_circle:", key="compare-watch"):
            go("train", {RUN: run.id})
        if viewer().may_change(run.owner):
            _owner_buttons(run)
        else:
            ownership_note(run)


def _owner_buttons(run: Run) -> None:
    if st.button("Rename", icon=":material/edit:", key="compare-rename"):
        rename_dialog(run)
    if st.button("Note", icon=":material/sticky_note_2:", key="compare-note"):
        note_dialog(run)
    if run.state.is_ended and st.button("Delete", icon=":material/delete:", key="compare-delete"):
        delete_dialog(run)
    if log := services().store.folder(run.id).read_log(_LOG_BYTES):
        with st.popover("Log", icon=":material/description:", width="content"):
            st.code(log, language=None, height=320)
