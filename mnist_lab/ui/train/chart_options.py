"""The live chart: one figure of one run on one node, from its first point to its last, and how it is to be drawn."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from mnist_lab import formatting
from mnist_lab.runs import Run
from mnist_lab.ui.components.plotly_chart import plot
from mnist_lab.ui.live.run_view import CHART, SMOOTHINGS, Choices
from mnist_lab.ui.services.container import services
from mnist_lab.ui.services.store_cache import TESTED_STATES

_SCALE, _SMOOTHING, _GHOST = "chart-scale", "chart-smoothing", "chart-ghost"
_MOST_GHOSTS = 200
_GHOSTS = "chart-ghosts"


def chart_choices() -> Choices:
    """What the widgets behind the chart's button say; they stand below it, and were asked when it was drawn last."""
    choices = st.session_state
    return Choices(
        log=choices.get(_SCALE) == "logarithmic",
        smoothing=float(choices.get(_SMOOTHING, Choices.smoothing)),
        ghost=choices.get(_GHOST) or "",
    )


def run_chart(run: Run, parts: Mapping[str, Any]) -> None:
    """Draw the run's curves, or change the ones drawn, and the button behind which they are adjusted.

    Args:
        run: In any state.
        parts: Of its growth.
    """
    figure, alt, height = parts[CHART]
    plot(figure, key=CHART, alt=alt, height=height)
    ghosts = {ghost.id: ghost for ghost in _ghosts() if ghost.id != run.id}
    with st.popover("Chart", icon=":material/tune:", type="tertiary"):
        st.segmented_control(
            "Loss axis", ["linear", "logarithmic"], default="linear", required=True, key=_SCALE, persist_state="session"
        )
        st.select_slider(
            "Smoothing of the training curve",
            SMOOTHINGS,
            value=Choices.smoothing,
            key=_SMOOTHING,
            persist_state="session",
        )
        st.selectbox(
            "Compare with",
            list(ghosts),
            index=None,
            format_func=lambda run_id: _label(ghosts[run_id]) if run_id in ghosts else run_id,
            placeholder="No other run" if ghosts else "No other run has ended yet",
            disabled=not ghosts,
            key=_GHOST,
            persist_state="session",
        )


def _ghosts() -> Sequence[Run]:
    """The newest ended runs that have curves; listed anew only when there are more or fewer of them."""
    count = services().moments.now().tested
    known: tuple[int, Sequence[Run]] | None = st.session_state.get(_GHOSTS)
    if known is None or known[0] != count:
        ended = services().store.list(TESTED_STATES, limit=_MOST_GHOSTS)
        known = st.session_state[_GHOSTS] = count, [run for run in ended if run.epochs_done]
    return known[1]


def _label(run: Run) -> str:
    result: Any = run.result
    accuracy = f" · {formatting.accuracy(result.test_accuracy)}" if result else ""
    return f"{formatting.shortened(run.name, 36)}{accuracy} · {run.id}"
