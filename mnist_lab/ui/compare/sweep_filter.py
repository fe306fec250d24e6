"""The filter for the runs of one sweep, synchronised with the URL."""

from collections.abc import Sequence

import streamlit as st

from mnist_lab import formatting
from mnist_lab.runs import ACTIVE_STATES, ENDED_STATES, WAITING_STATES
from mnist_lab.runs.queries.search import RunCounts
from mnist_lab.ui.components.markdown import plain
from mnist_lab.ui.session.compared_runs import forget_runs, sweep_parameter, write_sweep

_KEY = "compare-sweep"


def sweep_filter(sweeps: Sequence[str]) -> str | None:
    """Draw a select box with the names of the sweeps, if there are any; None means all runs.

    A sweep that the URL names but that does not exist is said once and taken out of the URL.
    """
    requested = sweep_parameter()
    if requested is not None and requested not in sweeps:
        name = plain(formatting.shortened(requested, 40))
        st.toast(
            f"There is no sweep **{name}** here; its runs may have been deleted. All runs are shown.",
            icon=":material/link_off:",
            duration="long",
        )
        write_sweep(None)
    if not sweeps:
        return None
    return st.selectbox(
        "Sweep",
        sweeps,
        index=sweeps.index(requested) if requested in sweeps else None,
        format_func=lambda name: formatting.shortened_inside(name, 40),
        placeholder="Any sweep",
        label_visibility="collapsed",
        on_change=_write_url,
        key=_KEY,
        width=280,
    )


def sweep_message(counts: RunCounts) -> str:
    """How far a sweep is: "3 of 5 runs of this sweep have ended, 2 are waiting."; "" if all its runs have ended.

    Args:
        counts: Its runs in all states.
    """
    ended, active, waiting = (
        sum(counts.states.get(state, 0) for state in states) for states in (ENDED_STATES, ACTIVE_STATES, WAITING_STATES)
    )
    if not active + waiting:
        return ""
    parts = [(active, "in training"), (waiting, "waiting")]
    rest = ", ".join(f"{count:,} {'is' if count == 1 else 'are'} {what}" for count, what in parts if count)
    return f"{ended:,} of {counts.runs:,} runs of this sweep {'has' if ended == 1 else 'have'} ended, {rest}."


def clear_sweep_filter() -> None:
    """Show the runs of all sweeps; must be called from a callback."""
    st.session_state[_KEY] = None
    write_sweep(None)


def _write_url() -> None:
    # The table will show other runs, which may not include those selected now.
    forget_runs()
    write_sweep(st.session_state[_KEY])
