"""The line below a run that the viewer cannot change."""

import streamlit as st

from mnist_lab.runs import Run
from mnist_lab.ui.session.viewer import viewer


def ownership_note(run: Run) -> None:
    """Say why a run has no controls; nothing if the viewer may change it."""
    if viewer().may_change(run.owner):
        return
    if run.is_reference:
        st.caption(":material/visibility: This run comes with the lab; only a teacher can change it.")
    else:
        st.caption(":material/visibility: This run belongs to another browser; you can watch it.")
