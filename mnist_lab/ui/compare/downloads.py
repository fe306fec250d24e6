"""The files that a run can be taken home as: its network for Keras and LiteRT, its training as code and notebook."""

import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import streamlit as st

from mnist_lab import formatting
from mnist_lab.errors import LabError
from mnist_lab.export.file_names import EXPORT_SUFFIXES, file_name
from mnist_lab.export.notebook import training_notebook
from mnist_lab.export.script import training_script
from mnist_lab.inference.weights import weights_of
from mnist_lab.insight.run_columns import runs_csv
from mnist_lab.runs import Run
from mnist_lab.ui.components.markdown import plain
from mnist_lab.ui.components.message import for_viewer
from mnist_lab.ui.services.container import services

_POLL_SECONDS = 0.2
_BINARY = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class _Text:
    """A file that is text, made when it is asked for."""

    format: str
    title: str
    purpose: str
    mime: str
    make: Callable[[Run], str]


_TEXTS = (
    _Text("code", "Keras code", "trains the same network", "text/x-python", training_script),
    _Text("notebook", "Notebook", "the same, for Jupyter", "application/x-ipynb+json", training_notebook),
)


@st.dialog("Download this run", icon=":material/download:")
def download_dialog(run: Run) -> None:
    """Offer the files of a run."""
    missing = _missing_weights(run)
    if not missing:
        weights = weights_of(run, services().store.files)
        _offer(run, "keras", "Keras model", "the trained network", _BINARY, weights.path.read_bytes)
    for text in _TEXTS:
        _offer(run, text.format, text.title, text.purpose, text.mime, partial(text.make, run))
    with _row("CSV", "its row of the table"):
        st.download_button(
            "Download CSV",
            data=lambda: runs_csv([run], services().handwriting.percentages([run])),
            file_name=file_name(run.name, ".csv"),
            mime="text/csv",
            on_click="ignore",
            key="download-csv",
        )
    # Last, as what is below is pale during the conversion.
    if missing:
        st.caption(plain(missing))
    else:
        _litert(run)


def _missing_weights(run: Run) -> str:
    """Why the run has no trained network; "" if it has one."""
    try:
        weights_of(run, services().store.files)
    except LabError as error:
        return for_viewer(error)
    return ""


def _litert(run: Run) -> None:
    made = services().litert.made(run)
    with _row("LiteRT model", "for phones"):
        place = st.empty()
    # TensorFlow is loaded for it, so it is not made before somebody asks.
    if made is None and place.button("Convert to .tflite", key="download-convert"):
        made = _converted(run)
    if made is not None:
        with place:
            _button(run, "litert", _BINARY, made.read_bytes)


def _converted(run: Run) -> Path | None:
    """The LiteRT file of the run, once it is made; None, and a message, if it cannot be made."""
    files = services().litert
    try:
        future = files.request(run)
        others = files.waiting() - 1
        wait = f" {formatting.quantity(others, 'other')} first." if others > 0 else ""
        with st.spinner(f"TensorFlow converts the network, within half a minute.{wait}", show_time=True):
            return _result(future)
    except LabError as error:
        st.error(plain(for_viewer(error)), icon=":material/error:")
        return None


def _result(future: "Future[Path]") -> Path:
    # Between the looks, Streamlit can end the script, if its user does not wait any longer.
    place = st.empty()
    while not future.done():
        time.sleep(_POLL_SECONDS)
        place.empty()
    return future.result()


def _offer(run: Run, format_: str, title: str, purpose: str, mime: str, make: Callable[[], str | bytes]) -> None:
    with _row(title, purpose):
        _button(run, format_, mime, make)


def _row(title: str, purpose: str) -> AbstractContextManager[object]:
    row = st.container(horizontal=True, vertical_alignment="center")
    row.markdown(f"**{title}**, {purpose}", width="stretch")
    return row


def _button(run: Run, format_: str, mime: str, make: Callable[[], str | bytes]) -> None:
    suffix = EXPORT_SUFFIXES[format_]
    st.download_button(
        f"Download {suffix}",
        data=make,
        file_name=file_name(run.name, suffix),
        mime=mime,
        on_click="ignore",
        key=f"download-{format_}",
    )
