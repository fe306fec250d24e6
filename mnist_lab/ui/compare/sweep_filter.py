"""The filter for the runs of one sweep, synchronised with the URL."""

from collections.abc import Sequence

import streamlit as st

from mnist_lab import formatting
from mnist_lab.ui.session.query_params import RUNS, SWEEP

_KEY = "compare-sweep"


def sweep_filter(sweeps: Sequence[str]) -> str | None:
    """Draw a select box with the names of the sweeps, if there are any; None means all runs."""
    if not sweeps:
        return None
    requested = st.query_params.get(SWEEP)
    return st.selectbox(
        "Sweep",
        sweeps,
        index=sweeps.index(requested) if requested in sweeps else None,
        format_func=lambda name: formatting.shortened(name, 40),
        placeholder="Any sweep",
        label_visibility="collapsed",
        on_change=_write_url,
        key=_KEY,
        width=280,
    )


def clear_sweep_filter() -> None:
    """Show the runs of all sweeps; must be called from a callback."""
    st.session_state[_KEY] = None
    st.query_params.pop(SWEEP, None)


def _write_url() -> None:
    # The table will show other runs, which may not include those selected now.
    st.query_params.pop(RUNS, None)
    if selected := st.session_state[_KEY]:
        st.query_params[SWEEP] = selected
    else:
        st.query_params.pop(SWEEP, None)
