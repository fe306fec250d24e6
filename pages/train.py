"""Train: the network, the digits and the recipe; and the run that is under way, with its curves as they grow."""

import uuid

import streamlit as st

from mnist_lab.charts import class_counts_figure, digit_sheet_png, text
from mnist_lab.data import Source, class_counts, samples
from mnist_lab.errors import RefusedError
from mnist_lab.network import analyse
from mnist_lab.training.submit import submit
from mnist_lab.ui import draft
from mnist_lab.ui.live_run import RUN, live_run, look
from mnist_lab.ui.places import go
from mnist_lab.ui.plain import plain
from mnist_lab.ui.plot import plot
from mnist_lab.ui.recipe_form import recipe_form, recipe_line
from mnist_lab.ui.services import services
from mnist_lab.ui.strip import strip
from mnist_lab.ui.theme import theme

lab = services()
network = draft.open_draft()
analysis = analyse(network)
digits = lab.shelf.digits()
owner = st.session_state.setdefault("session", uuid.uuid4().hex)
wanted = st.query_params.get(RUN)
glance = look(lab.store, wanted)

# What is under way, or asked for by the address, stands above what is to be trained next.
header = st.container(key="train-header")
live_first = glance.run is not None and (glance.is_busy or bool(wanted and not glance.trouble))
if live_first:
    live, setup = st.container(key="train-live"), st.container(key="train-setup")
else:
    setup, live = st.container(key="train-setup"), st.container(key="train-live")

with setup:
    left, right = st.columns([2, 1], gap="medium")
    with right, st.container(border=True):
        st.subheader("Recipe", anchor=False)
        recipe = recipe_form(len(digits.train_labels))
        name = st.text_input("Name of the run", max_chars=80, placeholder=network.name, key="run-name")

    with left, st.container(border=True, key="train-network"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.subheader(plain(network.name), anchor=False, width="content")
            figures = f"{text.count(analysis.parameters)} parameters · {text.short_count(analysis.multiply_adds)}"
            st.caption(f"{figures} multiply-adds", width="stretch")
            to_compose = st.button("Change the network", icon=":material/layers:", key="to-compose", type="tertiary")
        clicked = strip(analysis, key="train-strip")
        for problem in analysis.errors:
            st.error(plain(problem.sentence), icon=":material/error:")
        for problem in analysis.warnings:
            st.caption(f":material/warning: {plain(problem.sentence)}")
        if to_compose or clicked is not None:
            draft.pick(clicked)
            go("compose", draft.link_parameters())

    with left, st.container(border=True, key="train-digits"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.subheader(plain(digits.title), anchor=False, width="content")
            st.caption(f"{len(digits.train_labels):,} training and {len(digits.test_labels):,} test images")
        sheet_place, counts_place = st.columns(2, vertical_alignment="center")
        sheet = digit_sheet_png(samples(digits, 1, seed=1), columns=5, scale=2, theme=theme(), gap=2)
        sheet_place.image(sheet, alt=f"One digit of each class, from {digits.title}")
        counts = class_counts(digits.train_labels)
        alt = "Training images of each digit: " + ", ".join(f"{digit}: {count:,}" for digit, count in enumerate(counts))
        with counts_place:
            plot(class_counts_figure(counts), key="class-counts", alt=alt, height=150)

with header:
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.container(gap=None):
            st.header("Train", anchor=False)
            st.caption(f"{'Next: ' if live_first else ''}**{plain(network.name)}** {plain('· ' + recipe_line(recipe))}")
        pressed = st.button(
            "Train this network",
            type="primary",
            icon=":material/play_arrow:",
            disabled=not analysis.valid,
            key="train",
            help=None if analysis.valid else "This network cannot be trained yet; its problem is told below.",
        )
    if digits.source is not Source.MNIST:
        st.caption(f":material/cloud_off: This would train on {plain(digits.title)}, not on MNIST.")
    if refused := draft.refused_link():
        st.error(plain(refused), icon=":material/link_off:")
    if glance.trouble:
        st.warning(plain(glance.trouble), icon=":material/search_off:")
    if pressed:
        try:
            run = submit(lab.store, lab.settings, network, recipe, name=name.strip() or None, owner=owner)
        except RefusedError as error:
            st.error(plain(str(error)), icon=":material/block:")
        else:
            st.query_params[RUN] = run.id
            st.rerun()

with live:
    if glance.run is None:
        with st.container(border=True):
            st.markdown(
                "**No run yet.** Press **Train this network**: the curves of loss and accuracy then grow here, "
                "second by second."
            )
    else:
        if not live_first:
            st.space("small")
            st.caption("Last run")
        live_run(wanted, glance)
