"""Names, colours, differing fields and significance messages of the selected runs."""

import numpy as np
import pytest

from mnist_lab.charts import MetricHistory, run_figure
from mnist_lab.data import DataSource
from mnist_lab.recipe import Recipe
from mnist_lab.runs import Run, RunState, RunStore
from mnist_lab.ui.compare.comparison import (
    cost_figure,
    difference_rows,
    distinct_names,
    run_curves,
    significance_messages,
)
from mnist_lab.ui.components.markdown import plain
from tests.pages.ended_runs import ended


def test_equal_names_are_made_distinct(store: RunStore) -> None:
    assert len(set(distinct_names([ended(store) for _ in range(11)]))) == 11


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


def test_a_comparison_of_two_seeds_says_that_they_have_the_same_setting(store: RunStore) -> None:
    runs = [ended(store, wrong=1), ended(store, wrong=2, recipe=Recipe(epochs=2, seed=5))]
    (message,) = significance_messages(store, runs, ["A", "B"])
    assert "They have the same setting and differ only in their seed." in message


def test_unshared_layers_are_listed_one_per_line(store: RunStore) -> None:
    runs = [ended(store, "Tiny"), ended(store, "LeNet", preset="lenet-5")]
    row = next(row for row in difference_rows(runs, ["A", "B"], differing=True) if row[""] == "Layers not shared")
    first, *others = row["A"].split("  \n")
    assert first == plain("1 Convolution 8 filters 3×3 · relu")
    assert others
    assert all(line[0].isdigit() for line in others)


def test_equal_fields_are_separate_from_differing_ones(store: RunStore) -> None:
    runs = [ended(store, wrong=1), ended(store, wrong=2)]
    assert [row[""] for row in difference_rows(runs, ["A", "B"], differing=True)] == ["Test accuracy"]
    assert "Optimizer" in [row[""] for row in difference_rows(runs, ["A", "B"], differing=False)]


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
