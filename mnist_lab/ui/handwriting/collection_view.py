"""Everything on the page that depends on the collection; drawn again while the chosen network reads the drawings."""

import numpy as np
import streamlit as st

from mnist_lab import formatting
from mnist_lab.handwriting.collection_score import CollectionScore
from mnist_lab.insight import accuracy_standard_error
from mnist_lab.network import CLASSES
from mnist_lab.runs import Run
from mnist_lab.ui.components.glossary_link import field_help
from mnist_lab.ui.components.markdown import plain
from mnist_lab.ui.components.message import for_viewer
from mnist_lab.ui.handwriting.changes import change_notice
from mnist_lab.ui.handwriting.collection_panel import collection_panel
from mnist_lab.ui.handwriting.file_popovers import upload_popover
from mnist_lab.ui.handwriting.fooling_panel import fooling_panel
from mnist_lab.ui.handwriting.mistakes_panel import mistakes_panel
from mnist_lab.ui.handwriting.teach_panel import is_teaching, teach_panel
from mnist_lab.ui.panels.run_picker import pick_signed_run
from mnist_lab.ui.services.container import services
from mnist_lab.ui.services.tested_runs import runs_with_result
from mnist_lab.ui.session.navigation import go

POLL_SECONDS = 1.0
"""Between two looks at whether the network has read the drawings."""
_READS = "handwriting-reads"


def empty_collection() -> None:
    """Draw what is shown while no drawing was kept."""
    with st.container(border=True, key="handwriting-empty"):
        st.markdown(
            "No drawing was kept yet. Draw a digit and press the button with the digit that you meant. All kept"
            " drawings together are a test that no network has seen: the handwriting of this class."
        )
        with st.container(horizontal=True):
            if st.button("Draw a digit", type="primary", icon=":material/draw:", key="handwriting-draw"):
                go("draw")
            upload_popover()
    change_notice()


def collection_view() -> None:
    """Draw the figures, the grid, the score board of the chosen network, and what it can be taught."""
    st.fragment(_draw, run_every=POLL_SECONDS if st.session_state.get(_READS) else None)()


def _draw() -> None:
    handwriting, runs = services().handwriting, runs_with_result()
    polled = bool(st.session_state.get(_READS))
    index = handwriting.index()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="handwriting-head"):
        with st.container(width=480):
            run = pick_signed_run(runs, key="handwriting-run") if runs else None
        if run is not None:
            handwriting.want([run], urgent=True)
        _figures(run, len(index), len(set(index.owners.tolist())))
    if run is not None and (message := handwriting.error(run.id)):
        st.warning(plain(for_viewer(message)), icon=":material/error:")
    unread = np.full((len(index), CLASSES), np.nan, np.float32)
    probabilities = unread if run is None else handwriting.answers(run)
    grid, mistakes, board, teaching = st.tabs(["Collection", "Mistakes", "Fool it", "Teach it"], key="handwriting-tabs")
    with grid:
        collection_panel(index, probabilities)
    with mistakes:
        mistakes_panel(index, probabilities)
    with board:
        if run is None:
            st.info("There is no trained network yet that could be fooled.", icon=":material/info:")
        else:
            fooling_panel(run, runs, index, probabilities)
    with teaching:
        if run is None:
            st.info("There is no trained network yet that could be taught.", icon=":material/info:")
        else:
            teach_panel(run, runs, index)
    # At the end, as the panel of the taught networks has them read the drawings, too.
    reads = run is not None and (handwriting.is_reading(run.id) or is_teaching(run, runs))
    st.session_state[_READS] = reads
    if reads != polled:
        st.rerun()


def _figures(run: Run | None, drawings: int, writers: int) -> None:
    score = None if run is None else services().handwriting.score(run)
    with st.container(horizontal=True, width="content"):
        st.metric("Drawings", formatting.count(drawings), width="content")
        st.metric("Writers", formatting.count(writers), width="content")
        if run is None:
            return
        help_text = field_help("± one standard error. Drawings that it was trained on do not count.", "standard-error")
        is_reading = services().handwriting.is_reading(run.id)
        st.metric("Read correctly", _score_text(score, is_reading=is_reading), width="content", help=help_text)


_FEW = 30
"""Of fewer drawings a standard error says little: 4 of 4 would be 100.0 ± 0.0 %."""


def _score_text(score: CollectionScore | None, *, is_reading: bool) -> str:
    if score is None:
        return "reading …" if is_reading else formatting.NONE
    if score.drawings < _FEW:
        return f"{score.correct} of {score.drawings}"
    error = 100 * accuracy_standard_error(score.accuracy, score.drawings)
    return f"{formatting.accuracy(score.accuracy, 1).removesuffix(' %')} ± {error:.1f} %"
