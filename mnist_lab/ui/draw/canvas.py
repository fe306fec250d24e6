"""The drawing canvas, in the colours of the theme, with its own Clear and Undo buttons."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from mnist_lab.charts import PALETTES
from mnist_lab.ui.components import streamlit_dom as dom
from mnist_lab.ui.components.theme import theme

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SIDE = 320
FRAME = SIDE + 34
"""Width in pixels of the canvas with its frame."""

Stroke = dict[str, Any]

_VERSION = "canvas-version"
_START = "canvas-start"
_STROKES = "canvas-strokes"
_IMAGES = "canvas-images"
_THEME = "canvas-theme"

_STYLE = f"""<style>
{dom.CANVAS_PAD} {{ position: relative; }}
{dom.CANVAS_PROMPT} {{
  position: absolute; inset: 0; z-index: {dom.CANVAS_PROMPT_LAYER}; height: {SIDE}px; pointer-events: none;
  transition: opacity 0.2s 3s;
}}
{dom.CANVAS_PAD}:active {dom.CANVAS_PROMPT} {{ opacity: 0; transition: none; }}
</style>"""
"""The prompt lies on the canvas and is hidden while the pen is down. It stays hidden until the server has received the
stroke and no longer draws the prompt."""


@dataclass(frozen=True)
class CanvasDrawing:
    """What is drawn on the canvas."""

    pixels: "NDArray[np.uint8]"
    """RGBA, shape (320, 320, 4), dark ink on light paper or light ink on dark."""
    pen_width: float
    """Width in pixels of the widest pen used."""


def drawing_canvas() -> CanvasDrawing | None:
    """Draw the canvas and its controls; returns the drawing, or None while the canvas is empty.

    The session keeps the drawing when the user leaves the page or changes the theme.
    """
    from streamlit_drawable_canvas import st_canvas

    st.html(_STYLE)
    with st.container(border=True, width=FRAME, key="canvas-frame"):
        pad = st.container(key="canvas-pad", gap=None)
        with st.container(horizontal=True, vertical_alignment="bottom", wrap=False, gap="xsmall"):
            undo = st.empty()
            clear = st.empty()
            width = st.slider("Pen size", 8, 40, 20, key="pen-width", persist_state="session")
    # The component keeps its strokes as long as its page is shown and its key stays the same.
    key = f"canvas-{_version()}"
    if key not in st.session_state:
        st.session_state[_THEME] = theme()
        st.session_state[_START] = [
            {**stroke, "stroke": PALETTES[theme()]["ink"]} for stroke in st.session_state.get(_STROKES, ())
        ]
    colours = PALETTES[st.session_state[_THEME]]
    with pad:
        result = st_canvas(
            stroke_width=width,
            stroke_color=colours["ink"],
            background_color=colours["background"],
            height=SIDE,
            width=SIDE,
            drawing_mode="freedraw",
            initial_drawing={"objects": st.session_state[_START]},
            return_image_data=True,
            key=key,
        )
        strokes: list[Stroke] = list((result.json_data or {}).get("objects", ()))
        st.session_state[_STROKES] = strokes
        # Drawn here, so that the prompt disappears before the prediction is computed.
        prompt = st.empty()
        if not strokes:
            with prompt.container(key="canvas-prompt", horizontal_alignment="center", vertical_alignment="center"):
                st.caption("Draw here", width="content")
    if undo.button("Undo", icon=":material/undo:", shortcut="mod+z", disabled=not strokes, key="canvas-undo"):
        _restart(strokes[:-1])
    if clear.button("Clear", icon=":material/ink_eraser:", disabled=not strokes, key="canvas-clear"):
        _restart([])
    png = _png_of(len(strokes), result.image_bytes) if strokes else None
    # A canvas loses its strokes when its colours change.
    if st.session_state[_THEME] != theme():
        _restart(strokes)
    return (
        None
        if png is None
        else CanvasDrawing(_pixels(png), max(stroke.get("strokeWidth", width) for stroke in strokes))
    )


def _png_of(strokes: int, png: bytes | None) -> bytes | None:
    """The PNG of a drawing with this number of strokes: the one just received, or else the stored one.

    A canvas sends no image of the strokes that it starts with.
    """
    images: dict[int, bytes] = st.session_state.setdefault(_IMAGES, {})
    if png is not None:
        images[strokes] = png
    return images.get(strokes)


def _pixels(png: bytes) -> "NDArray[np.uint8]":
    import numpy as np
    from PIL import Image

    with Image.open(io.BytesIO(png)) as image:
        return np.asarray(image.convert("RGBA"))


def _version() -> int:
    number: int = st.session_state.setdefault(_VERSION, 0)
    return number


def _restart(strokes: Sequence[Stroke]) -> None:
    """Replace the canvas by a new one with these strokes."""
    st.session_state[_STROKES] = strokes
    if not strokes:
        st.session_state.pop(_IMAGES, None)
    st.session_state[_VERSION] = _version() + 1
    st.rerun()
