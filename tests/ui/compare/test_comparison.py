"""Names, colours, differing fields and significance messages of the selected runs."""

from dataclasses import replace

import numpy as np
import pytest

from mnist_lab.charts import MetricHistory, run_figure
from mnist_lab.data import DataSource
from mnist_lab.recipe import Recipe
from mnist_lab.runs import Run, RunState, RunStore
from mnist_lab.ui.compare.comparison import (
    MAX_IN_HOVER,
    MAX_IN_LEGEND,
    MAX_NAME,
    cost_figure,
    curves_figure,
    curves_text,
    distinct_names,
    run_curves,
    significance_messages,
)
from tests.pages.ended_runs import ended


def test_equal_names_are_made_distinct(store: RunStore) -> None:
    assert len(set(distinct_names([ended(store) for _ in range(11)]))) == 11


def test_names_that_differ_at_their_ends_keep_these(store: RunStore) -> None:
    long = "A network with a name that is long"
    runs = [ended(store, name) for name in (f"{long} · learning rate 0.1", f"{long} · learning rate 0.01", "Short")]
    first, second, short = distinct_names(runs)
    assert first.endswith("learning rate 0.1")
    assert second.endswith("learning rate 0.01")
    assert max(map(len, (first, second))) <= MAX_NAME
    assert short == "Short"


def test_many_runs_have_no_legend_and_are_hovered_one_by_one(store: RunStore) -> None:
    runs = [ended(store) for _ in range(MAX_IN_LEGEND + 1)]
    curves = run_curves(runs, distinct_names(runs), {run.id: MetricHistory() for run in runs})
    few, more, many = (
        curves_figure(some, log=True, error=True)["layout"] for some in (curves[:MAX_IN_HOVER], curves[1:], curves)
    )
    assert [layout["showlegend"] for layout in (few, more, many)] == [True, True, False]
    assert [layout["hovermode"] == "closest" for layout in (few, more, many)] == [False, True, True]


def test_the_curves_in_words_say_where_each_ends(store: RunStore) -> None:
    runs = [ended(store, "A"), ended(store, "B", state=RunState.FAILED)]
    histories = {run.id: MetricHistory(store.points(run.id)) for run in runs}
    assert "A: after 2 epochs, validation loss 0.2000, accuracy 90.00 %; B: no epoch yet." in curves_text(
        runs, ["A", "B"], histories
    )


def test_a_run_has_the_same_style_whatever_it_is_compared_with(store: RunStore) -> None:
    runs = [ended(store) for _ in range(15)]
    histories = {run.id: MetricHistory() for run in runs}

    def styles(some: list[Run]) -> dict[str, tuple[str, str, str]]:
        curves = run_curves(some, [run.id for run in some], histories)
        traces = run_figure(curves, by_run=True)["data"]
        lines = {trace["uid"]: trace for trace in traces}
        found = {run.id: lines[f"loss-{run.id}-validation"] for run in some}
        return {
            run_id: (trace["line"]["color"], trace["marker"]["symbol"], trace["line"]["dash"])
            for run_id, trace in found.items()
        }

    all_of_them = styles(runs)
    assert len(set(all_of_them.values())) == 15
    for some in (runs[:1], runs[3:14:10], runs[::-1], runs[10:]):
        assert styles(some).items() <= all_of_them.items()
    dots = cost_figure(runs)["data"]
    assert [(dot["marker"]["color"], dot["marker"]["symbol"]) for dot in dots] == [
        style[:2] for style in all_of_them.values()
    ]


def test_a_comparison_says_that_one_run_had_fewer_images(store: RunStore) -> None:
    runs = [ended(store, wrong=1, training=900), ended(store, wrong=30, training=90)]
    (message,) = significance_messages(store, runs, ["A", "B"])
    assert message.endswith("B had fewer images to learn from, which alone makes a network less accurate.")


def test_a_run_that_was_taught_drawings_had_all_images_of_the_run_before(store: RunStore) -> None:
    first, second = ended(store, wrong=1, training=900), ended(store, wrong=30, training=90)
    taught = replace(second, parent=first.id, recipe=second.recipe.with_changes(drawings="all"))
    (message,) = significance_messages(store, [first, taught], ["A", "B"])
    assert "fewer images" not in message


def test_a_comparison_of_two_seeds_says_that_they_have_the_same_setting(store: RunStore) -> None:
    runs = [ended(store, wrong=1), ended(store, wrong=2, recipe=Recipe(epochs=2, seed=5))]
    (message,) = significance_messages(store, runs, ["A", "B"])
    assert "They have the same setting and differ only in their seed." in message


def test_a_comparison_of_a_run_with_its_repetition_says_that_the_seed_is_the_same(store: RunStore) -> None:
    (message,) = significance_messages(store, [ended(store), ended(store)], ["A", "B"])
    assert message.endswith("They have the same setting and the same seed: one repeats the other.")


def test_the_most_accurate_run_is_compared_with_each_other_one(store: RunStore) -> None:
    runs = [ended(store, wrong=wrong) for wrong in (40, 0, 7)]
    messages = significance_messages(store, runs, ["A", "B", "C"])
    assert [message.split(" (")[0] for message in messages] == [
        "B has a test accuracy 40.00 points higher than A",
        "B has a test accuracy 7.00 points higher than C",
    ]


@pytest.mark.parametrize(
    ("state", "source", "expected"),
    [
        (RunState.FAILED, DataSource.MNIST, "one of them has no test result"),
        (RunState.FINISHED, DataSource.MNIST_SAMPLE, "tested on different images"),
    ],
)
def test_runs_that_cannot_be_compared(store: RunStore, state: RunState, source: DataSource, expected: str) -> None:
    other = ended(store, state=state, source=source)
    if source is not DataSource.MNIST:
        store.folder(other.id).write_predictions(*_predictions_of_other_images())
    (message,) = significance_messages(store, [ended(store), other], ["A", "B"])
    assert expected in message


def test_damaged_predictions_are_an_error_message(store: RunStore) -> None:
    runs = [ended(store), ended(store)]
    store.folder(runs[0].id).predictions_path.write_bytes(b"not an archive")
    (message,) = significance_messages(store, runs, ["A", "B"])
    assert "damaged" in message


def _predictions_of_other_images() -> tuple[np.ndarray, np.ndarray]:
    return np.full((100, 10), 0.1, np.float32), np.zeros(100, np.uint8)
