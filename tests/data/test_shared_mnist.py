"""MNIST among the files of a lab of several machines. The tests have no network but that to the object store."""

import logging
from pathlib import Path

import obstore
import pytest
from obstore.store import from_url

from mnist_lab.data import DataSource, fetch_mnist, load_dataset, load_mnist, share_mnist
from mnist_lab.data.shared_mnist import KEY
from mnist_lab.errors import ObjectStoreError
from mnist_lab.settings import Settings
from mnist_lab.ui.services.dataset_loader import DatasetLoader
from tests.objects import Line


@pytest.fixture(params=["folder", "object store"])
def files(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    if request.param == "folder":
        return tmp_path / "shared files"
    return str(request.getfixturevalue("bucket_url"))


@pytest.fixture
def rich(settings: Settings, files: Path | str, mnist_folder: Path) -> Settings:
    """A machine that has MNIST."""
    return settings.model_copy(update={"files": files, "data": mnist_folder})


@pytest.fixture
def poor(settings: Settings, files: Path | str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A machine that has none, and no way to download it."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    changes = {"files": files, "data": None, "home": tmp_path / "poor", "mnist_url": "http://127.0.0.1:1/mnist.npz"}
    return settings.model_copy(update=changes)


def test_mnist_of_one_machine_reaches_another(rich: Settings, poor: Settings, mnist_folder: Path) -> None:
    dataset = load_mnist(mnist_folder)
    assert load_dataset(poor)[0].source is DataSource.MNIST_SAMPLE
    share_mnist(rich, dataset)
    share_mnist(rich, dataset)
    found, why_not = load_dataset(poor)
    assert (found.fingerprint, why_not) == (dataset.fingerprint, None)
    # It is here now.
    assert load_dataset(poor.model_copy(update={"files": None}))[0].source is DataSource.MNIST


def test_the_app_hands_it_on_and_takes_it(rich: Settings, poor: Settings) -> None:
    for settings in (rich, poor):
        loader = DatasetLoader(settings)
        loader.start()
        assert loader._thread is not None
        loader._thread.join()
        assert loader.error is None
        assert loader.current().source is DataSource.MNIST


def test_other_forms_of_mnist_are_handed_on_as_one_file(
    rich: Settings, poor: Settings, mnist_folder: Path, tmp_path: Path
) -> None:
    empty = tmp_path / "idx files"
    empty.mkdir()
    share_mnist(rich.model_copy(update={"data": None, "home": tmp_path / "x"}), load_mnist(mnist_folder))
    found = fetch_mnist(poor)
    assert found is not None
    assert found.source is DataSource.MNIST


def test_wrong_content_is_passed_over(
    bucket_url: str, settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    obstore.put(from_url(bucket_url, client_options={"allow_http": True}), KEY, b"something else")
    poor = settings.model_copy(update={"files": bucket_url, "data": None, "home": tmp_path / "poor"})
    with caplog.at_level(logging.WARNING):
        assert fetch_mnist(poor) is None
    assert "The shared copy of MNIST is passed over" in caplog.text
    assert not any((poor.cache_folder).iterdir())


def test_what_is_in_the_way_is_replaced(
    bucket_url: str, settings: Settings, tmp_path: Path, mnist_folder: Path
) -> None:
    store = from_url(bucket_url, client_options={"allow_http": True})
    obstore.put(store, KEY, b"something else")
    rich = settings.model_copy(update={"files": bucket_url, "data": mnist_folder})
    share_mnist(rich, load_mnist(mnist_folder))
    poor = settings.model_copy(update={"files": bucket_url, "data": None, "home": tmp_path / "poor"})
    assert fetch_mnist(poor) is not None
    # Other forms of MNIST are left as they are.
    share_mnist(rich.model_copy(update={"data": None, "home": tmp_path / "x"}), load_mnist(mnist_folder))
    assert obstore.head(store, KEY)["size"] == (mnist_folder / "mnist.npz").stat().st_size


def test_a_store_that_is_away_is_no_reason_to_train_on_the_sample(
    bucket_url: str, line: Line, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    poor = settings.model_copy(update={"files": bucket_url, "data": None, "home": tmp_path / "poor"})
    line.is_away = True
    with pytest.raises(ObjectStoreError, match="does not answer"):
        load_dataset(poor)
