"""Comparison of the ticked runs: names, curves, differing fields, and significance of differences."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import combinations

import streamlit as st

from mnist_lab import formatting
from mnist_lab.charts import Curve, Figure, MetricHistory, RunDot, parameters_accuracy_figure, run_figure
from mnist_lab.charts.difference_table import ComparedRun, difference_table_html
from mnist_lab.errors import StoreError
from mnist_lab.insight import accuracy_standard_error, compare_pair, diff_runs
from mnist_lab.insight.run_columns import data_warnings
from mnist_lab.insight.seed_test import setting_key
from mnist_lab.network import analyse
from mnist_lab.runs import Run, RunStore
from mnist_lab.ui.components.markdown import plain
from mnist_lab.ui.components.message import for_viewer
from mnist_lab.ui.components.themed_html import themed_html
from mnist_lab.ui.live.run_view import rate_changes

MAX_PAIRS = 6
MAX_DOTS = 100
MAX_COMPARED = 30
"""Of more runs, the curves cannot be told apart."""
MAX_IN_HOVER = 4
"""Of more runs, the hover text is about the nearest one."""
MAX_IN_LEGEND = 10
"""More runs are named by the chips above the chart alone, and by the hover text."""
MAX_NAME = 40


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


def curves_figure(curves: Sequence[Curve], *, log: bool, error: bool) -> Figure:
    """The figure of the curves. Of several runs its hover text is about one of them, and of many it has no legend."""
    figure = run_figure(curves, log=log, error=error, by_run=True)
    if len(curves) > MAX_IN_HOVER:
        figure["layout"] |= {"hovermode": "closest", "showlegend": len(curves) <= MAX_IN_LEGEND}
    return figure


def curves_text(runs: Sequence[Run], names: Sequence[str], histories: Mapping[str, MetricHistory]) -> str:
    """The curves in words, for screen readers: where each of them ends."""
    parts = []
    for run, name in zip(runs, names, strict=True):
        last = histories[run.id].last_validated
        if last is None:
            parts.append(f"{name}: no epoch yet")
            continue
        loss, accuracy = formatting.loss(last.validation_loss), formatting.accuracy(last.validation_accuracy)
        epochs = formatting.quantity(round(last.epoch), "epoch")
        parts.append(f"{name}: after {epochs}, validation loss {loss}, accuracy {accuracy}")
    return f"Loss, accuracy and learning rate over epochs. {'; '.join(parts)}."


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
    """The runs' names, shortened at their ends or, if they are alike there, in the middle; else with their numbers."""
    ends, middles = ([cut(run.name) for run in runs] for cut in (_shortened, _shortened_inside))
    same_ends, same_middles = Counter(ends), Counter(middles)
    names = []
    for run, end, middle in zip(runs, ends, middles, strict=True):
        if same_ends[end] == 1:
            names.append(end)
        else:
            names.append(middle if same_middles[middle] == 1 else f"{middle} #{run.number}")
    return names


def row_names(runs: Sequence[Run]) -> list[str]:
    """The runs' whole names; those of namesakes are as in `distinct_names`, with the run's number."""
    same = Counter(run.name for run in runs)
    return [run.name if same[run.name] == 1 else f"{_shortened_inside(run.name)} #{run.number}" for run in runs]


def _shortened(name: str) -> str:
    return formatting.shortened(name, MAX_NAME)


def _shortened_inside(name: str) -> str:
    return formatting.shortened_inside(name, MAX_NAME)


def significance_messages(store: RunStore, runs: Sequence[Run], names: Sequence[str]) -> list[str]:
    """Whether the most accurate run differs significantly from each of the others; at most six messages."""
    return [_pair_message(store, (runs[a], runs[b]), (names[a], names[b])) for a, b in compared_pairs(runs)]


def compared_pairs(runs: Sequence[Run]) -> list[tuple[int, int]]:
    """The pairs of runs, by their indices, that `significance_messages` is about, in its order."""
    best = max(range(len(runs)), key=lambda index: result.test_accuracy if (result := runs[index].result) else -1.0)
    return [pair for pair in combinations(range(len(runs)), 2) if best in pair][:MAX_PAIRS]


def difference_tables(runs: Sequence[Run], names: Sequence[str]) -> None:
    """Draw a table of the fields in which the runs differ, and one of the others in an expander."""
    heads = [ComparedRun(run.id, name, run.number) for run, name in zip(runs, names, strict=True)]
    fields = diff_runs(runs)
    if rows := [(each.field, each.values) for each in fields if each.differs]:
        themed_html(difference_table_html(heads, rows), key="compare-differs")
    else:
        st.caption("Nothing: network, recipe and data are the same.")
    if same := [f"**{plain(each.field)}** {_markdown_lines(each.values[0])}" for each in fields if not each.differs]:
        with st.expander("What is the same"):
            st.markdown("  \n".join(same))


def _markdown_lines(value: str) -> str:
    """A value of several lines as Markdown in one line."""
    return " · ".join(map(plain, value.split("\n")))


def _pair_message(store: RunStore, runs: tuple[Run, Run], names: tuple[str, str]) -> str:
    try:
        first, second = (store.files.fetch(run.id).read_predictions() for run in runs)
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
        if runs[0].recipe.seed == runs[1].recipe.seed:
            return f"{message} They have the same setting and the same seed: one repeats the other."
        return f"{message} They have the same setting and differ only in their seed."
    warnings = data_warnings(runs)
    for run, name in zip(runs, names, strict=True):
        # One that was taught drawings began with a network that had learned from all images.
        if run.id in warnings and not (run.parent and run.recipe.drawings != "none"):
            return f"{message} {name} had fewer images to learn from, which alone makes a network less accurate."
    return message
