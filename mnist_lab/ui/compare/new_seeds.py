"""Training settings again with new seeds, which tell whether a setting is better, not only one network."""

from collections.abc import Mapping, Sequence

import streamlit as st

from mnist_lab import formatting
from mnist_lab.errors import LabError
from mnist_lab.insight.seed_test import setting_key
from mnist_lab.runs import Run
from mnist_lab.training.sweep import SEEDS, Setup, Sweep, plan_seeds, submit_sweep
from mnist_lab.ui.components.markdown import plain
from mnist_lab.ui.components.message import for_viewer
from mnist_lab.ui.services.container import services
from mnist_lab.ui.services.training_time import total_time_text, training_time
from mnist_lab.ui.session.navigation import go
from mnist_lab.ui.session.query_params import RUN
from mnist_lab.ui.session.viewer import viewer

MAX_SEEDS = 10
MAX_TRAININGS = 60
"""More would be a mistake rather than a wish."""


def setups_of(runs: Sequence[Run], names: Sequence[str]) -> Mapping[str, Setup]:
    """Network and recipe of each setting among the runs, by the name of its first run."""
    first: dict[object, tuple[str, Run]] = {}
    for run, name in zip(runs, names, strict=True):
        first.setdefault(setting_key(run), (name, run))
    return {name: (run.network, run.recipe) for name, run in first.values()}


def plan(setups: Mapping[str, Setup], count: int = SEEDS) -> Sweep:
    """The trainings of each setting from `count` new seeds."""
    return plan_seeds(setups, memory=services().settings.memory, count=count)


def seeds_text(sweep: Sweep) -> str:
    """How much there is to train: "6 trainings · about 4 m"."""
    durations = [training_time(variant.network, variant.recipe) for variant in sweep.variants]
    early = any(variant.recipe.early_stopping is not None for variant in sweep.variants)
    time = total_time_text(durations, early_stopping=early) if durations else ""
    return " · ".join([formatting.quantity(len(sweep.variants), "training"), *([time] if time else [])])


def train_seeds(sweep: Sweep) -> None:
    """Queue the trainings and go to the first one; a refusal is shown."""
    shared = services()
    try:
        first, *_ = submit_sweep(shared.store, shared.settings, sweep, actor=viewer())
    except LabError as error:
        st.error(plain(for_viewer(error)), icon=":material/block:")
    else:
        go("train", {RUN: first.id})


@st.dialog("Train again with new seeds", icon=":material/casino:")
def again_dialog(runs: Sequence[Run], names: Sequence[str]) -> None:
    """Ask how many new seeds of each setting among the runs are to be trained."""
    setups = setups_of(runs, names)
    settings = "This setting is" if len(setups) == 1 else f"Each of these {len(setups):,} settings is"
    st.markdown(f"{settings} trained from new seeds; the results show how much is luck.")
    count = int(st.number_input("Seeds", 1, MAX_SEEDS, value=SEEDS, key="again-seeds"))
    trainings = count * len(setups)
    if trainings > MAX_TRAININGS:
        st.caption(f"{trainings:,} trainings are too many at once; at most {MAX_TRAININGS} are possible.")
        return
    sweep = plan(setups, count)
    st.caption(plain(" ".join(sweep.refused) or seeds_text(sweep)))
    label = f"Train {formatting.quantity(trainings, 'run')}"
    if st.button(label, type="primary", disabled=not sweep.variants, key="again-confirm"):
        train_seeds(sweep)
