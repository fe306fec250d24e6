"""The chart of a run, and the popover in which a viewer chooses how it is drawn; the URL has the choice, too."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from mnist_lab import formatting
from mnist_lab.runs import Run
from mnist_lab.ui.components.plotly_chart import plotly_chart
from mnist_lab.ui.live.run_view import CHART, LiveChart
from mnist_lab.ui.services.container import services
from mnist_lab.ui.services.store_cache import TESTED_STATES
from mnist_lab.ui.session import query_params
from mnist_lab.ui.session.ui_state import SMOOTHINGS, ChartOptions, UiState, chart_from_query

_SCALE, _SMOOTHING, _BASELINE = "chart-scale", "chart-smoothing", "chart-baseline"
_BASELINES = "chart-baselines"
_MAX_BASELINES = 200
_WRITTEN = "chart-written"
_LINEAR, _LOGARITHMIC = "linear", "logarithmic"


def chart_options(run: Run) -> ChartOptions:
    """The options of the run's chart: of the URL if a link or Back has changed it, else those chosen in `run_chart`."""
    state = st.session_state
    requested = _requested()
    if requested and requested != state.get(_WRITTEN):
        chart = chart_from_query(requested)
        state[_SCALE], state[_SMOOTHING] = _LOGARITHMIC if chart.log else _LINEAR, chart.smoothing
        state[_BASELINE] = chart.baseline if chart.baseline in _choices(run) else None
    options = ChartOptions(
        log=state.get(_SCALE) == _LOGARITHMIC,
        smoothing=float(state.get(_SMOOTHING, ChartOptions.smoothing)),
        baseline=state.get(_BASELINE) or "",
    )
    _write_url(options)
    return options


def _requested() -> dict[str, str]:
    return {name: st.query_params[name] for name in query_params.CHART if name in st.query_params}


def _write_url(options: ChartOptions) -> None:
    parameters = st.session_state[_WRITTEN] = UiState(chart=options).to_query()
    if parameters == _requested():
        return
    for name in query_params.CHART:
        st.query_params.pop(name, None)
    st.query_params.update(parameters)


def run_chart(run: Run, parts: Mapping[str, Any]) -> None:
    """Draw the run's chart, or change it in place, and the popover with the options.

    Args:
        run: In any state.
        parts: The parts of its `RunView`.
    """
    chart: LiveChart = parts[CHART]
    plotly_chart(chart.figure, key=CHART, alt=chart.alt, height=chart.height, version=chart.version)
    baselines = _choices(run)
    with st.popover("Chart", icon=":material/tune:", type="tertiary"):
        st.segmented_control(
            "Loss axis", [_LINEAR, _LOGARITHMIC], default=_LINEAR, required=True, key=_SCALE, persist_state="session"
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


def _choices(run: Run) -> dict[str, Run]:
    """The runs that can be drawn behind this one, by their ids."""
    return {baseline.id: baseline for baseline in _baselines() if baseline.id != run.id}


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
