"""The notice that runs were deleted, with a button that brings them back."""

from collections.abc import Callable, Sequence

import streamlit as st

from mnist_lab.errors import LabError
from mnist_lab.ui.components.markdown import plain
from mnist_lab.ui.components.message import for_viewer
from mnist_lab.ui.services.container import services
from mnist_lab.ui.session.deletions import (
    deleted_name,
    deletion_note,
    forget_deleted,
    last_deleted,
    must_redraw,
)
from mnist_lab.ui.session.viewer import viewer

_ERROR = "undo-error"


def undo_notice(show: Callable[[Sequence[str]], None]) -> None:
    """Show that the session has deleted runs, as long as they can be brought back; nothing if there are none.

    Args:
        show: Makes the page show the runs with these ids, when they are back.
    """
    # It is drawn now.
    must_redraw()
    if message := st.session_state.pop(_ERROR, None):
        st.toast(plain(message), icon=":material/info:")
    # A run in training is in the bin only when its worker has obeyed.
    last = last_deleted()
    if not last or not (run_ids := services().store.deleted_among(last)):
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="undo-notice"):
        st.markdown(f":material/delete: {_text(run_ids)}", width="stretch")
        st.button("Undo", icon=":material/undo:", key="undo-delete", on_click=_undo, args=(run_ids, show))
        st.button("Close", icon=":material/close:", key="undo-close", type="tertiary", on_click=forget_deleted)


def _text(run_ids: Sequence[str]) -> str:
    if note := deletion_note():
        return plain(note)
    if len(run_ids) == 1:
        return f"**{plain(deleted_name(run_ids[0]) or run_ids[0])}** was deleted."
    return f"**{len(run_ids):,} runs** were deleted."


def _undo(run_ids: Sequence[str], show: Callable[[Sequence[str]], None]) -> None:
    try:
        for run_id in run_ids:
            services().store.restore(run_id, actor=viewer())
    except LabError as error:
        st.session_state[_ERROR] = for_viewer(error)
    else:
        forget_deleted()
        show(run_ids)
