"""A store of its own for every test here, and the small things it keeps."""

from collections.abc import Callable

import pytest

from mnist_lab.network import PRESETS, Network
from mnist_lab.recipe import Recipe
from mnist_lab.runs import MetricPoint, Result, Run, RunState, RunStore
from tests import factories


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
    return factories.make_point


@pytest.fixture
def result() -> Result:
    return factories.make_result(best_epoch=2, epochs=3, versions={"keras": "3.15.1"}, machine={"cores": 2})
