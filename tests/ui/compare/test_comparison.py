"""Names, colours, differing fields and significance messages of the selected runs."""

import numpy as np
import pytest

from mnist_lab.data import DataSource
from mnist_lab.runs import RunState, RunStore
from mnist_lab.ui.compare.comparison import (
    difference_rows,
    distinct_names,
    run_colour_indices,
    significance_messages,
)
from mnist_lab.ui.components.markdown import plain
from tests.pages.ended_runs import ended


def test_names_and_colours_are_distinct(store: RunStore) -> None:
    runs = [ended(store) for _ in range(11)]
    assert len(set(distinct_names(runs))) == 11
    assert len(set(run_colour_indices(runs[:10]))) == 10
    assert len(run_colour_indices(runs)) == 11


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
