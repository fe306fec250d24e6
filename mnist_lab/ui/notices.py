"""What every page says before its own content: which digits are in use when they are not MNIST, and what is broken."""

import streamlit as st

from mnist_lab.ui.plain import plain
from mnist_lab.ui.services import services


def show_notices() -> None:
    """Say plainly that the offline sample is in use, or that no training can start, and what to do."""
    lab = services()
    shelf = lab.shelf
    if shelf.progress is not None:
        _download_progress()
    elif shelf.trouble is not None:
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            st.markdown(
                ":material/cloud_off: **The offline sample (UCI digits) is in use, not MNIST.** "
                + plain(shelf.trouble),
                width="stretch",
            )
            if st.button("Try again", icon=":material/refresh:", key="retry-mnist"):
                shelf.retry()
                st.rerun()
    if lab.launcher.trouble:
        st.error(plain(lab.launcher.trouble), icon=":material/error:")


@st.fragment(run_every=1.0)
def _download_progress() -> None:
    progress = services().shelf.progress
    if progress is None:
        st.rerun()
    st.progress(progress or 0.0, text="Downloading MNIST (11 MB). Until it is here, the offline sample is in use.")
