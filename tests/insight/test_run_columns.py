"""The runs as a table: values, CSV, and marks of runs with other data."""

import csv
import io
from collections.abc import Mapping

import pytest

from mnist_lab.data import DataSource
from mnist_lab.insight.run_columns import data_warnings, runs_csv
from mnist_lab.recipe import Recipe
from mnist_lab.runs import Run, RunStore
from tests.factories import make_data, make_result, make_run, make_sample
from tests.pages.ended_runs import HOSTILE, ended


def csv_rows(runs: list[Run], **options: Mapping[str, float]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(runs_csv(runs, **options).decode("utf-8-sig"))))


def test_the_csv_has_every_run_and_no_formula(store: RunStore) -> None:
    for name in HOSTILE:
        store.annotate(ended(store, name).id, "@SUM(A1)")
    rows = csv_rows(store.list())
    assert len(rows) == len(HOSTILE)
    assert {row["Note"] for row in rows} == {"'@SUM(A1)"}
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]
    assert rows[0]["Convolution filters"] == "8; 16"


@pytest.mark.parametrize(
    ("recipe", "expected"),
    [
        (Recipe(), {"Learning rate": "0.001", "Optimizer": "Adam", "Batch size": "100", "Schedule": "Constant"}),
        (Recipe(learning_rate=0.02, schedule="one-cycle"), {"Learning rate": "0.02", "Schedule": "One-cycle"}),
        (Recipe(optimizer="sgd", momentum=0.5), {"Optimizer": "SGD", "Momentum": "0.5", "Weight decay": ""}),
        (Recipe(optimizer="adamw", augmentation="pen"), {"Weight decay": "0.004", "Augmentation": "pen"}),
        (Recipe(validation="test", early_stopping=3), {"Validated on": "test images", "Early stopping": "3"}),
    ],
)
def test_the_csv_has_the_whole_recipe(recipe: Recipe, expected: dict[str, str]) -> None:
    run = make_run(recipe=recipe, data=make_data(training=5_400), result=make_result(validation_accuracy=0.9))
    (row,) = csv_rows([run])
    assert expected.items() <= row.items()
    assert (row["Training images"], row["Validation accuracy (%)"]) == ("5400", "90")


def test_how_drawings_are_read_is_a_column_if_it_is_known() -> None:
    read, unread = make_run(id="read"), make_run(id="unread")
    rows = csv_rows([read, unread], handwriting={"read": 87.5})
    assert [row["Our handwriting (%)"] for row in rows] == ["87.5", ""]
    assert "Our handwriting (%)" not in csv_rows([read, unread])[0]


def test_no_runs_are_an_empty_csv() -> None:
    assert runs_csv([]) == "".encode("utf-8-sig")


def warned(*runs: Run) -> set[str]:
    return set(data_warnings(runs))


def test_a_run_on_fewer_images_than_another_is_marked() -> None:
    whole = make_run(id="whole", data=make_data())
    tenth = make_run(id="tenth", data=make_data(training=5_400, validation=600))
    assert warned(whole, tenth) == {"tenth"}
    assert warned(tenth) == warned(whole) == set()


def test_a_run_on_the_sample_is_marked_beside_one_on_mnist() -> None:
    sample = make_run(id="sample", data=make_sample())
    older = make_run(id="older", data=make_sample(DataSource.UCI))
    assert warned(sample, older) == set()
    assert warned(sample, make_run(id="mnist", data=make_data()), older) == {"sample", "older"}


def test_images_that_are_held_out_are_no_difference() -> None:
    held_out = make_run(id="held", data=make_data())
    notebook = make_run(id="all", data=make_data(training=60_000, validation=10_000, validation_choice="test"))
    assert warned(held_out, notebook) == set()


def test_a_run_that_has_not_loaded_its_data_is_not_marked() -> None:
    assert warned(make_run(id="new", data=None), make_run(id="mnist", data=make_data())) == set()
