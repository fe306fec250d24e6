"""What every test may use: a home of its own, and the real MNIST where it is to be had."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from mnist_lab.runs import RunStore, open_store
from mnist_lab.settings import Settings
from tests.selection import (  # noqa: F401 - hooks of pytest
    pytest_addoption,
    pytest_collection_modifyitems,
    pytest_configure,
    pytest_ignore_collect,
)


def missing(what: str) -> None:
    """Skip, or fail where everything must be there (CI=true), because `what` is missing."""
    if os.environ.get("CI", "").lower() in {"1", "true"}:
        pytest.fail(f"{what}, and with CI=true nothing may be missing")
    pytest.skip(what)


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder of real data that MNIST_LAB_DATA names: `mnist.npz` and `pen-strokes.json.gz`."""
    folder = os.environ.get("MNIST_LAB_DATA")
    if not folder or not (Path(folder) / "mnist.npz").exists():
        missing("MNIST_LAB_DATA names no folder with mnist.npz")
    return Path(str(folder)).resolve()


@pytest.fixture(scope="session")
def mnist_folder(data_folder: Path) -> Path:
    """The folder that holds the real `mnist.npz`."""
    return data_folder


@pytest.fixture(scope="session")
def pen_strokes(data_folder: Path) -> Path:
    """The file of real pen strokes."""
    path = data_folder / "pen-strokes.json.gz"
    if not path.exists():
        missing("MNIST_LAB_DATA names no folder with pen-strokes.json.gz")
    return path


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings of a lab with a home of its own, and in the environment of every process the test starts."""
    home = tmp_path / "home"
    monkeypatch.setenv("MNIST_LAB_HOME", str(home))
    monkeypatch.delenv("MNIST_LAB_DB", raising=False)
    # A lab that begins empty; tests of the reference runs ask for them.
    monkeypatch.setenv("MNIST_LAB_REFERENCE", "false")
    return Settings()


@pytest.fixture
def store(settings: Settings) -> Iterator[RunStore]:
    """The store of the lab of `settings`."""
    opened = open_store(settings)
    yield opened
    opened.close()
