"""The notice that a run was deleted, with a button that brings it back."""

import streamlit as st

from mnist_lab.errors import LabError
from mnist_lab.ui.components.markdown import plain
from mnist_lab.ui.components.message import for_viewer
from mnist_lab.ui.services.container import services
from mnist_lab.ui.session.deletions import deleted_name, forget_deleted, last_deleted, must_redraw
from mnist_lab.ui.session.viewer import viewer

_ERROR = "undo-error"


def undo_notice() -> None:
    """Show that the session has deleted a run, as long as it can be brought back; nothing if there is none."""
    # It is drawn now.
    must_redraw()
    if message := st.session_state.pop(_ERROR, None):
        st.toast(plain(message), icon=":material/info:")
    run_id = last_deleted()
    # A run in training is in the bin only when its worker has obeyed.
    if run_id is None or not services().store.is_deleted(run_id):
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="undo-notice"):
        st.markdown(f":material/delete: **{plain(deleted_name(run_id) or run_id)}** was deleted.", width="stretch")
        st.button("Undo", icon=":material/undo:", key="undo-delete", on_click=_undo, args=(run_id,))
        st.button("Close", icon=":material/close:", key="undo-close", type="tertiary", on_click=forget_deleted)


def _undo(run_id: str) -> None:
    try:
        services().store.restore(run_id, actor=viewer())
    except LabError as error:
        st.session_state[_ERROR] = for_viewer(error)
    else:
        forget_deleted()
