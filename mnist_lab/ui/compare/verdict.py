"""Which of the ticked runs is better: the trained networks, and their settings if there are several seeds."""

from collections.abc import Mapping, Sequence

import streamlit as st

from mnist_lab.insight.seed_test import setting_key, setting_messages, setting_pairs, settings_of
from mnist_lab.insight.significance import P_VALUE, RESERVATION, UNLIKELY
from mnist_lab.runs import Run
from mnist_lab.training.sweep import SEEDS, Setup, Sweep
from mnist_lab.ui.compare.comparison import MAX_PAIRS, compared_pairs, significance_messages
from mnist_lab.ui.compare.new_seeds import plan, seeds_text, setups_of, train_seeds
from mnist_lab.ui.components.glossary_link import field_help
from mnist_lab.ui.components.markdown import plain
from mnist_lab.ui.components.streamlit_dom import about_runs
from mnist_lab.ui.services.container import services

_P_VALUE = field_help(
    "The p-value is how often two equally good ones would differ this much by chance alone.", "significance"
)


def verdict(runs: Sequence[Run], names: Sequence[str]) -> None:
    """Draw the sentences, and offer to train several seeds if two runs of one seed each are compared."""
    settings = settings_of(runs)
    about_settings = setting_messages(settings, MAX_PAIRS)
    about_networks = significance_messages(services().store, runs, names)
    pairs = [(runs[first], runs[second]) for first, second in compared_pairs(runs)]
    if about_settings:
        for (other, best), message in zip(setting_pairs(settings, MAX_PAIRS), about_settings, strict=True):
            _line([*other.runs, *best.runs], f":material/balance: {plain(message)}")
        with st.expander("Network by network"):
            for pair, message in zip(pairs, about_networks, strict=True):
                _line(pair, plain(message))
            _reservation(about_networks)
        st.caption(_P_VALUE)
        return
    for pair, message in zip(pairs, about_networks, strict=True):
        _line(pair, f":material/balance: {plain(message)}")
    _reservation(about_networks)
    if any(P_VALUE in message for message in about_networks):
        st.caption(_P_VALUE)
    if setups := _setups(runs, names):
        _offer_seeds(plan(setups))


def _reservation(messages: Sequence[str]) -> None:
    """Say once what the significant differences are about; nothing if there are none."""
    if any(UNLIKELY in message for message in messages):
        st.caption(RESERVATION)


def _line(runs: Sequence[Run], text: str) -> None:
    """Draw a line about some runs, which light up while the pointer is over it."""
    with st.container(key=about_runs(*(run.id for run in runs))):
        st.markdown(text)


def _setups(runs: Sequence[Run], names: Sequence[str]) -> Mapping[str, Setup]:
    """Network and recipe of two runs of different settings by name; empty if it is not about two such runs."""
    tested = [run for run in runs if run.result is not None]
    if len(runs) != 2 or len(tested) != 2 or setting_key(runs[0]) == setting_key(runs[1]):
        return {}
    return setups_of(runs, names)


def _offer_seeds(sweep: Sweep) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="compare-seeds-offer"):
        pressed = st.button(
            f"Train {_in_words(SEEDS)} seeds of both",
            icon=":material/casino:",
            disabled=not sweep.variants,
            key="compare-seeds",
            help=" ".join(map(plain, sweep.refused)) or None,
        )
        st.caption(
            plain(f"{seeds_text(sweep)}. Only several seeds of both can show which setting is better."), width="stretch"
        )
    if pressed:
        train_seeds(sweep)


def _in_words(number: int) -> str:
    return {2: "two", 3: "three", 4: "four", 5: "five"}.get(number, str(number))
