"""The one hyperparameter in which runs differ."""

import pytest

from mnist_lab.insight.varied import varied_hyperparameter
from mnist_lab.network import Conv2D, Dense, Dropout, Flatten, MaxPooling2D, Network
from mnist_lab.recipe import Recipe
from mnist_lab.runs import Run
from mnist_lab.training.sweep import HYPERPARAMETERS, plan_sweep
from tests.factories import make_data, make_run

NETWORK = Network(
    name="N",
    layers=(Conv2D(filters=8), MaxPooling2D(), Conv2D(filters=16), Dropout(rate=0.5), Flatten(), Dense(units=10)),
)


def runs(*recipes: Recipe) -> list[Run]:
    return [make_run(network=NETWORK, recipe=recipe) for recipe in recipes]


def test_a_field_of_the_recipe_is_found_whatever_the_seeds() -> None:
    varied = varied_hyperparameter(
        runs(*(Recipe(learning_rate=rate, seed=seed) for rate in (0.001, 0.1) for seed in (1, 2)))
    )
    assert varied is not None
    assert (varied.title, varied.values) == ("Learning rate", (0.001, 0.001, 0.1, 0.1))
    assert varied.texts == ("0.001", "0.001", "0.1", "0.1")


def test_seeds_alone_are_texts() -> None:
    varied = varied_hyperparameter(runs(Recipe(seed=1), Recipe(seed=2)))
    assert varied is not None
    assert (varied.title, varied.values) == ("Seed", ("1", "2"))


def test_the_momentum_that_adam_does_not_use_is_no_second_difference() -> None:
    varied = varied_hyperparameter(runs(Recipe(optimizer="adam"), Recipe(optimizer="sgd", momentum=0.5)))
    assert varied is not None
    assert (varied.title, varied.values) == ("Optimizer", ("adam", "sgd"))


@pytest.mark.parametrize("name", HYPERPARAMETERS)
def test_what_every_sweep_varies_is_found(name: str) -> None:
    values = HYPERPARAMETERS[name].choices(Recipe())
    sweep = plan_sweep(NETWORK, Recipe(), name, values, memory=1000)
    varied = varied_hyperparameter([make_run(network=one.network, recipe=one.recipe) for one in sweep.variants])
    assert varied is not None
    assert len(set(varied.values)) == len(sweep.variants) > 1


def test_layers_with_different_values_are_listed() -> None:
    wider = NETWORK.replace(0, Conv2D(filters=16)).replace(2, Conv2D(filters=32))
    varied = varied_hyperparameter([make_run(network=NETWORK), make_run(network=wider)])
    assert varied is not None
    assert (varied.title, varied.values) == ("Convolution filters", ("8, 16", "16, 32"))


@pytest.mark.parametrize(
    "other",
    [
        {},
        {"recipe": Recipe(learning_rate=0.1, batch_size=7)},
        {"recipe": Recipe(learning_rate=0.1), "network": NETWORK.replace(3, Dropout(rate=0.1))},
        {"network": NETWORK.remove(3)},
        {"network": NETWORK.replace(0, Conv2D(filters=9, kernel_size=(5, 5)))},
        {"recipe": Recipe(learning_rate=0.1), "data": make_data(fingerprint="other")},
        {"recipe": Recipe(learning_rate=0.1), "learning_rate_factor": 0.5},
    ],
)
def test_more_than_one_difference_and_none_are_not_a_hyperparameter(other: dict[str, object]) -> None:
    assert varied_hyperparameter([make_run(network=NETWORK), make_run(**{"network": NETWORK, **other})]) is None


def test_a_single_run_and_no_run_have_none() -> None:
    assert varied_hyperparameter([make_run()]) is None
    assert varied_hyperparameter([]) is None
