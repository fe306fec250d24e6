"""Which data set is loaded: MNIST if it can be had, else the MNIST sample with the reason."""

import shutil
from pathlib import Path

from mnist_lab.data import DataSource, load_dataset
from mnist_lab.settings import Settings


def test_the_sample_comes_with_the_reason(no_mnist: Settings) -> None:
    dataset, reason = load_dataset(no_mnist)
    assert dataset.source is DataSource.MNIST_SAMPLE
    assert reason is not None
    assert "not on this computer yet" in reason
    _, reason = load_dataset(no_mnist, download=True)
    assert reason is not None
    assert "the connection was refused" in reason


def test_a_damaged_mnist_is_the_reason_too(no_mnist: Settings) -> None:
    no_mnist.cache_folder.mkdir(parents=True)
    (no_mnist.cache_folder / "mnist.npz").write_bytes(b"rubbish")
    dataset, reason = load_dataset(no_mnist)
    assert dataset.source is DataSource.MNIST_SAMPLE
    assert reason is not None
    assert "not a whole .npz file" in reason


def test_a_damaged_mnist_gives_way_to_a_whole_one(no_mnist: Settings, mnist_folder: Path) -> None:
    no_mnist.cache_folder.mkdir(parents=True)
    (no_mnist.cache_folder / "mnist.npz").write_bytes(b"rubbish")
    keras = Path.home() / ".keras" / "datasets"
    keras.mkdir(parents=True)
    shutil.copy(mnist_folder / "mnist.npz", keras)
    dataset, reason = load_dataset(no_mnist)
    assert dataset.source is DataSource.MNIST
    assert reason is None


def test_nothing_is_downloaded_when_the_variable_names_no_file(no_mnist: Settings, tmp_path: Path) -> None:
    settings = no_mnist.model_copy(update={"data": tmp_path / "nowhere"})
    dataset, reason = load_dataset(settings, download=True)
    assert dataset.source is DataSource.MNIST_SAMPLE
    assert reason is not None
    assert reason.startswith("MNIST_LAB_DATA must name")
