"""Start: the whole lab on one screen. Choose a network, train it, and draw digits that it reads while it learns."""

import streamlit as st

from mnist_lab.network import analyse, matching_preset
from mnist_lab.ui.components.markdown import plain
from mnist_lab.ui.components.network_diagram import network_diagram
from mnist_lab.ui.components.page.tour import tour
from mnist_lab.ui.compose.toolbar import start_from
from mnist_lab.ui.panels.preset_cards import preset_row
from mnist_lab.ui.panels.run_picker import pick_next
from mnist_lab.ui.services.container import services
from mnist_lab.ui.session import network_draft
from mnist_lab.ui.session.navigation import go
from mnist_lab.ui.session.query_params import RUN
from mnist_lab.ui.session.recipe_draft import chosen_recipe
from mnist_lab.ui.session.viewer import viewer
from mnist_lab.ui.start.draw_card import draw_card
from mnist_lab.ui.start.network_line import network_line, problems_help
from mnist_lab.ui.start.page_style import STYLE
from mnist_lab.ui.start.shown_run import choose_run
from mnist_lab.ui.start.tour_steps import STEPS
from mnist_lab.ui.start.train_card import train_card
from mnist_lab.ui.train.start_buttons import stay_here

PRESETS = ("small-cnn", "tiny", "linear", "lenet-5", "fast", "strong", "champion", "reader")
"""In the row: what a first visitor can train within a minute, then what came of more."""

network = network_draft.open_draft()
analysis = analyse(network)
shown = choose_run(
    network,
    chosen_recipe(),
    st.query_params.get(RUN, ""),
    viewer().browser_id,
    services().store_cache.snapshot(),
)

stay_here()
if shown.run is not None and shown.run.result is not None:
    pick_next(shown.run)

st.html(STYLE)
with st.container(horizontal=True, vertical_alignment="center", key="start-head"):
    st.title("Build a network, train it, draw a digit", anchor=False)
    st.markdown("[Glossary](glossary)", width="content")
    tour(STEPS, key="start-tour")
if message := network_draft.refused_link():
    st.error(plain(message), icon=":material/link_off:")

with st.container(horizontal=True, gap="medium", key="start-page"):
    with st.container(gap="xsmall", key="start-lab"):
        preset = matching_preset(network)
        clicked = preset_row(PRESETS, key="start-presets", chosen="" if preset is None else preset.name)
        if clicked and (preset is None or clicked != preset.name):
            start_from(clicked)
            st.query_params.pop(RUN, None)
            st.rerun()
        with st.container(gap=None, key="start-network"):
            with st.container(horizontal=True, vertical_alignment="center", key="start-name"):
                st.subheader(plain(network.name), anchor=False, width="content")
                st.caption(plain(network_line(analysis)), help=problems_help(analysis), width="stretch")
                wants_compose = st.button("Change it", icon=":material/layers:", key="start-compose", type="tertiary")
            picked = network_diagram(analysis, key="start-diagram", screen_share=0.165)
            if wants_compose or picked is not None:
                network_draft.pick(picked)
                go("compose", network_draft.link_parameters())
        with st.container(border=True, key="start-train-card"):
            train_card(analysis, chosen_recipe(), shown.run)
    with st.container(width="content", key="start-draw"):
        draw_card("" if shown.reader is None else shown.reader.id)
network_draft.write_link()
