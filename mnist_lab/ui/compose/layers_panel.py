"""The list of layers on Compose: what the user does in it changes the session's network."""

from dataclasses import dataclass

import streamlit as st

from mnist_lab.network import Analysis, analyse
from mnist_lab.ui.components.layer_list import ListState, layer_list, reported_action
from mnist_lab.ui.compose.layer_actions import perform, read_action
from mnist_lab.ui.compose.layer_rows import KIND_MENU, rows_json
from mnist_lab.ui.session import network_draft

_LIST = "layers"
_ANSWER = "compose-answer"
_SHOW = "compose-show"
_NOTICE = "compose-notice"


@dataclass(frozen=True)
class _Answer:
    number: int = 0
    focus: int | None = None


def layers_panel(analysis: Analysis) -> None:
    """Draw the list of layers."""
    answer: _Answer = st.session_state.get(_ANSWER, _Answer())
    show: tuple[int, int, bool] = st.session_state.get(_SHOW, (0, 0, False))
    notice: tuple[int, str] = st.session_state.get(_NOTICE, (0, ""))
    state = ListState(network_draft.picked_layers(), answer.number, answer.focus, show, notice)
    layer_list(rows_json(analysis), state, KIND_MENU, key=_LIST, on_action=_act)


def show_layer(index: int, *, focus: bool = False) -> None:
    """Scroll to the row of the layer at `index`, or else of the last one, and give it the focus if `focus` says so."""
    number, _, _ = st.session_state.get(_SHOW, (0, 0, False))
    st.session_state[_SHOW] = (number + 1, index, focus)


def say_in_list(message: str) -> None:
    """Say in the line below the list what has happened to the network."""
    number, _ = st.session_state.get(_NOTICE, (0, ""))
    st.session_state[_NOTICE] = (number + 1, message)


def _act() -> None:
    action = read_action(reported_action(_LIST))
    if action is None:
        return
    edit = perform(action, analyse(network_draft.history().network), network_draft.picked_layers())
    # An action that cannot be done is answered, too: the list shows the network as it is, and goes on.
    st.session_state[_ANSWER] = _Answer(action.number, edit.focus if edit else None)
    if edit is not None:
        network_draft.change(edit.network, pick=edit.picked)
