"""A home of its own for every test, in which MNIST is not available."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mnist_lab.network import Conv2D, MaxPooling2D, Network
from mnist_lab.recipe import Recipe
from mnist_lab.runs import RunStore, open_store
from mnist_lab.settings import Settings


@pytest.fixture
def offline(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings of a lab on a machine without MNIST, for this process and those it starts."""
    monkeypatch.delenv("MNIST_LAB_DATA", raising=False)
    for variable in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(variable, str(tmp_path))
    return settings.model_copy(update={"data": None, "workers": 1})


@pytest.fixture
def store(offline: Settings) -> Iterator[RunStore]:
    opened = open_store(offline)
    yield opened
    opened.close()


@pytest.fixture
def small_network() -> Network:
    return Network(name="small", layers=(Conv2D(filters=4), MaxPooling2D()))


@pytest.fixture
def small_recipe() -> Recipe:
    return Recipe(epochs=2, limit=300, precision="float32", learning_rate=0.01)
