"""The app finds MNIST by the same rule as the command line."""

import shutil
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from mnist_lab.data import DataSource, load_dataset
from mnist_lab.settings import Settings
from mnist_lab.ui.services.dataset_loader import DatasetLoader


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@pytest.fixture
def lab(tmp_path: Path, mnist_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """A machine with half an mnist.npz in Keras's cache, and a network from which MNIST comes."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    for variable in ("MNIST_LAB_DATA", "KERAS_HOME"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    cache = tmp_path / ".keras" / "datasets"
    cache.mkdir(parents=True)
    content = (mnist_folder / "mnist.npz").read_bytes()
    (cache / "mnist.npz").write_bytes(content[: len(content) // 2])
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(mnist_folder)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield Settings(home=tmp_path / "lab", mnist_url=f"http://127.0.0.1:{server.server_port}/mnist.npz")
    server.shutdown()
    thread.join()
    server.server_close()


def loaded(settings: Settings) -> DatasetLoader:
    loader = DatasetLoader(settings)
    loader.start()
    assert loader._thread is not None
    loader._thread.join(60)
    return loader


def test_half_a_file_in_the_cache_is_passed_over_with_a_word(lab: Settings, caplog: pytest.LogCaptureFixture) -> None:
    loader = loaded(lab)
    assert (loader.error, loader.progress) == (None, None)
    assert loader.current().source is DataSource.MNIST
    assert "A damaged file is passed over: " in caplog.text
    assert ".keras/datasets/mnist.npz" in caplog.text


def test_the_command_line_does_the_same(lab: Settings, caplog: pytest.LogCaptureFixture) -> None:
    dataset, reason = load_dataset(lab, download=True)
    assert (dataset.source, reason) == (DataSource.MNIST, None)
    assert "A damaged file is passed over: " in caplog.text


def test_a_whole_file_after_a_damaged_one_is_used_without_a_download(lab: Settings, mnist_folder: Path) -> None:
    settings = lab.model_copy(update={"mnist_url": "http://127.0.0.1:9/mnist.npz"})
    shutil.copy(mnist_folder / "mnist.npz", Path.home() / ".keras" / "datasets")
    settings.cache_folder.mkdir(parents=True)
    (settings.cache_folder / "mnist.npz").write_bytes(b"PK half")
    loader = loaded(settings)
    assert loader.error is None
    assert loader.current().source is DataSource.MNIST


def test_without_a_network_the_error_of_the_download_is_shown(lab: Settings) -> None:
    loader = loaded(lab.model_copy(update={"mnist_url": "http://127.0.0.1:9/mnist.npz"}))
    assert "the connection was refused" in str(loader.error)
    assert loader.current().source is DataSource.MNIST_SAMPLE


def test_a_file_that_the_user_named_is_never_passed_over(lab: Settings) -> None:
    half = Path.home() / ".keras" / "datasets" / "mnist.npz"
    loader = loaded(lab.model_copy(update={"data": half}))
    assert str(loader.error).startswith(str(half))
    assert loader.current().source is DataSource.MNIST_SAMPLE
