"""The chart of a run, and the popover in which a viewer chooses how it is drawn."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from mnist_lab import formatting
from mnist_lab.runs import Run
from mnist_lab.ui.components.plotly_chart import plotly_chart
from mnist_lab.ui.live.run_view import CHART, SMOOTHINGS, ChartOptions, LiveChart
from mnist_lab.ui.services.container import services
from mnist_lab.ui.services.store_cache import TESTED_STATES

_SCALE, _SMOOTHING, _BASELINE = "chart-scale", "chart-smoothing", "chart-baseline"
_BASELINES = "chart-baselines"
_MAX_BASELINES = 200


def chart_options() -> ChartOptions:
    """The options that the viewer has chosen in the widgets of `run_chart`."""
    state = st.session_state
    return ChartOptions(
        log=state.get(_SCALE) == "logarithmic",
        smoothing=float(state.get(_SMOOTHING, ChartOptions.smoothing)),
        baseline=state.get(_BASELINE) or "",
    )


def run_chart(run: Run, parts: Mapping[str, Any]) -> None:
    """Draw the run's chart, or change it in place, and the popover with the options.

    Args:
        run: In any state.
        parts: The parts of its `RunView`.
    """
    chart: LiveChart = parts[CHART]
    plotly_chart(chart.figure, key=CHART, alt=chart.alt, height=chart.height, version=chart.version)
    baselines = {baseline.id: baseline for baseline in _baselines() if baseline.id != run.id}
    with st.popover("Chart", icon=":material/tune:", type="tertiary"):
        st.segmented_control(
            "Loss axis", ["linear", "logarithmic"], default="linear", required=True, key=_SCALE, persist_state="session"
        )
        st.select_slider(
            "Smoothing of the training curve",
            SMOOTHINGS,
            value=ChartOptions.smoothing,
            key=_SMOOTHING,
            persist_state="session",
        )
        st.selectbox(
            "Compare with",
            list(baselines),
            index=None,
            format_func=lambda run_id: _label(baselines[run_id]) if run_id in baselines else run_id,
            placeholder="No other run" if baselines else "No other run has ended yet",
            disabled=not baselines,
            key=_BASELINE,
            persist_state="session",
        )


def _baselines() -> Sequence[Run]:
    """The newest ended runs that have curves; listed again only when their number changes."""
    count = services().store_cache.snapshot().tested
    known: tuple[int, Sequence[Run]] | None = st.session_state.get(_BASELINES)
    if known is None or known[0] != count:
        ended = services().store.list(TESTED_STATES, limit=_MAX_BASELINES)
        known = st.session_state[_BASELINES] = count, [run for run in ended if run.epochs_done]
    return known[1]


def _label(run: Run) -> str:
    accuracy = f" · {formatting.accuracy(run.result.test_accuracy)}" if run.result else ""
    return f"{formatting.shortened(run.name, 36)}{accuracy} · {run.id}"
