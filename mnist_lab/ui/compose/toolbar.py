"""The toolbar of Compose: presets, the network's name, undo and redo."""

import streamlit as st

from mnist_lab import formatting
from mnist_lab.network import MAX_NAME_LENGTH, PRESETS, Analysis, Network, inline_label, matching_preset
from mnist_lab.recipe import Recipe, preset_recipe, preset_recipe_reason
from mnist_lab.ui.components.page.shortcuts import shortcuts
from mnist_lab.ui.components.text_limit import limit_message
from mnist_lab.ui.compose.layers_panel import say_in_list
from mnist_lab.ui.panels.preset_cards import EMPTY, grouped_presets
from mnist_lab.ui.session import network_draft
from mnist_lab.ui.session.recipe_draft import chosen_recipe, open_recipe

_GALLERY = "show-presets"
_NAME = "network-name"


def preset_picker() -> None:
    """Draw the button that opens the gallery of preset networks."""
    st.button("Start from", key="start-from", icon=":material/auto_awesome_mosaic:", on_click=_ask_for_preset)
    if st.session_state.pop(_GALLERY, False):
        _gallery()


def start_from(name: str) -> None:
    """Make a preset, or the empty network, the session's network, as an edit that can be undone."""
    if name == EMPTY:
        network_draft.change(Network())
    elif name in PRESETS:
        network_draft.change(PRESETS[name].network)
        # Only a default recipe or that of another preset is replaced, not one that the user has changed.
        if chosen_recipe() == Recipe() or preset_recipe_reason(chosen_recipe()):
            open_recipe(preset_recipe(name))


def name_field() -> None:
    """Draw the field with the network's name."""
    st.session_state[_NAME] = network_draft.history().network.name
    st.text_input("Name of the network", key=_NAME, on_change=_rename, label_visibility="collapsed")


def undo_buttons() -> None:
    """Draw the undo and redo buttons with their keyboard shortcuts."""
    history = network_draft.history()
    with st.container(horizontal=True, width="content", wrap=False, gap="xsmall"):
        st.button(
            "",
            key="undo",
            icon=":material/undo:",
            help="Undo (Ctrl or ⌘ + Z)",
            disabled=not history.can_undo,
            on_click=_undo,
        )
        st.button(
            "",
            key="redo",
            icon=":material/redo:",
            help="Redo (Ctrl or ⌘ + Shift + Z)",
            disabled=not history.can_redo,
            on_click=_redo,
        )
        shortcuts({"z": _undo, "shift+z": _redo, "y": _redo}, key="undo-shortcuts")


def _undo() -> None:
    if network_draft.history().can_undo:
        network_draft.undo()
        say_in_list(f"Undone: {_what_is_there()}")


def _redo() -> None:
    if network_draft.history().can_redo:
        network_draft.redo()
        say_in_list(f"Done again: {_what_is_there()}")


def _what_is_there() -> str:
    network = network_draft.history().network
    return f"{network.name} has {formatting.quantity(len(network.layers), 'layer')} now."


def why_not_trainable(analysis: Analysis) -> str:
    """Why an invalid network cannot be trained: the layers that have errors."""
    faulty = [report for report in analysis.layers if any(problem.severity == "error" for problem in report.problems)]
    named = [f"{report.number} ({report.title.lower()})" for report in faulty if report.number is not None]
    if not named:
        return "This network cannot be trained yet: see the error at its output layer."
    more = f" and {len(named) - 2} more" if len(named) > 2 else ""
    noun = "Layers" if len(named) > 1 else "Layer"
    return f"{noun} {', '.join(named[:2])}{more} must be repaired before this network can be trained."


def why_no_cost(analysis: Analysis) -> str:
    """What must be repaired first before the cost of an invalid network is known."""
    error = analysis.errors[0]
    if error.index is None:
        return f"The cost is known once the network is repaired. {error.message}"
    named = inline_label(analysis.network.layers[error.index])
    return f"The cost is known once layer {error.index + 1}, {named}, is repaired."


def _ask_for_preset() -> None:
    st.session_state[_GALLERY] = True


@st.dialog("Start from", width="large")
def _gallery() -> None:
    preset = matching_preset(network_draft.history().network)
    clicked = grouped_presets(key="presets", chosen="" if preset is None else preset.name)
    if clicked:
        start_from(clicked)
        st.rerun()


def _rename() -> None:
    name = st.session_state[_NAME]
    if message := limit_message(name, MAX_NAME_LENGTH):
        st.toast(f"{message} The end was cut off.", icon=":material/info:")
    network_draft.change(network_draft.history().network.rename(name), pick=network_draft.picked())
