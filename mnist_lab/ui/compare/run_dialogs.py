"""Dialogs on ended runs: rename, edit the note, delete."""

from collections.abc import Callable, Sequence
from contextlib import suppress

import streamlit as st

from mnist_lab.errors import LabError, UnknownRunError
from mnist_lab.runs import Run
from mnist_lab.runs.records import MAX_NOTE
from mnist_lab.ui.components.markdown import plain
from mnist_lab.ui.components.message import for_viewer
from mnist_lab.ui.services.container import services
from mnist_lab.ui.session.deletions import remember_deleted
from mnist_lab.ui.session.query_params import RUNS
from mnist_lab.ui.session.viewer import viewer

_MAX_NAMED = 5


@st.dialog("Rename this run", icon=":material/edit:")
def rename_dialog(run: Run) -> None:
    """Ask for a new name."""
    with st.form("rename", border=False):
        name = st.text_input("Name", value=run.name, max_chars=80, required=True, key=f"rename-{run.id}")
        if st.form_submit_button("Rename", type="primary", key="rename-confirm"):
            _run_action(lambda: services().store.rename(run.id, name, actor=viewer()))


@st.dialog("Note on this run", icon=":material/sticky_note_2:")
def note_dialog(run: Run) -> None:
    """Ask for a note."""
    note = st.text_area("Note", value=run.note, max_chars=MAX_NOTE, height=160, key=f"note-{run.id}")
    if st.button("Save note", type="primary", key="note-confirm"):
        _run_action(lambda: services().store.annotate(run.id, note, actor=viewer()))


@st.dialog("Delete this run?", icon=":material/delete:")
def delete_dialog(run: Run) -> None:
    """Ask for confirmation before a run is deleted."""
    st.markdown(
        f"**{plain(run.name)}** will be deleted with its curves, weights and predictions. You can bring it back for a"
        " day."
    )
    if run.is_reference:
        st.markdown("It is one of the reference runs of the lab. Once deleted, it is not installed again.")
    with st.container(horizontal=True):
        if st.button("Delete", type="primary", icon=":material/delete:", key="delete-confirm"):
            _run_action(lambda: _delete(run))
        if st.button("Cancel", key="delete-cancel"):
            st.rerun()


def damaged_notice(ids: Sequence[str]) -> None:
    """Show how many records of runs cannot be read, with a button that deletes these runs."""
    if not ids:
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="compare-damaged"):
        st.markdown(
            f":material/heart_broken: **{_damaged(len(ids))}** They cannot be read, only deleted.",
            width="stretch",
        )
        # Whose they are is not known here.
        if viewer().is_teacher and st.button("Delete", icon=":material/delete:", key="delete-damaged"):
            damaged_dialog(ids)


@st.dialog("Delete damaged records?", icon=":material/delete:")
def damaged_dialog(ids: Sequence[str]) -> None:
    """Ask for confirmation before the runs with unreadable records are deleted."""
    runs = ", ".join(ids[:_MAX_NAMED]) + (", …" if len(ids) > _MAX_NAMED else "")
    st.markdown(
        f"**{_damaged(len(ids))}** {runs} will be deleted with curves, weights and predictions. You can bring them back"
        " for a day."
    )
    if st.button("Delete", type="primary", icon=":material/delete:", key="delete-damaged-confirm"):
        _run_action(lambda: _delete_all(ids))


def _damaged(number: int) -> str:
    return "1 record is damaged." if number == 1 else f"{number:,} records are damaged."


def _delete(run: Run) -> None:
    services().store.delete(run.id, actor=viewer())
    remember_deleted(run.id, run.name)
    # Otherwise Compare would warn that the run requested by the URL does not exist.
    st.query_params.pop(RUNS, None)


def _delete_all(ids: Sequence[str]) -> None:
    for run_id in ids:
        # Another session may have deleted it first.
        with suppress(UnknownRunError):
            services().store.delete(run_id, actor=viewer())


def _run_action(action: Callable[[], None]) -> None:
    """Perform an action and close the dialog; if it is refused, show the error in the dialog."""
    try:
        action()
    except LabError as error:
        st.error(plain(for_viewer(error)), icon=":material/error:")
    else:
        st.rerun()
