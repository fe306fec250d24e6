"""Compose: build a network layer by layer, and see its shapes, its cost and its problems."""

import streamlit as st

from mnist_lab.network import MAX_LAYERS, analyse
from mnist_lab.ui.components.markdown import plain
from mnist_lab.ui.components.network_diagram import network_diagram
from mnist_lab.ui.compose.cost_panel import cost_panel
from mnist_lab.ui.compose.import_export import export_popover, import_popover
from mnist_lab.ui.compose.layer_cards import add_buttons, implied_card, layer_card, show_card
from mnist_lab.ui.compose.layer_html import STYLE
from mnist_lab.ui.compose.toolbar import name_field, preset_picker, undo_buttons, why_not_trainable
from mnist_lab.ui.session import network_draft
from mnist_lab.ui.session.navigation import go

network = network_draft.open_draft()
analysis = analyse(network)
st.html(STYLE)

with st.container(horizontal=True, vertical_alignment="bottom", key="compose-toolbar"):
    preset_picker()
    name_field()
    undo_buttons()
    import_popover()
    export_popover()
    if st.button(
        "Go to training",
        type="primary",
        icon=":material/arrow_forward:",
        disabled=not analysis.valid,
        key="train-this",
    ):
        go("train", network_draft.link_parameters())

if message := network_draft.refused_link():
    st.error(plain(message), icon=":material/link_off:")
if not analysis.valid:
    st.caption(f":material/build: {plain(why_not_trainable(analysis))}")

with st.container(border=True, key="compose-strip"):
    clicked = network_diagram(analysis, key="strip", picked=network_draft.picked())
    if clicked is not None and clicked != network_draft.picked():
        network_draft.pick(clicked)
        st.session_state["compose-show"] = clicked
        st.rerun()

cards, cost = st.columns([3, 2], gap="medium")
with cards:
    if not network.layers:
        st.info("The network is empty: add a first layer, or start from a preset.", icon=":material/add_circle:")
    for report in analysis.layers:
        if report.index is None:
            implied_card(report)
        elif report.index < MAX_LAYERS:
            layer_card(report, analysis)
    add_buttons()
    if (index := st.session_state.pop("compose-show", None)) is not None:
        show_card(index)
with cost:
    cost_panel(analysis)
network_draft.write_link()
