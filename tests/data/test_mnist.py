"""MNIST on disk: found in its places, and every way of being damaged is a sentence."""

import io
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from mnist_lab.data import DataSource, class_counts, find_mnist, load_mnist
from mnist_lab.errors import DataError
from mnist_lab.settings import Settings

SHAPES = {"x_train": (60_000, 28, 28), "y_train": (60_000,), "x_test": (10_000, 28, 28), "y_test": (10_000,)}

Arrays = dict[str, np.ndarray]


def written(path: Path, **changed: np.ndarray | None) -> Path:
    arrays: dict[str, np.ndarray | None] = {name: np.zeros(shape, np.uint8) for name, shape in SHAPES.items()}
    arrays.update(changed)
    np.savez_compressed(path, **{name: array for name, array in arrays.items() if array is not None})
    return path


def raw_member(path: Path, header: bytes, body: bytes = b"") -> Path:
    """A file whose first array is made of these bytes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x_train.npy", header + body)
    return path


def npy_header(text: str) -> bytes:
    padded = text.encode() + b"\n"
    return b"\x93NUMPY\x01\x00" + len(padded).to_bytes(2, "little") + padded


def flipped(path: Path, original: Path) -> Path:
    content = bytearray(original.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)
    return path


def pickled(path: Path) -> Path:
    stream = io.BytesIO()
    np.save(stream, np.array([print], dtype=object), allow_pickle=True)
    return raw_member(path, stream.getvalue())


def encrypted(path: Path) -> Path:
    raw_member(path, npy_header("{}"))
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    return path


def text(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def test_the_original_loads_whole_and_cannot_be_changed(mnist_folder: Path) -> None:
    digits = load_mnist(mnist_folder / "mnist.npz")
    assert digits.source is DataSource.MNIST
    assert digits.title == "MNIST"
    assert digits.fingerprint == "06b0d1f124c4e5fa"
    assert digits.train_images.shape == (60_000, 28, 28)
    assert digits.test_images.dtype == np.uint8
    assert class_counts(digits.train_labels).tolist() == [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    assert not digits.train_images.flags.writeable


DAMAGE: dict[str, tuple[Callable[[Path], Path], str]] = {
    "empty": (lambda path: text(path, b""), "is empty"),
    "html": (lambda path: text(path, b"<html>Not found</html>"), "not a whole .npz file"),
    "no zip": (lambda path: text(path, b"PK\x03\x04" + bytes(500)), "not a whole .npz file"),
    "array missing": (lambda path: written(path, y_test=None), "no array 'y_test'"),
    "wrong shape": (lambda path: written(path, x_test=np.zeros((10_000, 8, 8), np.uint8)), "must be .10000, 28, 28."),
    "wrong type": (lambda path: written(path, y_train=np.zeros(60_000, complex)), "complex128, and it must be numbers"),
    "no bytes": (lambda path: written(path, y_train=np.full(60_000, 300)), "not whole numbers from 0 to 255"),
    "label 10": (lambda path: written(path, y_test=np.full(10_000, 10, np.uint8)), "label 10 in 'y_test'"),
    "other content": (written, "is not MNIST: its arrays have the right shapes but different content"),
    "pickled": (pickled, "pickled Python objects, which are never read"),
    "encrypted": (encrypted, "under a password"),
    "bad header": (lambda path: raw_member(path, npy_header("{'descr': '|u1'")), "'x_train' is not an array"),
    "no header": (lambda path: raw_member(path, b"hello"), "'x_train' is not an array"),
    "short body": (
        lambda path: raw_member(
            path, npy_header("{'descr': '|u1', 'fortran_order': False, 'shape': (60000, 28, 28), }"), bytes(99)
        ),
        "cut off: 'x_train' has 99 of 47,040,000 bytes",
    ),
    "claims exabytes": (
        lambda path: raw_member(path, npy_header(f"{{'descr': '|u1', 'fortran_order': False, 'shape': ({2**60},), }}")),
        "of shape .1152921504606846976,., and it must be",
    ),
}


def test_a_file_is_read_once_until_it_is_written_anew(tmp_path: Path, mnist_folder: Path) -> None:
    path = Path(shutil.copy(mnist_folder / "mnist.npz", tmp_path))
    assert load_mnist(path) is load_mnist(path)
    path.write_bytes(b"no longer MNIST")
    with pytest.raises(DataError):
        load_mnist(path)


@pytest.mark.parametrize("kind", DAMAGE)
def test_a_bad_file_is_named_with_what_is_wrong_and_what_to_do(tmp_path: Path, kind: str) -> None:
    damage, sentence = DAMAGE[kind]
    path = damage(tmp_path / "mnist.npz")
    with pytest.raises(DataError, match=sentence) as caught:
        load_mnist(path)
    assert str(caught.value).startswith(str(path))
    assert str(caught.value).endswith("delete it or replace it with the original mnist.npz.")


def test_a_file_cut_off_anywhere_or_with_a_flipped_bit_is_refused(tmp_path: Path, mnist_folder: Path) -> None:
    original = mnist_folder / "mnist.npz"
    content = original.read_bytes()
    for share in (0.0001, 0.3, 0.9, 0.9999):
        path = text(tmp_path / "cut.npz", content[: int(len(content) * share)])
        with pytest.raises(DataError, match=r"cut\.npz is not a whole"):
            load_mnist(path)
    with pytest.raises(DataError, match=r"flipped\.npz"):
        load_mnist(flipped(tmp_path / "flipped.npz", original))


def test_a_file_that_is_absent_or_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="does not exist"):
        load_mnist(tmp_path / "absent.npz")
    with pytest.raises(DataError, match="is a folder without MNIST"):
        load_mnist(tmp_path)


def test_the_places_are_the_variable_then_the_lab_then_keras(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MNIST_LAB_DATA", raising=False)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    settings = Settings(home=tmp_path / "lab")
    assert find_mnist(settings) is None
    for path in (tmp_path / ".keras/datasets/mnist.npz", settings.cache_folder / "mnist.npz"):
        path.parent.mkdir(parents=True)
        path.touch()
        assert find_mnist(settings) == path
    mine = tmp_path / "mine.npz"
    mine.touch()
    assert find_mnist(Settings(home=tmp_path / "lab", data=mine)) == mine
    mine.rename(tmp_path / "mnist.npz")
    assert find_mnist(Settings(home=tmp_path / "lab", data=tmp_path)) == tmp_path / "mnist.npz"
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    settings.cache_folder.joinpath("mnist.npz").unlink()
    assert find_mnist(settings) is None


@pytest.mark.parametrize("data", ["nowhere", "."])
def test_a_variable_that_leads_nowhere_is_said(tmp_path: Path, data: str) -> None:
    with pytest.raises(DataError, match="MNIST_LAB_DATA must name"):
        find_mnist(Settings(home=tmp_path, data=tmp_path / data))
