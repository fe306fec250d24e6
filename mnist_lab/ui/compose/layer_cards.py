"""A card for each layer, with its cost and its problems; the selected card has the form to edit the layer."""

import streamlit as st

from mnist_lab.network import KINDS, TITLES, Analysis, LayerReport, default_layer, insertion_index
from mnist_lab.ui.components.scroll_to import scroll_to
from mnist_lab.ui.components.streamlit_dom import by_key
from mnist_lab.ui.compose.layer_form import layer_form
from mnist_lab.ui.compose.layer_html import card_html
from mnist_lab.ui.panels.problem_list import problem_list
from mnist_lab.ui.session import network_draft

_ADD_BUTTONS = {
    "Conv2D": "Convolution",
    "MaxPooling2D": "Max pooling",
    "Dropout": "Dropout",
    "BatchNormalization": "Batch norm",
}


def implied_card(report: LayerReport) -> None:
    """Draw the card of a layer that is added automatically, which cannot be edited, with its problems."""
    with st.container(border=True, gap="small", key=f"layer-card-{report.layer.kind}-implied"):
        st.html(card_html(report))
        problem_list(report.problems, key=f"{report.index}")


def layer_card(report: LayerReport, analysis: Analysis) -> None:
    """Draw the card of a layer; only the selected card has a form, so that a page with 64 layers stays fast."""
    if report.index is None:
        raise ValueError("An implied layer cannot be edited.")
    index = report.index
    is_open = network_draft.picked() == index
    with st.container(border=True, gap="small", key=f"layer-card-{index}"):
        with st.container(horizontal=True, vertical_alignment="center", wrap=False, gap="small"):
            st.html(card_html(report))
            st.button(
                "Close" if is_open else "Edit",
                key=f"open-{index}",
                type="tertiary",
                icon=":material/expand_less:" if is_open else ":material/tune:",
                on_click=network_draft.pick,
                args=(None if is_open else index,),
            )
        if is_open:
            layer_form(index, report.layer)
            _move_buttons(index, len(analysis.network.layers))
        problem_list(report.problems, key=f"{report.index}")


def show_card(index: int) -> None:
    """Scroll to the card of the layer at `index`."""
    scroll_to(by_key(f"layer-card-{index:d}"), key="compose-scroll")


def add_buttons() -> None:
    """Draw the buttons that add a layer: after the selected layer, or else at the end."""
    after = network_draft.picked()
    where = (
        "at the end, or at the last possible position" if after is None else f"after layer {after + 1}, or before it"
    )
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="add-layer"):
        for kind, label in _ADD_BUTTONS.items():
            st.button(
                label,
                key=f"add-{kind}",
                icon=":material/add:",
                help=f"Add it {where}",
                on_click=_add,
                args=(kind,),
            )
        st.menu_button(
            "More",
            [kind for kind in KINDS if kind not in _ADD_BUTTONS],
            format_func=lambda kind: TITLES[kind],
            key="add-more",
            icon=":material/add:",
            help=f"Add another kind of layer {where}",
            on_click=_add_chosen,
        )


def _move_buttons(index: int, layers: int) -> None:
    with st.container(horizontal=True, gap="small"):
        _icon_button("up", index, ":material/arrow_upward:", "Move up", disabled=index == 0)
        _icon_button("down", index, ":material/arrow_downward:", "Move down", disabled=index == layers - 1)
        _icon_button("duplicate", index, ":material/content_copy:", "Duplicate")
        _icon_button("remove", index, ":material/delete:", "Remove")


def _icon_button(action: str, index: int, icon: str, label: str, *, disabled: bool = False) -> None:
    st.button(
        label,
        key=f"{action}-{index}",
        icon=icon,
        disabled=disabled,
        type="tertiary",
        on_click=_act,
        args=(action, index),
    )


def _act(action: str, index: int) -> None:
    network = network_draft.history().network
    if index >= len(network.layers):
        return
    if action == "up":
        network_draft.change(network.move(index, -1), pick=max(index - 1, 0))
    elif action == "down":
        network_draft.change(network.move(index, 1), pick=min(index + 1, len(network.layers) - 1))
    elif action == "duplicate":
        network_draft.change(network.duplicate(index), pick=index + 1)
    else:
        network_draft.change(network.remove(index))


def _add(kind: str) -> None:
    network = network_draft.history().network
    after = network_draft.picked()
    layer = default_layer(kind)
    index = insertion_index(network, layer, len(network.layers) if after is None else after + 1)
    network_draft.change(network.add(layer, index), pick=index)


def _add_chosen() -> None:
    if kind := st.session_state.get("add-more"):
        _add(kind)
