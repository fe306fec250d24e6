"""Dialogs on runs: rename, edit the note, delete."""

from collections.abc import Callable, Sequence
from contextlib import suppress

import streamlit as st

from mnist_lab import formatting
from mnist_lab.errors import LabError, RefusedError, UnknownRunError
from mnist_lab.network import MAX_NAME_LENGTH
from mnist_lab.runs import Run
from mnist_lab.runs.records import MAX_NOTE
from mnist_lab.ui.compare.outcomes import OWNED, on_each
from mnist_lab.ui.components.markdown import plain
from mnist_lab.ui.components.message import for_viewer
from mnist_lab.ui.components.page.scroll_to import scroll_to
from mnist_lab.ui.components.streamlit_dom import by_key
from mnist_lab.ui.components.text_limit import limit_message
from mnist_lab.ui.services.container import services
from mnist_lab.ui.session.compared_runs import forget_runs, write_runs
from mnist_lab.ui.session.deletions import remember_all_deleted
from mnist_lab.ui.session.viewer import viewer

_MAX_NAMED = 5
_ACTIVE = ("is still in training", "are still in training")


@st.dialog("Rename this run", icon=":material/edit:")
def rename_dialog(run: Run) -> None:
    """Ask for a new name."""
    with st.form("rename", border=False):
        name = st.text_input("Name", value=run.name, required=True, key=f"rename-{run.id}")
        if st.form_submit_button("Rename", type="primary", key="rename-confirm") and _fits(name, MAX_NAME_LENGTH):
            _run_action(lambda: services().store.rename(run.id, name, actor=viewer()))
    _focus_field(f"rename-{run.id}", "input")


@st.dialog("Note on this run", icon=":material/sticky_note_2:")
def note_dialog(run: Run) -> None:
    """Ask for a note."""
    note = st.text_area("Note", value=run.note, height=160, key=f"note-{run.id}")
    if st.button("Save note", type="primary", key="note-confirm") and _fits(note, MAX_NOTE):
        _run_action(lambda: services().store.annotate(run.id, note, actor=viewer()))
    _focus_field(f"note-{run.id}", "textarea")


def _focus_field(key: str, element: str) -> None:
    """Begin in the only field of a dialog."""
    scroll_to(by_key(key), key=f"focus-{key}", focus=element)


def _fits(text: str, limit: int) -> bool:
    """Whether a text is short enough; says so if it is not, and the dialog stays open with it."""
    if message := limit_message(text, limit):
        st.error(message, icon=":material/error:")
    return not message


def deletable_runs(runs: Sequence[Run]) -> list[Run]:
    """Those of the runs that the viewer may delete now."""
    actor = viewer()
    return [run for run in runs if not run.state.is_active and actor.may_change(run.owner)]


@st.dialog("Delete?", icon=":material/delete:")
def delete_dialog(runs: Sequence[Run]) -> None:
    """Ask for confirmation before the runs are deleted, those of them that the viewer may delete."""
    deletable = deletable_runs(runs)
    st.markdown(
        f"{_listed(deletable)} will be deleted with {_their(deletable)} curves, weights and predictions. You can bring"
        f" {_them(deletable)} back for a day."
    )
    if stay := _staying(runs):
        st.markdown(stay)
    if any(run.is_reference for run in deletable):
        st.markdown("Reference runs of the lab are not installed again once they are deleted.")
    with st.container(horizontal=True):
        label = "Delete" if len(deletable) == 1 else f"Delete {formatting.quantity(len(deletable), 'run')}"
        if st.button(f":red[{label}]", icon=":material/delete:", key="delete-confirm"):
            _run_action(lambda: _delete(runs))
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
        if viewer().is_teacher and st.button(":red[Delete]", icon=":material/delete:", key="delete-damaged"):
            damaged_dialog(ids)


@st.dialog("Delete damaged records?", icon=":material/delete:")
def damaged_dialog(ids: Sequence[str]) -> None:
    """Ask for confirmation before the runs with unreadable records are deleted."""
    runs = ", ".join(ids[:_MAX_NAMED]) + (", …" if len(ids) > _MAX_NAMED else "")
    st.markdown(
        f"**{_damaged(len(ids))}** {runs} will be deleted with curves, weights and predictions. You can bring them back"
        " for a day."
    )
    if st.button(":red[Delete]", icon=":material/delete:", key="delete-damaged-confirm"):
        _run_action(lambda: _delete_all(ids))


def _damaged(number: int) -> str:
    return "1 record is damaged." if number == 1 else f"{number:,} records are damaged."


def _listed(runs: Sequence[Run]) -> str:
    """The names of a few runs, or the number of many and the first of their names, as safe Markdown."""
    names = ", ".join(f"**{plain(formatting.shortened_inside(run.name, 40))}**" for run in runs[:_MAX_NAMED])
    if len(runs) == 1:
        return names
    more = f" and {len(runs) - _MAX_NAMED:,} more" if len(runs) > _MAX_NAMED else ""
    return f"**{len(runs):,} runs** ({names}{more})"


def _their(runs: Sequence[Run]) -> str:
    return "its" if len(runs) == 1 else "their"


def _them(runs: Sequence[Run]) -> str:
    return "it" if len(runs) == 1 else "them"


def _staying(runs: Sequence[Run]) -> str:
    """Which of the runs are not deleted, and why; "" if all are."""
    actor = viewer()
    others = sum(not actor.may_change(run.owner) for run in runs)
    active = sum(run.state.is_active and actor.may_change(run.owner) for run in runs)
    parts = []
    if others:
        parts.append(f"{others:,} of the {len(runs):,} {OWNED[others > 1]}")
    if active:
        parts.append(f"{active:,} {_ACTIVE[active > 1]}")
    return "; ".join(parts) + ("." if parts else "")


def _delete(runs: Sequence[Run]) -> None:
    outcome = on_each(runs, lambda run: services().store.delete(run.id, actor=viewer()), _ACTIVE)
    if not outcome.done:
        raise RefusedError(outcome.sentence("deleted"))
    deleted = {run.id: run.name for run in outcome.done}
    remember_all_deleted(deleted, outcome.sentence("deleted"))
    # Otherwise Compare would warn that a run requested by the URL does not exist.
    if remaining := [run.id for run in runs if run.id not in deleted]:
        write_runs(remaining)
    else:
        forget_runs()


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
