"""Notices above the content of every page: that the offline sample replaces MNIST, and what prevents trainings."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from mnist_lab.errors import LabError
from mnist_lab.ui.components.markdown import plain
from mnist_lab.ui.services.container import services


def show_lab_error(error: LabError) -> None:
    """Show the message of an error of the lab's own."""
    st.error(plain(str(error)), icon=":material/error:")


@contextmanager
def lab_errors_shown() -> Iterator[None]:
    """Show an error of the lab's own as its message; Streamlit would first write a traceback into the app's log."""
    try:
        yield
    except LabError as error:
        show_lab_error(error)


def show_notices() -> None:
    """Show that the offline sample is in use, or that no training can start, and what to do about it."""
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
        _launcher_error()


@st.fragment(run_every=1.0)
def _download_progress() -> None:
    progress = services().shelf.progress
    if progress is None:
        st.rerun()
    st.progress(progress or 0.0, text="Downloading MNIST (11 MB). Until it is here, the offline sample is in use.")


# Drawn only if there was an error when the page was drawn. When the error is gone, the fragment draws nothing: running
# the whole page again would close an open dialog.
@st.fragment(run_every=2.0)
def _launcher_error() -> None:
    if message := services().launcher.error:
        st.error(plain(message), icon=":material/error:")
