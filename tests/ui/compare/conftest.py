"""A run store of its own for each test."""

from collections.abc import Iterator

import pytest

from mnist_lab.runs import RunStore, open_store
from mnist_lab.settings import Settings


@pytest.fixture
def run_store(settings: Settings) -> Iterator[RunStore]:
    store = open_store(settings)
    yield store
    store.close()
