"""A store of its own for every test here, and the small things it keeps."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from mnist_lab.network import PRESETS, Network
from mnist_lab.recipe import Recipe
from mnist_lab.runs import MetricPoint, Result, Run, RunState, RunStore


@pytest.fixture
def network() -> Network:
    return PRESETS["tiny"].network


@pytest.fixture
def queued(store: RunStore, network: Network) -> Run:
    return store.create(network, Recipe(epochs=3), name="A run")


@pytest.fixture
def claimed(store: RunStore, queued: Run) -> Run:
    run = store.claim(queued.id, "test")
    assert run is not None
    return run


@pytest.fixture
def running(store: RunStore, claimed: Run) -> Run:
    store.attempt(claimed).move(RunState.RUNNING)
    return store.get(claimed.id)


@pytest.fixture
def make_point() -> Callable[..., MetricPoint]:
    point = MetricPoint(
        step=1,
        epoch=0.1,
        kind="step",
        training_loss=2.3,
        training_accuracy=0.1,
        validation_loss=None,
        validation_accuracy=None,
        learning_rate=0.001,
        seconds=0.5,
        samples_per_second=1000.0,
    )
    return lambda **changes: replace(point, **changes)


@pytest.fixture
def result() -> Result:
    return Result(
        test_loss=0.05,
        test_accuracy=0.99,
        per_class_accuracy=(0.99,) * 10,
        confusion=tuple(tuple(99 if row == column else 0 for column in range(10)) for row in range(10)),
        best_epoch=2,
        epochs=3,
        seconds=12.5,
        samples_per_second=5000.0,
        kept="best",
        validation_loss=0.06,
        validation_accuracy=0.98,
        last_test_loss=0.055,
        last_test_accuracy=0.985,
        precision="float32",
        versions={"keras": "3.15.1"},
        machine={"cores": 2},
    )
