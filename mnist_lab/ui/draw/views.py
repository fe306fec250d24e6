"""The views of the drawing below canvas and answer: what the network sees, and what others make of it."""

from collections.abc import Callable, Mapping

import streamlit as st

from mnist_lab.network import analyse
from mnist_lab.runs import Run
from mnist_lab.runs.epoch_weights import epoch_weight_files
from mnist_lab.ui.components.drawing.drawing_view import drawing_view
from mnist_lab.ui.components.network_diagram import network_diagram
from mnist_lab.ui.components.page.scroll_to import scroll_to
from mnist_lab.ui.components.streamlit_dom import by_key
from mnist_lab.ui.draw.picture_panel import picture_panel
from mnist_lab.ui.live.drawing_view_parts import EPOCH, LAYER, NO_EPOCHS, STEPS, UNCENTRED
from mnist_lab.ui.live.drawing_views import VIEW
from mnist_lab.ui.services.container import services
from mnist_lab.ui.session.query_params import DRAW_VIEW, RUN

_NOTHING = "Draw a digit, and it is shown here."
_LIVE, _SLOWER = 0.3, 0.5
"""Seconds between two updates while the pen is down: of what needs no network, and of what asks many."""
_REST = 0.6
"""Seconds from pen up to an update that takes the network long: the answer comes first."""
_ONE_PICTURE = 240
"""Pixels."""
_LAYER = "draw-layer"
_STRIP_ASKED = "draw-strip-asked"
_LAYERS, _VIEW = "layers", "draw-view"


def layer_strip(run: Run) -> None:
    """Draw the picture of the network, in which the drawing flows through its layers, if that view is chosen."""
    if _chosen_view() != _LAYERS:
        return
    if asked := st.session_state.get(_STRIP_ASKED):
        # The button is below the canvas, the strip above it.
        scroll_to(by_key("draw-strip"), key="draw-to-strip", block="start", version=str(asked))
    picked = _picked_layer(run)
    clicked = network_diagram(
        analyse(run.network), key="draw-diagram", picked=picked, screen_share=0.12, follows_drawing=True
    )
    if clicked is not None:
        # A second click shows all layers again.
        st.session_state[_LAYER] = None if clicked == picked else (run.id, clicked)
        st.rerun()


@st.fragment
def drawing_views(run: Run) -> None:
    """Draw the views, one at a time; the URL has the chosen one."""
    before = _chosen_view()
    chosen = st.segmented_control(
        "What to show below the canvas",
        list(_VIEWS),
        default=before,
        format_func=lambda name: _VIEWS[name][0],
        required=True,
        key=_VIEW,
        label_visibility="collapsed",
    )
    if chosen != before:
        st.query_params[DRAW_VIEW] = chosen
        if _LAYERS in (chosen, before):
            # The picture of the network stands above the canvas.
            st.session_state[_STRIP_ASKED] = st.session_state.get(_STRIP_ASKED, 0) + (chosen == _LAYERS)
            st.rerun()
    _VIEWS[chosen][1](run)
    if chosen != before:
        # On a projector, what was just chosen would be below the screen.
        scroll_to(by_key(_VIEW), key="draw-to-view", version=chosen, from_below=True)


def _chosen_view() -> str:
    """The view in the URL, or the first one."""
    requested = st.query_params.get(DRAW_VIEW, "")
    return requested if requested in _VIEWS else next(iter(_VIEWS))


def _picked_layer(run: Run) -> int | None:
    """Index of the layer whose maps are enlarged."""
    picked = st.session_state.get(_LAYER)
    return picked[1] if picked is not None and picked[0] == run.id else None


def _network_input(run: Run) -> None:
    with st.container(horizontal=True, gap="medium"):
        shows_steps = st.toggle("Show the steps", key="draw-steps")
        is_uncentred = st.toggle("Without centring", key="draw-uncentred")
    options = {STEPS: "1"} if shows_steps else {}
    if is_uncentred:
        options[UNCENTRED] = "1"
    # With more pictures, they have a row of their own.
    with st.container(horizontal=not options, gap="medium", key="draw-seen"):
        with st.container(width="stretch" if options else _ONE_PICTURE):
            drawing_view({VIEW: "input", RUN: run.id, **options}, empty=_NOTHING, key="draw-input", interval=_LIVE)
        with st.container(key="draw-why"):
            drawing_view({VIEW: "evidence", RUN: run.id}, empty="", key="draw-evidence", rest=_REST)


def _networks(run: Run) -> None:
    empty = "Draw a digit: all networks of the lab read it side by side, those that disagree first."
    drawing_view({VIEW: "networks", RUN: run.id}, empty=empty, key="draw-networks", interval=_SLOWER)


def _epochs(run: Run) -> None:
    epochs = list(epoch_weight_files(services().store.files.fetched(run.id).epochs))
    if not epochs:
        st.markdown(NO_EPOCHS)
        return
    key = f"draw-epoch-{run.id}"
    epoch = st.select_slider("Epoch", epochs, value=epochs[-1], key=key) if len(epochs) > 1 else epochs[0]
    empty = "Draw a digit: this tells after which epoch the network has learned to read it."
    options = {VIEW: "epochs", RUN: run.id, EPOCH: str(epoch)}
    drawing_view(options, empty=empty, key="draw-epochs", interval=_SLOWER)


def _layers(run: Run) -> None:
    picked = _picked_layer(run)
    options = {} if picked is None else {LAYER: str(picked)}
    empty = "Draw a digit: this shows it on its way through the layers. A click on a layer enlarges its maps."
    drawing_view({VIEW: _LAYERS, RUN: run.id, **options}, empty=empty, key="draw-layers", interval=_SLOWER)


_VIEWS: Mapping[str, tuple[str, Callable[[Run], None]]] = {
    "input": ("What it sees", _network_input),
    "networks": ("All networks", _networks),
    "epochs": ("Through the epochs", _epochs),
    _LAYERS: ("Through the layers", _layers),
    "photo": ("A photo", picture_panel),
}
"""Title and drawing of each view, by its name in the URL."""
