"""The notices at the top of every page: the MNIST sample is in use, no worker starts, or the disk is full."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from mnist_lab.data import DataSource
from mnist_lab.errors import LabError, StoreError
from mnist_lab.ui.components.markdown import plain
from mnist_lab.ui.components.message import for_viewer
from mnist_lab.ui.services.container import services
from mnist_lab.ui.services.dataset_loader import DatasetLoader

MIN_FREE_BYTES = 1_000_000
"""With less room on the disk not even a line of the store can be relied on to be written."""
_NOTICE = "data-notice"
"""Key of the notice about the data set; `streamlit_dom.DATA_NOTICE` is its selector."""


def show_lab_error(error: LabError) -> None:
    """Show the message of a `LabError`."""
    st.error(plain(for_viewer(error)), icon=":material/error:")


@contextmanager
def lab_errors_shown() -> Iterator[None]:
    """Show a `LabError` as its message; Streamlit would also write a traceback into the app's log."""
    try:
        yield
    except LabError as error:
        show_lab_error(error)


def show_notices() -> None:
    """Show in one line that the MNIST sample is in use, and show why no training can start."""
    lab = services()
    if lab.datasets.progress is not None:
        with st.container(key=_NOTICE):
            _download_progress()
    elif lab.datasets.error is not None:
        _sample_notice(lab.datasets)
    if lab.launcher.error:
        _launcher_error()
    if _is_disk_full():
        _disk_full()


def _sample_notice(datasets: DatasetLoader) -> None:
    """One line on any screen: the size of the sample, a popover with the reason, and a button to try again."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=_NOTICE):
        with st.popover("5,000 of MNIST's 70,000 images", icon=":material/cloud_off:", type="tertiary"):
            st.markdown(
                f"**The {plain(DataSource.MNIST_SAMPLE.dataset_title)} is in use:** 4,000 to train on and "
                "1,000 to test on, so networks train faster and are less accurate than with all of MNIST."
            )
            st.markdown(plain(for_viewer(datasets.error or "")))
        if st.button("Try again", icon=":material/refresh:", type="tertiary", key="retry-mnist"):
            datasets.retry()
            st.rerun()


@st.fragment(run_every=1.0)
def _download_progress() -> None:
    progress = services().datasets.progress
    if progress is None:
        st.rerun()
    st.progress(progress or 0.0, text="Downloading MNIST; now using 5,000 of its images")


def _is_disk_full() -> bool:
    """Whether there is no room even for the store, which could otherwise say that a run waits for disk space."""
    lab = services()
    try:
        free = shutil.disk_usage(lab.settings.home).free
        return free < MIN_FREE_BYTES and bool(lab.store_cache.snapshot().active)
    except (OSError, StoreError):
        return False


@st.fragment(run_every=5.0)
def _disk_full() -> None:
    if _is_disk_full():
        st.error(
            "The disk of the lab is full. Running trainings go on, but nothing of them can be saved. Free some space:"
            " they wait for it and then write their weights and results.",
            icon=":material/hard_drive:",
        )


# A fragment: drawing the whole page again when the error is gone would close an open dialog.
@st.fragment(run_every=2.0)
def _launcher_error() -> None:
    if error := services().launcher.error:
        st.error(plain(for_viewer(error)), icon=":material/error:")
