"""Compose: build a network layer by layer, and see its shapes, its cost and its problems."""

import streamlit as st

from mnist_lab.network import analyse
from mnist_lab.ui.components.markdown import plain
from mnist_lab.ui.components.network_diagram import network_diagram
from mnist_lab.ui.compose.compose_style import STYLE
from mnist_lab.ui.compose.cost_panel import cost_panel
from mnist_lab.ui.compose.form_panel import form_panel
from mnist_lab.ui.compose.import_export import export_popover, import_popover
from mnist_lab.ui.compose.layers_panel import layers_panel, show_layer
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
        help=None if analysis.valid else plain(why_not_trainable(analysis)),
        key="train-this",
    ):
        go("train", network_draft.link_parameters())

# In a container: an element that comes and goes would make the browser draw all below it anew, without their focus.
with st.container(key="compose-notes"):
    if message := network_draft.refused_link():
        st.error(plain(message), icon=":material/link_off:")

with st.container(border=True, key="compose-strip"):
    clicked = network_diagram(analysis, key="strip", picked=network_draft.picked(), screen_share=0.22)
    if clicked is not None and clicked != network_draft.picked():
        network_draft.pick(clicked)
        show_layer(clicked)
        st.rerun()

with st.container(key="compose-body"):
    layers, side = st.columns(2, gap="medium")
    with layers:
        layers_panel(analysis)
    with side, st.container(key="compose-side"):
        with st.container(key="compose-form"):
            if picked := network_draft.picked_layers():
                form_panel(analysis, picked)
        cost_panel(analysis)
network_draft.write_link()
