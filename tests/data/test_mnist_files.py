"""MNIST in the forms in which people have it: each is read as the original, or refused with the way."""

import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from mnist_lab.data import Dataset, load_mnist
from mnist_lab.data.mnist import mnist_candidates
from mnist_lab.errors import DataError
from mnist_lab.settings import Settings
from tests.data.test_idx import idx

pytestmark = pytest.mark.slow

IDX_NAMES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")

Arrays = tuple[np.ndarray, ...]
Form = Callable[[Path, Arrays], Path]


@pytest.fixture(scope="module")
def mnist(mnist_folder: Path) -> Dataset:
    return load_mnist(mnist_folder / "mnist.npz")


@pytest.fixture(scope="module")
def arrays(mnist: Dataset) -> Arrays:
    return mnist.train_images, mnist.train_labels, mnist.test_images, mnist.test_labels


def written(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def idx_files(folder: Path, arrays: Arrays, *, packed: bool = False, dotted: bool = False) -> Path:
    for name, array in zip(IDX_NAMES, arrays, strict=True):
        shown = name.replace("-idx", ".idx") if dotted else name
        content = idx(array)
        written(folder / f"{shown}{'.gz' if packed else ''}", gzip.compress(content, 1) if packed else content)
    return folder


def torchvision(folder: Path, arrays: Arrays) -> Path:
    """The root of torchvision's folders, with another data set of the same shapes before MNIST."""
    idx_files(folder / "FashionMNIST" / "raw", (arrays[0][::-1], *arrays[1:]))
    idx_files(folder / "MNIST" / "raw", arrays)
    written(folder / "MNIST" / "raw" / f"{IDX_NAMES[3]}.gz", b"cut off")
    return folder


def kaggle(folder: Path, arrays: Arrays) -> Path:
    """Each file in a folder of its own name, as Kaggle's archive unpacks."""
    for name, array in zip(IDX_NAMES, arrays, strict=True):
        written(folder / name / name, idx(array))
    return folder


def npy_files(folder: Path, arrays: Arrays) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, array in zip(("x_train", "y_train", "x_test", "y_test"), arrays, strict=True):
        np.save(folder / f"{name}.npy", array)
    return folder


def other_names(folder: Path, arrays: Arrays) -> Path:
    names = ("training_images", "training_labels", "test_images", "test_labels")
    np.savez(folder / "digits.npz", extra=np.zeros(3), **dict(zip(names, arrays, strict=True)))
    return folder / "digits.npz"


def other_shapes_and_types(folder: Path, arrays: Arrays) -> Path:
    np.savez(
        folder / "mnist.npz",
        x_train=arrays[0].reshape(-1, 784),
        y_train=arrays[1].astype(np.int64),
        x_test=(arrays[2] / np.float32(255))[..., np.newaxis],
        y_test=arrays[3].astype(np.float64).reshape(-1, 1),
    )
    return folder


def gzipped_npz(folder: Path, arrays: Arrays) -> Path:
    np.savez(folder / "plain.npz", **dict(zip(("x_train", "y_train", "x_test", "y_test"), arrays, strict=True)))
    written(folder / "gzipped" / "mnist.npz", gzip.compress((folder / "plain.npz").read_bytes(), 1))
    return folder / "gzipped"


FORMS: dict[str, Form] = {
    "idx": idx_files,
    "idx.gz": lambda folder, arrays: idx_files(folder, arrays, packed=True),
    "idx with dots": lambda folder, arrays: idx_files(folder / "archive", arrays, dotted=True).parent,
    "one idx file": lambda folder, arrays: idx_files(folder, arrays) / IDX_NAMES[2],
    "torchvision": torchvision,
    "Kaggle": kaggle,
    "npy": npy_files,
    "one npy file": lambda folder, arrays: npy_files(folder, arrays) / "y_test.npy",
    "other names": other_names,
    "other shapes and types": other_shapes_and_types,
    "gzipped npz": gzipped_npz,
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_mnist_is_read(tmp_path: Path, arrays: Arrays, mnist: Dataset, form: str) -> None:
    path = FORMS[form](tmp_path, arrays)
    (found,) = mnist_candidates(Settings(home=tmp_path / "lab", data=path))[-1:]
    read = load_mnist(found)
    assert read.fingerprint == mnist.fingerprint
    np.testing.assert_array_equal(read.test_images, mnist.test_images)
    assert not read.train_images.flags.writeable


def test_a_damaged_file_beside_a_whole_form_does_no_harm(tmp_path: Path, arrays: Arrays) -> None:
    idx_files(tmp_path, arrays)
    (tmp_path / "mnist.npz").write_bytes(b"half a file")
    (tmp_path / "other-idx-ubyte").write_bytes(bytes(100))
    assert load_mnist(tmp_path).title == "MNIST"


def without_one(folder: Path) -> Path:
    small = (np.zeros((60_000, 28, 28), np.uint8), np.zeros(60_000, np.uint8), np.zeros((10_000, 28, 28), np.uint8))
    for name, array in zip(IDX_NAMES, small, strict=False):
        written(folder / name, idx(array))
    return folder


def pickled(folder: Path) -> Path:
    written(folder / "mnist.pkl.gz", gzip.compress(b"pickled"))
    return folder / "mnist.pkl.gz"


def a_table(folder: Path) -> Path:
    written(folder / "mnist_train.csv", b"label,1x1\n5,0\n")
    return folder / "mnist_train.csv"


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (without_one, "no file with MNIST's test labels; name mnist.npz, or a folder"),
        (pickled, "is not a whole .npz file.*replace it with the original"),
        (a_table, "is not a whole .npz file.*replace it with the original"),
        (lambda folder: a_table(folder).parent, "MNIST_LAB_DATA must name mnist.npz, or a folder that holds it"),
        (lambda folder: folder / "nowhere", "which does not exist"),
    ],
)
def test_what_is_not_mnist_is_refused_with_the_way(tmp_path: Path, make: Callable[[Path], Path], sentence: str) -> None:
    with pytest.raises(DataError, match=sentence) as refused:
        load_mnist(mnist_candidates(Settings(home=tmp_path / "lab", data=make(tmp_path)))[-1])
    assert "\n" not in str(refused.value)


def test_a_folder_of_very_many_files_is_not_read_to_its_end(tmp_path: Path) -> None:
    for number in range(2_100):
        (tmp_path / f"{number}.npy").touch()
    with pytest.raises(DataError):
        load_mnist(tmp_path)
