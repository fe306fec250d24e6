"""A word before a training that a finished run has shown already: the same network, recipe and seed."""

import streamlit as st

from mnist_lab import formatting
from mnist_lab.data import DataSource
from mnist_lab.insight import was_trained_elsewhere
from mnist_lab.network import Network
from mnist_lab.recipe import Recipe
from mnist_lab.runs import Run
from mnist_lab.training.hardware import machine_info
from mnist_lab.ui.components.markdown import plain
from mnist_lab.ui.services.container import services
from mnist_lab.ui.session.query_params import RUN

_MAX_NAME = 40


def same_training_notice(network: Network, recipe: Recipe, source: DataSource) -> None:
    """Say which finished run this training would repeat, with a link to it; nothing if there is none."""
    run = same_training(services().store.same_trainings(network, recipe), source)
    if run is None:
        return
    elsewhere = was_trained_elsewhere(run, machine_info())
    result = "much the same result; it was trained on another computer" if elsewhere else "the same result again"
    name = plain(formatting.shortened_inside(run.name, _MAX_NAME))
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="train-same"):
        st.caption(
            f":material/content_copy: **{name}** has this network, recipe and seed: expect {result}. "
            "Another seed, under “More of the recipe”, gives another one.",
            width="content",
        )
        if st.query_params.get(RUN) != run.id and st.button("Show that run", type="tertiary", key="train-same-show"):
            st.query_params[RUN] = run.id
            st.rerun()


def same_training(runs: list[Run], source: DataSource) -> Run | None:
    """The first of the runs that nobody steered by hand and that used the same images."""
    return next((run for run in runs if not run.parent and not run.rate_changes and _used(run, source)), None)


def _used(run: Run, source: DataSource) -> bool:
    return run.data is not None and run.data.source == source
