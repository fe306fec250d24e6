"""Two machines of one lab: the same database and object store, and a folder each."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest

from mnist_lab.network import Network
from mnist_lab.object_store import ObjectStore
from mnist_lab.recipe import Recipe
from mnist_lab.runs import Run, RunStore
from mnist_lab.settings import Settings
from tests.runs.shared.machines import claim

OpenMachine: TypeAlias = Callable[[str], RunStore]


@pytest.fixture
def objects(bucket_url: str) -> ObjectStore:
    store = ObjectStore(bucket_url, request_seconds=5, retry_seconds=1, max_retries=1)
    # It reads the variables at its first use: a test may then lead others another way.
    assert store.keys("") == []
    return store


@pytest.fixture
def machine(settings: Settings, objects: ObjectStore, tmp_path: Path) -> Iterator[OpenMachine]:
    opened = []

    def make(name: str) -> RunStore:
        opened.append(RunStore(settings.db_url, tmp_path / name / "runs", objects=objects))
        return opened[-1]

    yield make
    for store in opened:
        store.close()


@pytest.fixture
def here(machine: OpenMachine) -> RunStore:
    return machine("here")


@pytest.fixture
def there(machine: OpenMachine) -> RunStore:
    return machine("there")


@pytest.fixture
def claimed(here: RunStore, network: Network) -> Run:
    """A run that a worker of the first machine has."""
    return claim(here, here.create(network, Recipe(epochs=3)).id)
