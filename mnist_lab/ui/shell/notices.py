"""What every page says before its own content: which digits are in use when they are not MNIST, and what is broken."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from mnist_lab.errors import LabError
from mnist_lab.ui.components.markdown import plain
from mnist_lab.ui.services.container import services


def tell(error: LabError) -> None:
    """Show the sentence of an error that was raised on purpose."""
    st.error(plain(str(error)), icon=":material/error:")


@contextmanager
def errors_told() -> Iterator[None]:
    """Show an error raised on purpose as its sentence; Streamlit would put a traceback into the app's log first."""
    try:
        yield
    except LabError as error:
        tell(error)


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
    if lab.launcher.error:
        _launcher_trouble()


@st.fragment(run_every=1.0)
def _download_progress() -> None:
    progress = services().shelf.progress
    if progress is None:
        st.rerun()
    st.progress(progress or 0.0, text="Downloading MNIST (11 MB). Until it is here, the offline sample is in use.")


# Only where there was trouble when the page was drawn. A whole new page when it is over would close an open dialog.
@st.fragment(run_every=2.0)
def _launcher_trouble() -> None:
    if trouble := services().launcher.error:
        st.error(plain(trouble), icon=":material/error:")
