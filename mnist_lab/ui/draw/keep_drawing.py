"""The buttons "It was a 0…9" keep the drawing on the canvas in the collection, with the digit that was meant."""

from typing import NamedTuple

import streamlit as st

from mnist_lab.errors import LabError, PictureError
from mnist_lab.handwriting.kept_drawing import new_drawing
from mnist_lab.handwriting.stroke import strokes_from_canvas
from mnist_lab.ui.components.drawing.drawing_keeper import MeantDrawing, drawing_keeper, meant_drawing
from mnist_lab.ui.components.markdown import plain
from mnist_lab.ui.components.message import for_viewer
from mnist_lab.ui.live.canvas_picture import read_canvas
from mnist_lab.ui.services.container import services
from mnist_lab.ui.session.navigation import PAGES
from mnist_lab.ui.session.viewer import viewer

_KEY = "keep-drawing"
_VERSION = "keep-drawing-version"
_HANDLED = "keep-drawing-handled"
_KEPT, _ERROR = "kept-drawing", "keep-drawing-error"


class _Kept(NamedTuple):
    """The drawing that this session has kept last."""

    id: str
    label: int
    is_new: bool
    """False if the same drawing was in the collection before."""


@st.fragment
def keep_drawing() -> None:
    """Draw the ten buttons and, after one was pressed, what was kept, with a button that undoes it."""
    with st.container(gap="small", key="keep-drawing-row"):
        version, handled = st.session_state.get(_VERSION, 0), st.session_state.get(_HANDLED, "")
        drawing_keeper(key=_KEY, version=version, handled=handled, on_keep=_keep)
        if message := st.session_state.pop(_ERROR, None):
            st.error(plain(message), icon=":material/error:")
        kept: _Kept | None = st.session_state.get(_KEPT)
        if kept is not None:
            _notice(kept)


def _notice(kept: _Kept) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="kept-drawing-notice"):
        if kept.is_new:
            st.markdown(f":material/check: Kept as {kept.label}", width="stretch")
            st.button("Undo", icon=":material/undo:", key="kept-drawing-undo", on_click=_undo, args=(kept,))
        else:
            st.markdown("This drawing was kept before.", width="stretch")
        st.page_link(PAGES / "handwriting.py", label="All drawings", width="content")


def _keep() -> None:
    meant = meant_drawing(_KEY)
    # The browser sends it until it knows that it has arrived.
    if meant is None or meant.id == st.session_state.get(_HANDLED):
        return
    st.session_state[_HANDLED] = meant.id
    st.session_state.pop(_KEPT, None)
    try:
        st.session_state[_KEPT] = _kept(meant)
    except LabError as error:
        _fail(error)


def _kept(meant: MeantDrawing) -> _Kept | None:
    """Keep a drawing; None if there is no ink.

    Raises:
        LabError: It cannot be kept, or shows several digits.
    """
    normalized = read_canvas(meant.png, meant.pen_width).drawing
    if normalized is None:
        return None
    if len(normalized.digits) > 1:
        raise PictureError(f"{len(normalized.digits)} digits are on the canvas. Draw one alone to keep it.")
    drawing = new_drawing(normalized.pixels, meant.label, strokes_from_canvas(meant.strokes))
    kept = services().handwriting.collection.keep([drawing], viewer())
    return _Kept(drawing.id, meant.label, bool(kept.added))


def _undo(kept: _Kept) -> None:
    try:
        services().handwriting.collection.delete([kept.id], viewer())
    except LabError as error:
        _fail(error)
    st.session_state.pop(_KEPT, None)
    _allow_again()


def _fail(error: LabError) -> None:
    st.session_state[_ERROR] = for_viewer(error)
    _allow_again()


def _allow_again() -> None:
    st.session_state[_VERSION] = st.session_state.get(_VERSION, 0) + 1
