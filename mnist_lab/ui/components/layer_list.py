"""The list of a network's layers: compact rows to pick, move, add and remove by mouse, finger and keyboard."""

from collections.abc import Callable
from dataclasses import astuple, dataclass

import streamlit as st

from mnist_lab.ui.components.assets import script, style
from mnist_lab.ui.components.streamlit_dom import DIAGRAM_WRAPPER, LAYER_FORM

_ADD = (
    ("Conv2D", "Convolution"),
    ("MaxPooling2D", "Max pooling"),
    ("Dropout", "Dropout"),
    ("BatchNormalization", "Batch norm"),
)
_PLUS = '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M12 5v14M5 12h14"/></svg>'
_BUTTONS = "".join(
    f'<button type="button" data-kind="{kind}" aria-label="Add {name.lower()}">{_PLUS}{name}</button>'
    for kind, name in _ADD
)
_KEYS = (
    "<kbd>↑</kbd> <kbd>↓</kbd> go · <kbd>Alt</kbd> <kbd>↑</kbd> <kbd>↓</kbd> move · <kbd>Enter</kbd> edit · "
    "<kbd>Space</kbd> or <kbd>Shift</kbd> <kbd>↑</kbd> <kbd>↓</kbd> pick several · <kbd>+</kbd> insert · "
    "<kbd>Ctrl</kbd> <kbd>D</kbd> duplicate · <kbd>Delete</kbd> remove"
)

_component = st.components.v2.component(
    "mnist_lab_layer_list",
    html=f"""
    <div class="lab-layers" translate="no">
      <div class="head">
        <span class="count"></span>
        <button type="button" class="several" aria-pressed="false">Pick several</button>
        <span class="shape" aria-hidden="true">Output</span>
        <span class="parameters" aria-hidden="true">Parameters</span>
        <span class="share" aria-hidden="true" title="Share of the multiply-adds">Cost</span>
      </div>
      <ol class="rows" aria-label="Layers" aria-describedby="lab-layer-keys"></ol>
      <div class="add" role="group" aria-label="Add a layer">
        {_BUTTONS}<button type="button" aria-haspopup="menu" aria-label="Add another layer">{_PLUS}More</button>
      </div>
      <p class="said" role="status"></p>
      <p class="keys" id="lab-layer-keys">{_KEYS}</p>
      <div class="menu" role="menu" hidden></div>
      <div class="line" hidden></div>
      <div class="ghost" aria-hidden="true" hidden></div>
    </div>
    """,
    css=style("layer_list"),
    js=script("layer_list", "motion", "layer_rows", "layer_menu", "layer_drag"),
    isolate_styles=False,
)


@dataclass(frozen=True)
class ListState:
    """What the page tells the list besides its rows."""

    picked: tuple[int, ...] = ()
    """The layers whose form is open."""
    handled: int = 0
    """Number of the last action that the page has answered."""
    focus: int | None = None
    """The layer that this action was about, where it is now."""
    show: tuple[int, int, bool] = (0, 0, False)
    """A number that changes with each request to show a layer, its index, and whether it takes the focus."""
    notice: tuple[int, str] = (0, "")
    """A number that changes with each message, and the message, which the list says."""


def layer_list(rows: str, state: ListState, kinds: str, *, key: str, on_action: Callable[[], None]) -> None:
    """Draw the list of layers.

    Args:
        rows: Rows, repeats and problems as JSON; see `ui/compose/layer_rows.py`.
        state: What else the list must know.
        kinds: The menu of kinds as JSON.
        key: Identifies the list.
        on_action: Called before the page is drawn again for an action; `reported_action` returns the action.
    """
    # A list: to check whether the values of a dictionary are tables, Streamlit would load pandas.
    parts = (list(part) if isinstance(part, tuple) else part for part in astuple(state))
    data = [rows, *parts, kinds, DIAGRAM_WRAPPER, LAYER_FORM]
    _component(data=data, key=key, on_action_change=on_action)


def reported_action(key: str) -> object:
    """What the list with this key reported just now; it may be anything."""
    state = st.session_state.get(key)
    return state.get("action") if state else None
