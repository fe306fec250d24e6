"""Train: the network, the data set and the recipe of the next training, and the current run with its live curves."""

import streamlit as st

from mnist_lab import formatting
from mnist_lab.data import DataSource
from mnist_lab.network import analyse
from mnist_lab.recipe import preset_recipe_reason
from mnist_lab.recipe.recipe_labels import recipe_line
from mnist_lab.ui.components.markdown import plain
from mnist_lab.ui.live.current_run import select_run
from mnist_lab.ui.panels.run_picker import pick_next
from mnist_lab.ui.panels.undo_notice import undo_notice
from mnist_lab.ui.services.container import services
from mnist_lab.ui.services.training_time import total_time_text, training_time
from mnist_lab.ui.session import network_draft
from mnist_lab.ui.session.deletions import deleted_name
from mnist_lab.ui.session.navigation import go
from mnist_lab.ui.session.query_params import RUN
from mnist_lab.ui.session.recipe_draft import chosen_recipe
from mnist_lab.ui.session.viewer import viewer
from mnist_lab.ui.train.recipe_form import recipe_form, rest_of_recipe
from mnist_lab.ui.train.recipe_offer import preset_recipe_offer
from mnist_lab.ui.train.run_panel import run_panel
from mnist_lab.ui.train.same_training import same_training_notice
from mnist_lab.ui.train.setup_cards import dataset_card, network_card
from mnist_lab.ui.train.start_buttons import go_to_started, run_name_field, show_run, sweep_popover, train_button
from mnist_lab.ui.train.train_style import STYLE

_HEAD_WIDTH = 520  # pixels; a phone is narrower, so its buttons are below the title

st.html(STYLE)
shared = services()
shared.reference.ensure()
wanted = st.query_params.get(RUN)
current = select_run(wanted, viewer().browser_id)
if wanted and current.error and deleted_name(wanted):
    del st.query_params[RUN]
    wanted, current = None, select_run(None, viewer().browser_id)
names_network = network_draft.has_link()
network = network_draft.open_draft()
# A run in the URL is shown above the next training, and stays there when it ends. An active run is written into the
# URL, unless the URL contains another network, which the user has opened in order to train it.
under_way = current.run if current.is_busy else None
if not wanted and under_way is not None and (not names_network or network.layers == under_way.network.layers):
    wanted = st.query_params[RUN] = under_way.id
with st.container(key="train-deleted"):
    undo_notice(lambda run_ids: show_run(run_ids[0]))
if current.run is not None and current.run.result is not None and current.run.owner == viewer().browser_id:
    pick_next(current.run)
run_first = bool(wanted) and not current.error
analysis = analyse(network)
dataset = shared.datasets.current()

if current.error:
    st.warning(plain(current.error), icon=":material/search_off:")
if run_first:
    live, setup = st.container(key="train-live"), st.container(key="train-setup")
else:
    setup, live = st.container(key="train-setup"), st.container(key="train-live")

with setup:
    if run_first:
        st.space("small")
    head = st.container(key="train-head")
    with st.container(key="stacked-setup"):
        left, right = st.columns([2, 1], gap="medium")
    with left:
        wants_compose = network_card(analysis)
        dataset_card(dataset)
    with right, st.container(border=True, height="stretch", key="train-recipe"):
        st.subheader("Recipe", anchor=False)
        recipe_form(len(dataset.train_labels))
        if why := preset_recipe_reason(chosen_recipe()):
            st.caption(why)
        preset_recipe_offer(network)
        run_name = run_name_field(network)
    rest_of_recipe(dataset)
network_draft.write_link()
if wants_compose:
    # After the form: it may have a change of the recipe that was made just before the click.
    go("compose", network_draft.link_parameters())

with head:
    recipe = chosen_recipe()
    time = total_time_text([training_time(network, recipe)], early_stopping=recipe.early_stopping is not None)
    parts = [plain(recipe_line(recipe)), *([formatting.on_one_line(plain(time))] if time and analysis.valid else [])]
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        with st.container(gap=None, width=_HEAD_WIDTH):
            st.header("Next training" if run_first else "Train", anchor=False)
            st.caption(" · ".join(parts))
        with st.container(horizontal=True, width="content"):
            refused = train_button(analysis, recipe, run_name)
            sweep_popover(analysis, recipe, run_name)
    if dataset.source is not DataSource.MNIST:
        st.caption(f":material/cloud_off: This would train on the {plain(dataset.title)}, not on MNIST itself.")
    if analysis.valid:
        same_training_notice(network, recipe, dataset.source)
    if refused:
        st.error(plain(refused), icon=":material/block:")
    if refused_link := network_draft.refused_link():
        st.error(plain(refused_link), icon=":material/link_off:")

with live:
    if current.run is None:
        with st.container(border=True):
            st.markdown(
                "**You have not trained a network yet.** Press **Train this network**: the curves of loss and accuracy "
                "then grow here while it trains."
            )
    else:
        if not run_first:
            st.space("small")
            st.caption("Under way" if current.is_busy else "Last run")
        run_panel(wanted, current.layout_key)
go_to_started()
