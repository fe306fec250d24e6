"""What can be done to ended runs: another name, a note, deletion, each in a dialog that asks first."""

from collections.abc import Callable, Sequence
from contextlib import suppress

import streamlit as st

from mnist_lab.errors import LabError, UnknownRunError
from mnist_lab.runs import Run
from mnist_lab.runs.records import MAX_NOTE
from mnist_lab.ui.components.markdown import plain
from mnist_lab.ui.services.container import services
from mnist_lab.ui.session.query_params import RUNS

_MOST_NAMED = 5


@st.dialog("Rename this run", icon=":material/edit:")
def rename_dialog(run: Run) -> None:
    """Ask for another name."""
    with st.form("rename", border=False):
        name = st.text_input("Name", value=run.name, max_chars=80, required=True, key=f"rename-{run.id}")
        if st.form_submit_button("Rename", type="primary", key="rename-confirm"):
            _do(lambda: services().store.rename(run.id, name))


@st.dialog("Note on this run", icon=":material/sticky_note_2:")
def note_dialog(run: Run) -> None:
    """Ask for a note."""
    note = st.text_area("Note", value=run.note, max_chars=MAX_NOTE, height=160, key=f"note-{run.id}")
    if st.button("Keep this note", type="primary", key="note-confirm"):
        _do(lambda: services().store.annotate(run.id, note))


@st.dialog("Delete this run?", icon=":material/delete:")
def delete_dialog(run: Run) -> None:
    """Ask whether the run is really to go."""
    st.markdown(f"**{plain(run.name)}** goes with its curves, weights and predictions. This cannot be undone.")
    if run.is_reference:
        st.markdown("It comes with the lab, and does not come back once it is deleted.")
    with st.container(horizontal=True):
        if st.button("Delete it for good", type="primary", icon=":material/delete:", key="delete-confirm"):
            _do(lambda: _delete(run))
        if st.button("Keep it", key="delete-cancel"):
            st.rerun()


def damaged_notice(ids: Sequence[str]) -> None:
    """Say how many records of runs cannot be read, with the one thing that can be done about it."""
    if not ids:
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="compare-damaged"):
        st.markdown(
            f":material/heart_broken: **{_damaged(len(ids))}** Nothing but deleting is left.",
            width="stretch",
        )
        if st.button("Delete", icon=":material/delete:", key="delete-damaged"):
            damaged_dialog(ids)


@st.dialog("Delete what is damaged?", icon=":material/delete:")
def damaged_dialog(ids: Sequence[str]) -> None:
    """Ask whether the runs whose records cannot be read are really to go."""
    runs = ", ".join(ids[:_MOST_NAMED]) + (", …" if len(ids) > _MOST_NAMED else "")
    goes = "goes" if len(ids) == 1 else "go"
    st.markdown(f"**{_damaged(len(ids))}** {runs} {goes} with curves, weights and predictions. This cannot be undone.")
    if st.button("Delete for good", type="primary", icon=":material/delete:", key="delete-damaged-confirm"):
        _do(lambda: _delete_all(ids))


def _damaged(number: int) -> str:
    return "1 record is damaged." if number == 1 else f"{number:,} records are damaged."


def _delete(run: Run) -> None:
    services().store.delete(run.id)
    # Else Compare would say that the run its address names is gone.
    st.query_params.pop(RUNS, None)


def _delete_all(ids: Sequence[str]) -> None:
    for run_id in ids:
        # Another session may have been quicker.
        with suppress(UnknownRunError):
            services().store.delete(run_id)


def _do(action: Callable[[], None]) -> None:
    """Do it and close the dialog; what is refused is said in the dialog."""
    try:
        action()
    except LabError as error:
        st.error(plain(str(error)), icon=":material/error:")
    else:
        st.rerun()
