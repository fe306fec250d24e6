"""The chart of test accuracy over the one hyperparameter in which runs differ."""

from collections.abc import Sequence

import streamlit as st

from mnist_lab.charts import ValueDot, hyperparameter_figure, hyperparameter_info
from mnist_lab.insight.varied import varied_hyperparameter
from mnist_lab.runs import Run
from mnist_lab.ui.components.markdown import plain
from mnist_lab.ui.components.plotly_chart import plotly_chart

MIN_RUNS = 3
"""Two runs are a line that says nothing."""
MAX_RUNS = 200
_HEIGHT = 320


def sweep_chart(runs: Sequence[Run], *, error: bool) -> None:
    """Draw the chart of these runs; nothing if they do not differ in one hyperparameter alone.

    Args:
        runs: In any state; those with a result are drawn.
        error: Draw error rates on a logarithmic axis.
    """
    # The order of a sweep's values is that of its runs.
    tested = sorted((run for run in runs[:MAX_RUNS] if run.result is not None), key=lambda run: run.number)
    varied = varied_hyperparameter(tested) if len(tested) >= MIN_RUNS else None
    if varied is None:
        return
    dots = [
        ValueDot(
            run.name, value, text, run.result.test_accuracy, sum(map(sum, run.result.confusion)), run.number, run.id
        )
        for run, value, text in zip(tested, varied.values, varied.texts, strict=True)
        if run.result is not None
    ]
    info = hyperparameter_info(varied.title, dots)
    with st.container(border=True, key="compare-varied"):
        plotly_chart(hyperparameter_figure(info, dots, error=error), key="compare-value", alt=info.text, height=_HEIGHT)
        bars = " Bars reach from the lowest run of a value to the highest." if info.has_spread else ""
        st.caption(plain(f"{info.headline}{bars}"))
