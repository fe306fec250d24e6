"""Which of the ticked runs is better: the trained networks, and their settings if there are several seeds."""

from collections.abc import Sequence

import streamlit as st

from mnist_lab.errors import LabError
from mnist_lab.insight.seed_test import setting_key, setting_messages, settings_of
from mnist_lab.runs import Run
from mnist_lab.training.sweep import SEEDS, Setup, Sweep, plan_seeds, submit_sweep
from mnist_lab.ui.compare.comparison import MAX_PAIRS, significance_messages
from mnist_lab.ui.components.markdown import plain
from mnist_lab.ui.components.message import for_viewer
from mnist_lab.ui.services.container import services
from mnist_lab.ui.services.training_time import total_time_text, training_time
from mnist_lab.ui.session.navigation import go
from mnist_lab.ui.session.query_params import RUN
from mnist_lab.ui.session.viewer import viewer


def verdict(runs: Sequence[Run], names: Sequence[str]) -> None:
    """Draw the sentences, and offer to train several seeds if two runs of one seed each are compared."""
    about_settings = setting_messages(settings_of(runs), MAX_PAIRS)
    about_networks = significance_messages(services().store, runs, names)
    for message in about_settings or about_networks:
        st.markdown(":material/balance: " + plain(message))
    if about_settings:
        with st.expander("Network by network"):
            for message in about_networks:
                st.markdown(plain(message))
    elif setups := _setups(runs, names):
        _offer_seeds(plan_seeds(setups, memory=services().settings.memory))


def _setups(runs: Sequence[Run], names: Sequence[str]) -> dict[str, Setup]:
    """Network and recipe of two runs of different settings by name; empty if it is not about two such runs."""
    tested = [run for run in runs if run.result is not None]
    if len(runs) != 2 or len(tested) != 2 or setting_key(runs[0]) == setting_key(runs[1]):
        return {}
    return {name: (run.network, run.recipe) for name, run in zip(names, runs, strict=True)}


def _offer_seeds(sweep: Sweep) -> None:
    durations = [training_time(variant.network, variant.recipe) for variant in sweep.variants]
    early = any(variant.recipe.early_stopping is not None for variant in sweep.variants)
    time = total_time_text(durations, early_stopping=early) if durations else ""
    with st.container(horizontal=True, vertical_alignment="center", key="compare-seeds-offer"):
        pressed = st.button(
            f"Train {_in_words(SEEDS)} seeds of both",
            icon=":material/casino:",
            disabled=not sweep.variants,
            key="compare-seeds",
            help=" ".join(map(plain, sweep.refused)) or None,
        )
        parts = [f"{len(sweep.variants)} trainings", *([time] if time else [])]
        st.caption(
            plain(" · ".join(parts) + ". Only several seeds of both can show which setting is better."), width="stretch"
        )
    if not pressed:
        return
    shared = services()
    try:
        first, *_ = submit_sweep(shared.store, shared.settings, sweep, actor=viewer())
    except LabError as error:
        st.error(plain(for_viewer(error)), icon=":material/block:")
    else:
        go("train", {RUN: first.id})


def _in_words(number: int) -> str:
    return {2: "two", 3: "three", 4: "four", 5: "five"}.get(number, str(number))
