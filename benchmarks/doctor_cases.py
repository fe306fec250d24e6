"""The trainings that the run doctor is measured on: problems produced by their real causes, and healthy runs."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from mnist_lab.network import (
    PRESETS,
    AnyLayer,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    MaxPooling2D,
    Network,
)
from mnist_lab.recipe import Recipe

Group = Literal["illness", "healthy", "note"]
"""Written into the recorded runs, so "illness" keeps its name: a run with a problem caused on purpose."""
Variant = tuple[Network, dict[str, object]]
"""A network, and the changes of its recipe to `BASE`."""

BASE = Recipe(epochs=5, limit=2_000, precision="float32")


@dataclass(frozen=True)
class Case:
    """One training: its name, the expected kind of finding ("" for a healthy run), network and recipe."""

    group: Group
    name: str
    expected: str
    network: Network
    recipe: Recipe


def preset(name: str) -> Network:
    return PRESETS[name].network


def stack(name: str, *layers: AnyLayer) -> Network:
    return Network(name=name, layers=layers)


def conv(filters: int, size: int = 3, activation: str = "relu") -> Conv2D:
    return Conv2D(filters=filters, kernel_size=(size, size), activation=activation)


def dense(units: int, activation: str = "relu") -> Dense:
    return Dense(units=units, activation=activation)


def denses(count: int, units: int, activation: str = "relu") -> Network:
    return stack(f"{count} dense {activation}", Flatten(), *[dense(units, activation) for _ in range(count)])


def convolutions(count: int, filters: int, activation: str) -> Network:
    layers = [conv(filters, 3, activation).with_changes(padding="same") for _ in range(count)]
    return stack(f"{count} convolutions {activation}", MaxPooling2D(), *layers, MaxPooling2D(pool_size=(7, 7)))


NOTEBOOK_2_SMALL = stack(
    "Notebook 2, narrow",
    conv(32, 5),
    MaxPooling2D(),
    conv(32, 4),
    Dropout(rate=0.5),
    MaxPooling2D(pool_size=(3, 3)),
    conv(32, 3),
    Dropout(rate=0.3),
    conv(32, 1),
    Dropout(rate=0.5),
    conv(25, 1),
    Dropout(rate=0.7),
    Flatten(),
)

WITH_DROPOUT = stack(
    "Small CNN with dropout",
    conv(32),
    MaxPooling2D(),
    conv(64),
    MaxPooling2D(),
    Dropout(rate=0.25),
    Flatten(),
    dense(64),
    Dropout(rate=0.5),
)

NO_ACTIVATION = stack(
    "No activation",
    conv(8, 3, "linear"),
    MaxPooling2D(),
    conv(16, 3, "linear"),
    MaxPooling2D(),
    Flatten(),
    dense(64, "linear"),
)
TWO_FILTERS = stack("Two filters averaged", conv(2), MaxPooling2D(pool_size=(4, 4)), GlobalAveragePooling2D())

PROBLEMS: dict[str, tuple[Variant, ...]] = {
    "diverged": (
        (denses(4, 128, "leaky_relu"), {"optimizer": "sgd", "learning_rate": 3.0}),
        (denses(3, 64, "elu"), {"optimizer": "sgd", "learning_rate": 10.0}),
        (convolutions(6, 16, "leaky_relu"), {"optimizer": "sgd", "learning_rate": 10.0}),
        (NO_ACTIVATION, {"optimizer": "sgd", "learning_rate": 3.0}),
        (denses(8, 64, "leaky_relu"), {"optimizer": "rmsprop", "learning_rate": 10.0}),
    ),
    "rate-too-high": (
        (preset("tiny"), {"learning_rate": 0.1}),
        (preset("small-cnn"), {"learning_rate": 0.1}),
        (preset("lenet-5"), {"learning_rate": 0.1}),
        (preset("linear"), {"optimizer": "sgd", "learning_rate": 10.0}),
        (preset("batch-norm"), {"learning_rate": 3.0}),
        (preset("small-cnn"), {"learning_rate": 0.5, "optimizer": "sgd"}),
        (preset("linear"), {"learning_rate": 1.0}),
        (preset("tiny"), {"learning_rate": 3.0}),
        (preset("lenet-5"), {"learning_rate": 0.03}),
        (preset("all-convolutional"), {"learning_rate": 0.1}),
    ),
    "rate-too-low": (
        (preset("tiny"), {"learning_rate": 1e-6, "epochs": 10}),
        (preset("small-cnn"), {"learning_rate": 1e-6}),
        (preset("dense-only"), {"learning_rate": 1e-5}),
        (preset("lenet-5"), {"learning_rate": 1e-5}),
        (preset("small-cnn"), {"learning_rate": 1e-4, "optimizer": "sgd"}),
        (preset("batch-norm"), {"learning_rate": 1e-5}),
        (preset("linear"), {"learning_rate": 1e-5}),
        (preset("tiny"), {"learning_rate": 3e-5}),
        (preset("all-convolutional"), {"learning_rate": 1e-5}),
        (preset("dense-only"), {"learning_rate": 1e-4, "optimizer": "sgd"}),
    ),
    "overfitting": (
        (preset("small-cnn"), {"limit": 600, "validation_fraction": 0.5, "epochs": 60, "batch_size": 32}),
        (preset("dense-only"), {"limit": 600, "validation_fraction": 0.5, "epochs": 60, "batch_size": 32}),
        (preset("tiny"), {"limit": 600, "validation_fraction": 0.5, "epochs": 100, "batch_size": 32}),
        (preset("lenet-5"), {"limit": 600, "validation_fraction": 0.5, "epochs": 60, "batch_size": 32}),
        (preset("dense-only"), {"limit": 2_000, "validation_fraction": 0.5, "epochs": 40, "batch_size": 32}),
        (preset("wide-first"), {"limit": 600, "validation_fraction": 0.5, "epochs": 40, "batch_size": 32}),
    ),
    "underfitting": (
        (stack("Four numbers", AveragePooling2D(pool_size=(14, 14)), Flatten()), {"epochs": 30, "learning_rate": 0.01}),
        (stack("Two units", Flatten(), dense(2)), {"epochs": 30, "learning_rate": 0.003}),
        (TWO_FILTERS, {"epochs": 30, "learning_rate": 0.01}),
        (stack("Nine numbers", AveragePooling2D(pool_size=(9, 9)), Flatten()), {"epochs": 30, "learning_rate": 0.01}),
        (stack("One filter", conv(1, 5), MaxPooling2D(pool_size=(8, 8)), Flatten()),
         {"epochs": 30, "learning_rate": 0.01}),
        (stack("Three tanh units", Flatten(), dense(3, "tanh")), {"epochs": 30, "learning_rate": 0.003}),
    ),
    "dead-units": (
        (denses(4, 64), {"learning_rate": 0.05}),
        (preset("small-cnn"), {"learning_rate": 0.03}),
        (denses(3, 128), {"learning_rate": 0.03}),
        (denses(2, 64), {"learning_rate": 0.1}),
        (stack("Narrow", conv(8), MaxPooling2D(), Flatten(), dense(64), dense(64)), {"learning_rate": 0.05}),
        (preset("small-cnn"), {"learning_rate": 0.3, "optimizer": "sgd"}),
    ),
    "too-much-dropout": (
        (preset("too-much-dropout"), {}),
        (NOTEBOOK_2_SMALL, {"epochs": 8}),
        (stack("Dropout 0.95", conv(16), MaxPooling2D(), conv(32), MaxPooling2D(), Flatten(), Dropout(rate=0.95),
               dense(64), Dropout(rate=0.8)), {}),
        (stack("Dropout in series", Flatten(), *3 * (dense(64), Dropout(rate=0.7))), {}),
        (stack("Dropout before 16", conv(8), MaxPooling2D(), Flatten(), dense(16), Dropout(rate=0.8)), {}),
    ),
    "no-learning": (
        (denses(8, 64, "sigmoid"), {}),
        (convolutions(5, 16, "sigmoid"), {}),
        (denses(6, 32, "sigmoid"), {}),
        (convolutions(40, 8, "relu"), {"limit": 1_000, "epochs": 8}),
        (stack("Sigmoid mix", *4 * (conv(8, 3, "sigmoid"),), MaxPooling2D(), Flatten(), *2 * (dense(64, "sigmoid"),)),
         {}),
    ),
}  # fmt: skip

HEALTHY: dict[str, tuple[Variant, ...]] = {
    "small-cnn": ((preset("small-cnn"), {"limit": 6_000}), (preset("small-cnn"), {"limit": 3_000, "epochs": 8})),
    "tiny": ((preset("tiny"), {"limit": 6_000}), (preset("tiny"), {"limit": 12_000})),
    "linear": ((preset("linear"), {"limit": 6_000, "epochs": 8}), (preset("linear"), {"limit": 12_000, "epochs": 6})),
    "dense-only": ((preset("dense-only"), {"limit": 6_000}), (preset("dense-only"), {"limit": 12_000})),
    "lenet-5": (
        (preset("lenet-5"), {"limit": 6_000}),
        (preset("lenet-5"), {"limit": 6_000, "schedule": "one-cycle", "learning_rate": 0.003}),
    ),
    "batch-norm": (
        (preset("batch-norm"), {"limit": 6_000, "epochs": 6, "batch_size": 50}),
        (preset("batch-norm"), {"limit": 6_000, "batch_size": 50, "learning_rate": 0.01, "schedule": "cosine"}),
    ),
    "all-convolutional": ((preset("all-convolutional"), {"limit": 6_000, "epochs": 8}),),
    "wide-first": ((preset("wide-first"), {"limit": 3_000, "epochs": 8}),),
    "notebook-1": ((preset("notebook-1"), {"limit": 1_000, "epochs": 8, "batch_size": 20}),),
    "small-cnn with dropout": (
        (WITH_DROPOUT, {"limit": 6_000}),
        (WITH_DROPOUT, {"limit": 6_000, "augmentation": "light", "epochs": 8}),
    ),
}  # fmt: skip


NOTES: dict[str, tuple[Variant, ...]] = {
    "training-gap": (
        (WITH_DROPOUT, {"limit": 6_000, "epochs": 3}),
        (stack("Batch norm and dropout", conv(16), BatchNormalization(), MaxPooling2D(), Flatten(), Dropout(rate=0.5),
               dense(64), Dropout(rate=0.5)), {"limit": 6_000, "batch_size": 50}),
        (preset("tiny"), {"limit": 12_000, "epochs": 2}),
    ),
    "unsettled-batch-norm": (
        (preset("batch-norm"), {"limit": 1_000}),
        (preset("batch-norm"), {"limit": 3_000, "epochs": 3}),
    ),
    "still-improving": (
        (preset("tiny"), {"limit": 1_000}),
        (preset("dense-only"), {"limit": 6_000, "epochs": 2}),
        (preset("small-cnn"), {"limit": 1_000}),
    ),
}  # fmt: skip
"""Runs with something to note and no problem."""


def cases(seeds: range, *, healthy_seeds: int) -> Iterator[Case]:
    """All cases of these seeds; of the healthy ones only the first `healthy_seeds` seeds."""
    for number, seed in enumerate(seeds):
        for kind, variants in PROBLEMS.items():
            yield _case("illness", kind, kind, variants, number, seed)
        for kind, variants in NOTES.items():
            yield _case("note", kind, kind, variants, number, seed)
        if number < healthy_seeds:
            for name, variants in HEALTHY.items():
                yield _case("healthy", name, "", variants, number, seed)


def _case(group: Group, name: str, expected: str, variants: tuple[Variant, ...], number: int, seed: int) -> Case:
    network, changes = variants[number % len(variants)]
    return Case(group, name, expected, network, BASE.with_changes(**{**changes, "seed": seed}))
