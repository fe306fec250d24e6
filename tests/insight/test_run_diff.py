"""The field-by-field diff of runs, and the notebook's columns."""

from dataclasses import replace

import pytest

from mnist_lab import formatting
from mnist_lab.insight import (
    FieldDiff,
    batch_norm_summary,
    diff_runs,
    dropout_summary,
    notebook_columns,
    unshared_layers,
)
from mnist_lab.network import PRESETS, BatchNormalization, Conv2D, Dense, Dropout, Flatten, Network, SpatialDropout2D
from mnist_lab.recipe import Recipe
from mnist_lab.runs import Run
from tests.factories import make_data, make_result, make_run

RESULT = make_result(best_epoch=4, epochs=5, samples_per_second=3000.0)


def a_run(network: Network, recipe: Recipe | None = None) -> Run:
    return make_run(network=network, recipe=recipe or Recipe(), data=make_data(), result=RESULT)


def differing(*runs: Run) -> dict[str, tuple[str, ...]]:
    return {field.field: field.values for field in diff_runs(runs) if field.differs}


def test_runs_that_differ_in_nothing():
    run = a_run(PRESETS["lenet-5"].network)
    found = diff_runs([run, run])
    assert not any(field.differs for field in found)
    assert found[0].values == (formatting.accuracy(RESULT.test_accuracy),) * 2
    assert found[2] == FieldDiff("Layers not shared", ("none", "none"))


def test_what_differs_comes_first():
    network = PRESETS["lenet-5"].network
    found = diff_runs([a_run(network), a_run(network, Recipe(seed=7, learning_rate=0.01))])
    assert found[:2] == [FieldDiff("Learning rate", ("0.001", "0.01")), FieldDiff("Seed", ("0", "7"))]
    assert [field.differs for field in found] == [True, True] + [False] * (len(found) - 2)


def test_fields_that_an_optimizer_does_not_use_say_so():
    network = PRESETS["tiny"].network
    found = differing(a_run(network), a_run(network, Recipe(optimizer="sgd", learning_rate=0.001)))
    assert found == {"Optimizer": ("adam", "sgd"), "Momentum": ("not used", "0.9")}


def test_the_recipe_as_text():
    network = PRESETS["tiny"].network
    other = Recipe(early_stopping=3, limit=6000, validation="test", batch_size=1000, keep="last")
    assert differing(a_run(network), a_run(network, other)) == {
        "Batch size": ("100", "1,000"),
        "Early stopping": ("off", "after 3 epochs"),
        "Validation images": ("held out", "the test images"),
        "Share held out": ("10 %", "not used"),
        "Training images used": ("all", "6,000"),
        "Weights kept": ("best epoch", "last epoch"),
    }


def test_the_data_and_what_is_unknown():
    run = a_run(PRESETS["tiny"].network)
    assert differing(run, replace(run, data=None)) == {"Data": ("MNIST", "–")}


def test_layers_that_only_one_network_has():
    first = Network(name="a", layers=(Conv2D(filters=8), BatchNormalization(), Flatten(), Dense(units=32)))
    second = Network(name="b", layers=(Conv2D(filters=8), Flatten(), Dropout(rate=0.5), Dense(units=32)))
    assert unshared_layers([first, second]) == ("2 Batch normalization", "3 Dropout rate 0.5")
    assert unshared_layers([first, first, second])[0] == "2 Batch normalization"
    assert unshared_layers([first, Network(name="c", layers=(Flatten(),))])[0] == (
        "1 Convolution 8 filters 3×3\n2 Batch normalization\n4 Dense 32 units"
    )
    assert unshared_layers([first]) == ("none",)
    assert unshared_layers([]) == ()


def test_networks_as_text():
    network = PRESETS["notebook-1"].network
    found = differing(a_run(network), a_run(network.remove(3)))
    assert found == {"Layers not shared": ("4 Dropout rate 0.25", "none"), "Dropout": ("0.25", "no")}


@pytest.mark.parametrize(
    ("preset", "expected"),
    [
        ("notebook-1", ([100, 250], 2, 0.9927, 0.0465, "0.25", "yes")),
        ("notebook-2", ([350, 100, 75, 40, 25], 5, 0.9927, 0.0465, "0.5, 0.3, 0.5, 0.7", "no")),
        ("notebook-3", ([100, 80, 70, 50, 60, 100, 100, 250], 8, 0.9927, 0.0465, "0.25, 0.5, 0.6, 0.55", "yes (2)")),
    ],
)
def test_the_notebooks_six_columns(preset, expected):
    columns = notebook_columns(PRESETS[preset].network, RESULT)
    assert list(columns) == [
        "Convolution filters",
        "Convolution layers",
        "Test accuracy",
        "Test loss",
        "Dropout",
        "Batch norm",
    ]
    assert tuple(columns.values()) == expected


def test_columns_of_a_run_without_a_result():
    assert tuple(notebook_columns(Network(name="x"), None).values()) == ([], 0, None, None, "no", "no")


def test_summaries():
    network = Network(name="x", layers=(SpatialDropout2D(rate=0.2), Dropout(rate=0.125), BatchNormalization()))
    assert (dropout_summary(network), batch_norm_summary(network)) == ("0.2, 0.125", "yes")
