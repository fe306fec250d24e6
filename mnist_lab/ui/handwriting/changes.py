"""What the viewer changes in the collection, with what can be undone of it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

import streamlit as st

from mnist_lab import formatting
from mnist_lab.errors import HandwritingError, LabError
from mnist_lab.handwriting.drawing_files import MAX_DRAWINGS, drawings_from_file
from mnist_lab.ui.components.drawing.drawing_grid import GridAction
from mnist_lab.ui.components.markdown import plain
from mnist_lab.ui.components.message import for_viewer
from mnist_lab.ui.services.container import services
from mnist_lab.ui.session.viewer import viewer

_LAST, _ERROR = "handwriting-last-change", "handwriting-error"


class Change(NamedTuple):
    """The last change of this session."""

    text: str
    """What was done, as a sentence."""
    deleted: Sequence[str] = ()
    """Ids of drawings that were deleted."""
    added: Sequence[str] = ()
    """Ids of drawings that were added."""
    labels: Mapping[str, int] = MappingProxyType({})
    """The labels that drawings had before, by their ids."""


def apply(action: GridAction) -> None:
    """Do what the viewer wants with drawings of the grid."""
    _attempt(lambda: _delete(action.ids) if action.label is None else _relabel(action.ids, action.label))


def delete_all_of(owner: str) -> None:
    """Delete all drawings of one owner."""

    def delete() -> Change:
        ids = services().handwriting.collection.delete_all_of(owner, viewer())
        return Change(f"{_drawings(len(ids))} deleted.", deleted=ids)

    _attempt(delete)


def keep_file(content: bytes) -> None:
    """Keep the drawings of a file."""

    def keep() -> Change:
        collection, actor = services().handwriting.collection, viewer()
        most = MAX_DRAWINGS if actor.is_teacher else collection.limits.per_owner
        kept = collection.keep(drawings_from_file(content, most), actor)
        present = f" {_drawings(len(kept.present))} there already." if kept.present else ""
        return Change(f"{_drawings(len(kept.added))} added.{present}", added=kept.added)

    _attempt(keep)


def change_notice() -> None:
    """Show what was changed last, with a button that undoes it, or why nothing was changed."""
    if message := st.session_state.pop(_ERROR, None):
        st.error(plain(message), icon=":material/error:")
    change: Change | None = st.session_state.get(_LAST)
    if change is None:
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="handwriting-notice"):
        st.markdown(plain(change.text), width="stretch")
        st.button("Undo", icon=":material/undo:", key="handwriting-undo", on_click=_undo, args=(change,))
        st.button("Close", icon=":material/close:", key="handwriting-close", type="tertiary", on_click=_forget)


def _relabel(ids: Sequence[str], label: int) -> Change:
    before = services().handwriting.collection.relabel(dict.fromkeys(ids, label), viewer())
    _ensure_found(before)
    return Change(f"{_drawings(len(before))} labelled {label} now.", labels=before)


def _delete(ids: Sequence[str]) -> Change:
    found = services().handwriting.collection.delete(ids, viewer())
    _ensure_found(found)
    return Change(f"{_drawings(len(found))} deleted.", deleted=found)


def _ensure_found(changed: Collection[str]) -> None:
    if not changed:
        raise HandwritingError("Nothing was changed: somebody has deleted these drawings meanwhile.")


def _drawings(number: int) -> str:
    """The beginning of a sentence: "1 drawing is", "3 drawings are"."""
    return f"{formatting.quantity(number, 'drawing')} {'is' if number == 1 else 'are'}"


def _attempt(change: Callable[[], Change]) -> None:
    try:
        st.session_state[_LAST] = change()
    except LabError as error:
        st.session_state[_ERROR] = for_viewer(error)


def _undo(change: Change) -> None:
    collection, actor = services().handwriting.collection, viewer()
    try:
        collection.restore(change.deleted, actor)
        collection.delete(change.added, actor)
        collection.relabel(change.labels, actor)
    except LabError as error:
        st.session_state[_ERROR] = for_viewer(error)
    else:
        _forget()


def _forget() -> None:
    st.session_state.pop(_LAST, None)
