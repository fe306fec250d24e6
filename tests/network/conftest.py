"""Random stacks that the network tests share: about half of them cannot be trained, in every way there is."""

import random
from collections.abc import Callable

import pytest

from mnist_lab.network import (
    ACTIVATIONS,
    Activation,
    AnyLayer,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    MaxPooling2D,
    Network,
    SpatialDropout2D,
)

_KINDS = (
    ["Conv2D"] * 6
    + ["MaxPooling2D"] * 3
    + ["AveragePooling2D"] * 2
    + ["BatchNormalization", "Dropout", "SpatialDropout2D", "Activation", "Activation"]
    + ["Flatten", "Dense", "Dense", "GlobalAveragePooling2D", "GlobalMaxPooling2D"]
)


def _window(rng: random.Random) -> tuple[int, int]:
    if rng.random() < 0.03:
        return rng.choice([(29, 1), (1, 29), (28, 28), (40, 3), (0, 3), (3, -1), (50, 50)])
    return rng.choice([1, 1, 2, 2, 3, 3, 4, 5, 7]), rng.choice([1, 2, 2, 3, 3, 4, 5, 7])


def _strides(rng: random.Random) -> tuple[int, int]:
    if rng.random() < 0.02:
        return rng.choice([(0, 1), (2, -3), (60, 60)])
    return rng.choice([1, 1, 1, 1, 2, 2, 3, 5]), rng.choice([1, 1, 1, 1, 2, 2, 3, 5])


def _rate(rng: random.Random) -> float:
    return rng.choice([0.0, 0.1, 0.25, 0.3, 0.5, 0.7, 0.85, 1.0] * 3 + [1.2, -0.1, 25.0])


def _layer(rng: random.Random) -> AnyLayer:
    kind = rng.choice(_KINDS)
    if kind == "Conv2D":
        return Conv2D(
            filters=rng.choice([1, 2, 3, 4, 6, 8] * 6 + [0, -4]),
            kernel_size=_window(rng),
            strides=_strides(rng),
            padding=rng.choice(["valid", "valid", "same"]),
            activation=rng.choice(ACTIVATIONS),
        )
    if kind in {"MaxPooling2D", "AveragePooling2D"}:
        pooling = MaxPooling2D if kind == "MaxPooling2D" else AveragePooling2D
        strides = {} if rng.random() < 0.6 else {"strides": _strides(rng)}
        return pooling(pool_size=_window(rng), padding=rng.choice(["valid", "valid", "same"]), **strides)
    if kind == "Dense":
        return Dense(units=rng.choice([1, 5, 12, 20] * 6 + [0, -7]), activation=rng.choice(ACTIVATIONS))
    if kind == "Dropout":
        return Dropout(rate=_rate(rng))
    if kind == "SpatialDropout2D":
        return SpatialDropout2D(rate=_rate(rng))
    if kind == "Activation":
        return Activation(activation=rng.choice(ACTIVATIONS))
    simple = (BatchNormalization, Flatten, GlobalAveragePooling2D, GlobalMaxPooling2D)
    return next(layer_class() for layer_class in simple if layer_class.__name__ == kind)


def _network(seed: int) -> Network:
    rng = random.Random(seed)
    return Network(name=f"stack {seed}", layers=tuple(_layer(rng) for _ in range(rng.randint(0, 8))))


@pytest.fixture(scope="session")
def random_network() -> Callable[[int], Network]:
    """A seed to a stack of 0 to 8 layers, every one an object of its own."""
    return _network
