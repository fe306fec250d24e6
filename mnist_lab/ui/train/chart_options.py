"""The chart of a run with its options, which a viewer chooses below it; the URL has the choice, too."""

from collections.abc import Sequence

import streamlit as st

from mnist_lab import formatting
from mnist_lab.runs import Run
from mnist_lab.ui.components.plotly_chart import plotly_chart
from mnist_lab.ui.live.run_view import CHART, LiveChart
from mnist_lab.ui.services.container import services
from mnist_lab.ui.services.store_cache import TESTED_STATES
from mnist_lab.ui.session import query_params
from mnist_lab.ui.session.ui_state import SMOOTHINGS, ChartOptions, UiState, chart_from_query

_SCALE, _METRIC, _SMOOTHING, _BASELINE = "chart-scale", "chart-metric", "chart-smoothing", "chart-baseline"
_BASELINES = "chart-baselines"
_MAX_BASELINES = 200
_SMOOTHING_WIDTH, _BASELINE_WIDTH = 156, 184  # pixels; all options fit one row beside the digits at 1280
_WRITTEN = "chart-written"
_LINEAR, _LOGARITHMIC = "Loss", "Loss (log)"
_ACCURACY, _ERROR = "Accuracy", "Error (log)"


def chart_options(run: Run) -> ChartOptions:
    """The options of the run's chart: of the URL if a link or Back has changed it, else those chosen in `run_chart`."""
    state = st.session_state
    requested = _requested()
    if requested and requested != state.get(_WRITTEN):
        chart = chart_from_query(requested)
        state[_SCALE], state[_METRIC] = _LOGARITHMIC if chart.log else _LINEAR, _ERROR if chart.error else _ACCURACY
        state[_SMOOTHING] = chart.smoothing
        state[_BASELINE] = chart.baseline if chart.baseline in _choices(run) else None
    options = ChartOptions(
        log=state.get(_SCALE) == _LOGARITHMIC,
        smoothing=float(state.get(_SMOOTHING, ChartOptions.smoothing)),
        baseline=state.get(_BASELINE) or "",
        error=state.get(_METRIC) == _ERROR,
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


def run_chart(run: Run, chart: LiveChart) -> None:
    """Draw the run's chart, or change it in place, and its options.

    Args:
        run: In any state.
        chart: The chart of its `RunView`.
    """
    plotly_chart(chart.figure, key=CHART, alt=chart.alt, height=chart.height, version=chart.version)
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center", key="chart-options"):
        _switch("Axis of the loss", [_LINEAR, _LOGARITHMIC], _SCALE)
        _switch("Accuracy or error", [_ACCURACY, _ERROR], _METRIC)
        st.selectbox(
            "Smoothing of the training curve",
            SMOOTHINGS,
            index=SMOOTHINGS.index(ChartOptions.smoothing),
            format_func=_smoothing_text,
            label_visibility="collapsed",
            key=_SMOOTHING,
            width=_SMOOTHING_WIDTH,
            persist_state="session",
        )
        baselines = _choices(run)
        st.selectbox(
            "Compare with",
            list(baselines),
            index=None,
            format_func=lambda run_id: _label(baselines[run_id]) if run_id in baselines else run_id,
            placeholder="Compare with …" if baselines else "No other run yet",
            disabled=not baselines,
            label_visibility="collapsed",
            key=_BASELINE,
            width=_BASELINE_WIDTH,
            persist_state="session",
        )


def _switch(label: str, options: Sequence[str], key: str) -> None:
    # Not as the default of the widget: Streamlit warns of a default beside a state that the URL has set.
    st.session_state.setdefault(key, options[0])
    st.segmented_control(
        label,
        options,
        required=True,
        label_visibility="collapsed",
        key=key,
        persist_state="session",
    )


def _smoothing_text(smoothing: float) -> str:
    return f"Smoothing {smoothing:g}" if smoothing else "No smoothing"


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
    return f"{formatting.shortened_inside(run.name, 36)}{accuracy} · {run.id}"
