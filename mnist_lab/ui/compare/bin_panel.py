"""The bin: the deleted runs that the viewer can bring back."""

from datetime import datetime

import streamlit as st

from mnist_lab import formatting
from mnist_lab.errors import LabError
from mnist_lab.ui.components.markdown import plain
from mnist_lab.ui.components.message import for_viewer
from mnist_lab.ui.services.container import services
from mnist_lab.ui.session.viewer import viewer

_ERROR = "bin-error"
_MAX_SHOWN = 20


def bin_panel() -> None:
    """List the runs in the bin that the viewer can bring back; nothing if there are none."""
    if message := st.session_state.pop(_ERROR, None):
        st.toast(plain(message), icon=":material/info:")
    owner = None if viewer().is_teacher else viewer().browser_id
    # Not the whole bin: anybody can fill it, and everybody waits for this.
    deleted = services().store.deleted_runs(owner, _MAX_SHOWN)
    if not deleted:
        return
    count = services().store.count_deleted(owner)
    with st.expander(f"Deleted runs ({count:,})", icon=":material/delete:", key="bin"):
        st.caption("A deleted run is kept for a day, or until the disk is nearly full.")
        for run in deleted:
            with st.container(horizontal=True, vertical_alignment="center", key=f"bin-{run.id}"):
                when = formatting.relative_time(run.deleted, datetime.now().astimezone())
                st.markdown(f"{plain(run.name)} · {run.id} · deleted {when}", width="stretch")
                st.button("Restore", icon=":material/undo:", key=f"restore-{run.id}", on_click=_restore, args=(run.id,))
        if (hidden := count - len(deleted)) > 0:
            st.caption(f"and {hidden:,} more")


def _restore(run_id: str) -> None:
    try:
        services().store.restore(run_id, actor=viewer())
    except LabError as error:
        st.session_state[_ERROR] = for_viewer(error)
