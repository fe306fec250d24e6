"""Choosing one sweep among the ended runs, kept in step with the address."""

from collections.abc import Sequence

import streamlit as st

from mnist_lab import formatting
from mnist_lab.ui.session.query_params import RUNS, SWEEP

_KEY = "compare-sweep"


def sweep_filter(sweeps: Sequence[str]) -> str | None:
    """Draw a select box over the names of the sweeps, if there are any; None stands for all runs."""
    if not sweeps:
        return None
    asked = st.query_params.get(SWEEP)
    return st.selectbox(
        "Sweep",
        sweeps,
        index=sweeps.index(asked) if asked in sweeps else None,
        format_func=lambda name: formatting.shortened(name, 40),
        placeholder="Any sweep",
        label_visibility="collapsed",
        on_change=_write,
        key=_KEY,
        width=280,
    )


def any_sweep() -> None:
    """Choose the runs of all sweeps; for callbacks."""
    st.session_state[_KEY] = None
    st.query_params.pop(SWEEP, None)


def _write() -> None:
    # Another table of runs: those that were ticked in the one before may not be in it.
    st.query_params.pop(RUNS, None)
    if chosen := st.session_state[_KEY]:
        st.query_params[SWEEP] = chosen
    else:
        st.query_params.pop(SWEEP, None)
