"""The drawing canvas: streamlit-drawable-canvas's own script, in a layer that undoes and clears in the browser.

The package's Python function `st_canvas` is not called: with it, the app can only clear by beginning a new canvas, and
what was drawn between the click and the answer was lost. The layer calls the package's script, which Streamlit serves.
"""

import importlib.util
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from mnist_lab.ui.components.assets import script
from mnist_lab.ui.components.streamlit_dom import CANVAS_BOXES, CANVAS_TOOLBAR
from mnist_lab.ui.live.canvas_picture import MAX_PEN, MIN_PEN, SIDE

Stroke = Mapping[str, Any]

MAX_STROKES = 1000
_MAX_ID = 64
_PACKAGE = "streamlit_drawable_canvas"
_COMPONENT = f"streamlit-drawable-canvas.{_PACKAGE}"
"""The name under which Streamlit serves the files of the package."""

_STYLE = f"""
.lab-canvas {{ color: var(--st-text-color); }}
.lab-canvas-pad {{ position: relative; width: var(--lab-canvas-side, {SIDE}px); aspect-ratio: 1;
  touch-action: none; user-select: none;
  -webkit-user-select: none; -webkit-touch-callout: none; }}
.lab-canvas-pad * {{ touch-action: none; }}
/* The package draws {SIDE} pixels, however large they are shown. */
.lab-canvas-pad :is({CANVAS_BOXES}) {{ width: 100% !important; height: 100% !important; max-width: none; }}
.lab-canvas-pad {CANVAS_TOOLBAR} {{ display: none !important; }}
.lab-canvas-prompt {{ position: absolute; inset: 0; z-index: 15; display: flex; align-items: center;
  justify-content: center; pointer-events: none; font-size: 0.875rem; opacity: 0.8; }}
.lab-canvas-prompt[hidden] {{ display: none; }}
.lab-canvas-pad:focus-visible {{ outline: 2px solid var(--st-primary-color); outline-offset: 2px; }}
.lab-canvas-pad:not(:focus-visible) > :is(.lab-canvas-pen, .lab-canvas-keys) {{ display: none; }}
.lab-canvas-pen {{ position: absolute; z-index: 15; width: 1rem; height: 1rem; translate: -50% -50%; border-radius: 50%;
  border: 2px solid var(--st-primary-color); pointer-events: none; }}
.lab-canvas-pen.down {{ background: var(--st-primary-color); }}
.lab-canvas-keys {{ position: absolute; z-index: 15; inset: auto 0.25rem 0.25rem; text-align: center;
  font-size: 0.75rem; pointer-events: none; }}
.lab-canvas-tools {{ display: flex; gap: 0.5rem; align-items: end; margin-top: 0.75rem; }}
.lab-canvas-note {{ margin-top: 0.5rem; font-size: 0.875rem; }}
.lab-canvas-tools button {{ font: inherit; color: inherit; background: none; cursor: pointer; min-height: 2.5rem;
  padding: 0.25rem 0.75rem; border: 1px solid var(--st-border-color); border-radius: 0.5rem; }}
.lab-canvas-tools button:disabled {{ opacity: 0.4; cursor: not-allowed; }}
.lab-canvas-tools button:enabled:hover {{ color: var(--st-primary-color); border-color: var(--st-primary-color); }}
.lab-canvas-tools :focus-visible {{ outline: 2px solid var(--st-primary-color); outline-offset: 2px; }}
.lab-canvas-tools label {{ flex: 1; min-width: 0; font-size: 0.875rem; }}
.lab-canvas-tools input {{ display: block; width: 100%; height: 1.5rem; margin: 0.1rem 0 0;
  accent-color: var(--st-primary-color); }}
"""


@dataclass(frozen=True)
class CanvasReport:
    """What the browser has reported last; a part is None until it has changed."""

    strokes: Sequence[Stroke] | None
    width: int | None
    """Pixels of the pen."""
    id: str = ""
    """Of this drawing, by which the browser knows it again."""


def _files(pattern: str) -> Path:
    # The package itself must not be imported: without the server, its import fails.
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"{_PACKAGE} is missing: pip install -r requirements.txt installs it.")
    return next((Path(spec.submodule_search_locations[0]) / "frontend" / "build").glob(pattern))


_component = st.components.v2.component(
    "mnist_lab_drawing_canvas",
    html=f"""
    <div class="lab-canvas">
      <div class="lab-canvas-pad" tabindex="0" role="application" aria-label="Canvas"
        aria-describedby="lab-canvas-keys">
        <div class="canvas-root"></div><div class="lab-canvas-prompt">Draw here</div><i class="lab-canvas-pen"></i>
        <div class="lab-canvas-keys" id="lab-canvas-keys">Arrow keys move the pen, Space sets it down and lifts it</div>
      </div>
      <div class="lab-canvas-tools">
        <button type="button" disabled>Undo</button><button type="button" disabled>Clear</button>
        <label>Pen size <input type="range" min="{MIN_PEN:g}" max="{MAX_PEN:g}"></label>
      </div>
      <div class="lab-canvas-note" role="status" hidden>This drawing has too many lines to be read. Undo some.</div>
    </div>
    """,
    css=_files("index-*.css").read_text(encoding="utf-8") + _STYLE,
    js=script("drawing_canvas", "keyboard_pen", "shortcut", "drawing_bus"),
    isolate_styles=True,
)


def drawing_canvas(strokes: Sequence[Stroke], width: int, drawing_id: str, *, key: str) -> None:
    """Draw the canvas, its Undo and Clear buttons and the pen size. `reported` has what the user does with them.

    Args:
        strokes: What is on the canvas when the browser draws it for the first time; ignored afterwards.
        width: Pixels of the pen; like `strokes`.
        drawing_id: The id with which the strokes were reported. If the browser has another drawing, that one is shown.
        key: Identifies the canvas.
    """
    # Relative to the page, as the app may be below a path.
    url = f"_stcore/bidi-components/{_COMPONENT}/{_files('index-*.js').name}"
    # A list: to check whether the values of a dictionary are tables, Streamlit would load pandas (0.4 s, 50 MB).
    _component(
        data=[url, SIDE, list(strokes), width, drawing_id],
        key=key,
        on_drawing_change=lambda: None,
        on_width_change=lambda: None,
    )


def reported(key: str) -> CanvasReport:
    """What the browser has reported of the canvas with this key."""
    state = st.session_state.get(key)
    return report_of(state.get("drawing"), state.get("width")) if state else CanvasReport(None, None)


def report_of(drawing: object, width: object) -> CanvasReport:
    """What the browser has sent, as a report; values that our page does not send count as nothing.

    Args:
        drawing: `{"strokes": […], "id": "…"}`, or None.
        width: 8 to 40, or None.
    """
    strokes, drawing_id = None, ""
    if isinstance(drawing, Mapping) and isinstance(drawing.get("strokes"), list):
        drawing_id = str(drawing.get("id", ""))[:_MAX_ID]
        strokes = [stroke for stroke in drawing["strokes"][:MAX_STROKES] if _is_stroke(stroke)]
    return CanvasReport(
        strokes,
        width if isinstance(width, int) and MIN_PEN <= width <= MAX_PEN else None,
        drawing_id,
    )


def _is_stroke(stroke: object) -> bool:
    width = stroke.get("strokeWidth") if isinstance(stroke, Mapping) else None
    return isinstance(width, int | float) and MIN_PEN <= width <= MAX_PEN
