"""What every test may use: a home of its own, and the real MNIST where it can be had."""

import asyncio
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mnist_lab.runs import RunStore, open_store
from mnist_lab.settings import Settings
from tests.databases import (  # noqa: F401 - fixtures, and a hook of pytest
    database,
    postgres,
    pytest_generate_tests,
)
from tests.missing import is_ci, missing
from tests.objects import bucket_url, line, s3  # noqa: F401 - fixtures
from tests.selection import (  # noqa: F401 - hooks of pytest
    pytest_addoption,
    pytest_collection_modifyitems,
    pytest_configure,
    pytest_ignore_collect,
)

# As the commands do (mnist_lab/cli/main.py). On a processor without AVX-512 TensorFlow leaves it off, and a training in
# the tests' own process would differ in the last bit from one in a worker.
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "1"


def data_folder() -> Path | None:
    """The folder of real data that MNIST_LAB_DATA names, with `mnist.npz`; None without it."""
    folder = os.environ.get("MNIST_LAB_DATA")
    return Path(folder).resolve() if folder and (Path(folder) / "mnist.npz").exists() else None


@pytest.fixture(scope="session")
def data_settings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Environment variables of a lab that has MNIST, or else uses the MNIST sample at once, without a download."""
    folder = data_folder()
    if folder is not None:
        return {"MNIST_LAB_DATA": str(folder)}
    if is_ci():
        missing("MNIST_LAB_DATA names no folder with mnist.npz")
    # It names no file, and so the lab downloads nothing.
    return {"MNIST_LAB_DATA": str(tmp_path_factory.mktemp("without-mnist"))}


@pytest.fixture(scope="session")
def mnist_folder() -> Path:
    """The folder that holds the real `mnist.npz`; the test needs all 70,000 images of it."""
    folder = data_folder()
    if folder is None:
        missing("needs all 70,000 images of MNIST, and MNIST_LAB_DATA names no folder with mnist.npz")
    assert folder is not None
    return folder


@pytest.fixture(scope="session")
def pen_strokes() -> Path:
    """The file of real pen strokes."""
    path = (data_folder() or Path()) / "pen-strokes.json.gz"
    if not path.is_file():
        missing("needs real pen strokes, and MNIST_LAB_DATA names no folder with pen-strokes.json.gz")
    return path


@pytest.fixture(autouse=True)
def _no_running_loop(request: pytest.FixtureRequest) -> Iterator[None]:
    """Hide the event loop that Playwright keeps running in this thread, as the test may need one of its own."""
    if request.node.get_closest_marker("browser"):
        yield
        return
    loop = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    yield
    asyncio._set_running_loop(loop)


@pytest.fixture(autouse=True)
def _keras_session_stays(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once a test has loaded Keras, Streamlit would clear its session after each run of a page: half a second."""
    if "keras" in sys.modules and not request.node.get_closest_marker("training"):
        monkeypatch.setattr("keras.backend.clear_session", lambda: None)


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database: str | None) -> Settings:  # noqa: F811
    """Settings of a lab with a home of its own, and in the environment of every process the test starts."""
    home = tmp_path / "home"
    monkeypatch.setenv("MNIST_LAB_HOME", str(home))
    if database is None:
        monkeypatch.delenv("MNIST_LAB_DB", raising=False)
    else:
        monkeypatch.setenv("MNIST_LAB_DB", database)
    # A lab that begins empty; tests of the reference runs ask for them.
    monkeypatch.setenv("MNIST_LAB_REFERENCE", "false")
    return Settings()


@pytest.fixture
def store(settings: Settings) -> Iterator[RunStore]:
    """The store of the lab of `settings`."""
    opened = open_store(settings)
    yield opened
    opened.close()
