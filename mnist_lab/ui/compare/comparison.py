"""Comparison of the ticked runs: names, curves, differing fields, and significance of differences."""

from collections.abc import Mapping, Sequence
from itertools import combinations

import streamlit as st

from mnist_lab import formatting
from mnist_lab.charts import Curve, Figure, MetricHistory, RunDot, parameters_accuracy_figure
from mnist_lab.errors import StoreError
from mnist_lab.insight import accuracy_standard_error, compare_pair, diff_runs
from mnist_lab.insight.run_columns import data_warnings
from mnist_lab.insight.seed_test import setting_key
from mnist_lab.network import analyse
from mnist_lab.runs import Run, RunStore
from mnist_lab.ui.components.markdown import plain
from mnist_lab.ui.components.message import for_viewer
from mnist_lab.ui.live.run_view import rate_changes

MAX_PAIRS = 6
MAX_DOTS = 100


def run_curves(runs: Sequence[Run], names: Sequence[str], histories: Mapping[str, MetricHistory]) -> list[Curve]:
    """The learning curves of the runs, in their order.

    Args:
        runs: In any state.
        names: Their names, in the order of the runs.
        histories: The metrics of each run, by its id.
    """
    return [
        Curve(
            name,
            histories[run.id],
            run.id,
            run.number,
            run.result.best_epoch or None if run.result else None,
            rate_changes=rate_changes(run),
        )
        for run, name in zip(runs, names, strict=True)
    ]


def cost_figure(runs: Sequence[Run]) -> Figure:
    """Test accuracy over number of parameters, for those of the first hundred runs that have a result."""
    dots = [
        RunDot(
            run.name,
            analyse(run.network).parameters,
            run.result.test_accuracy,
            accuracy_standard_error(run.result.test_accuracy, max(1, sum(map(sum, run.result.confusion)))),
            run.number,
            run.id,
        )
        for run in runs[:MAX_DOTS]
        if run.result is not None
    ]
    return parameters_accuracy_figure(dots)


def distinct_names(runs: Sequence[Run]) -> list[str]:
    """The runs' names, shortened; equal names get the run's id appended."""
    short = [formatting.shortened(run.name, 32) for run in runs]
    return [f"{name} ({run.id})" if short.count(name) > 1 else name for name, run in zip(short, runs, strict=True)]


def significance_messages(store: RunStore, runs: Sequence[Run], names: Sequence[str]) -> list[str]:
    """Whether the most accurate run differs significantly from each of the others; at most six messages."""
    best = max(range(len(runs)), key=lambda index: result.test_accuracy if (result := runs[index].result) else -1.0)
    pairs = [pair for pair in combinations(range(len(runs)), 2) if best in pair][:MAX_PAIRS]
    return [_pair_message(store, (runs[a], runs[b]), (names[a], names[b])) for a, b in pairs]


def difference_rows(runs: Sequence[Run], names: Sequence[str], *, differing: bool) -> list[dict[str, str]]:
    """The fields in which the runs differ, or those in which they do not, as table rows of escaped Markdown."""
    heads = [plain(name) for name in names]
    return [
        {"": each.field, **dict(zip(heads, map(_markdown_lines, each.values), strict=True))}
        for each in diff_runs(runs)
        if each.differs is differing
    ]


def difference_tables(runs: Sequence[Run], names: Sequence[str]) -> None:
    """Draw a table of the fields in which the runs differ, and one of the others in an expander."""
    if rows := difference_rows(runs, names, differing=True):
        st.table(rows, border="horizontal", hide_index=True)
    else:
        st.caption("Nothing: network, recipe and data are the same.")
    if rows := difference_rows(runs, names, differing=False):
        with st.expander("What is the same"):
            st.table(rows, border="horizontal", hide_index=True)


def _markdown_lines(value: str) -> str:
    """A value of several lines as Markdown with line breaks."""
    return "  \n".join(map(plain, value.split("\n")))


def _pair_message(store: RunStore, runs: tuple[Run, Run], names: tuple[str, str]) -> str:
    try:
        first, second = (store.folder(run.id).read_predictions() for run in runs)
    except StoreError as error:
        return for_viewer(error)
    both = f"{names[0]} and {names[1]}"
    if first is None or second is None:
        return f"{both} cannot be compared: one of them has no test result."
    fingerprints = {run.data.fingerprint if run.data else "" for run in runs}
    if len(fingerprints) > 1 or first[1].tolist() != second[1].tolist():
        return f"{both} were tested on different images, so their accuracies cannot be compared."
    message = compare_pair(first[0], second[0], first[1], names).message
    if setting_key(runs[0]) == setting_key(runs[1]):
        return f"{message} They have the same setting and differ only in their seed."
    warnings = data_warnings(runs)
    for run, name in zip(runs, names, strict=True):
        if run.id in warnings:
            return f"{message} {name} had fewer images to learn from, which alone makes a network less accurate."
    return message
