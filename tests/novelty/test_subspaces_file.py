"""The file with the digits' subspaces: read back, refused, or not that of these weights."""

from pathlib import Path

import numpy as np
import pytest

from mnist_lab.errors import StoreError
from mnist_lab.novelty import DigitSubspaces
from mnist_lab.novelty.digit_subspaces import DIMENSIONS, MAX_HIDDEN, PIXELS
from mnist_lab.novelty.subspaces_file import MAX_BYTES, read_subspaces, write_subspaces


def subspaces(hidden: int = 64) -> DigitSubspaces:
    random = np.random.default_rng(0)
    rows = random.standard_normal((10, hidden + PIXELS, DIMENSIONS))
    bases = np.linalg.qr(rows)[0].swapaxes(1, 2).astype(np.float32)
    bases[9, -1] = 0  # a digit with too few images
    return DigitSubspaces(bases, 0.25)


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    path = tmp_path / "best.keras"
    path.write_bytes(b"weights")
    return path


@pytest.fixture
def path(tmp_path: Path, weights: Path) -> Path:
    file = tmp_path / "digit_subspaces.npz"
    write_subspaces(file, subspaces(), weights)
    return file


def test_what_is_read_gives_the_same_scores(path: Path, weights: Path) -> None:
    written, found = subspaces(), read_subspaces(path, weights)
    assert found is not None
    assert found.threshold == 0.25
    random = np.random.default_rng(1)
    image, hidden = random.random((28, 28), dtype=np.float32), random.random(64, dtype=np.float32)
    for digit in range(10):
        one, other = written.score(hidden, image, digit), found.score(hidden, image, digit)
        assert one is not None
        assert other is not None
        assert other.score == pytest.approx(one.score, abs=1e-3)


def test_the_largest_ones_are_read(tmp_path: Path, weights: Path) -> None:
    file = tmp_path / "large.npz"
    write_subspaces(file, subspaces(MAX_HIDDEN), weights)
    assert file.stat().st_size < MAX_BYTES
    assert read_subspaces(file, weights) is not None


def test_those_of_other_weights_are_passed_over(path: Path, weights: Path) -> None:
    weights.write_bytes(b"trained again")
    assert read_subspaces(path, weights) is None
    path.unlink()
    assert read_subspaces(path, weights) is None


def changed(path: Path, **arrays: np.ndarray) -> None:
    with np.load(path) as file:
        kept = dict(file)
    np.savez(path, **{**kept, **arrays})


@pytest.mark.parametrize(
    ("arrays", "reason"),
    [
        ({"bases": np.zeros((10, DIMENSIONS, PIXELS), np.int8)}, "has bases of 196 values"),
        ({"bases": np.zeros((10, DIMENSIONS, 4000), np.int8)}, "has bases of 4,000 values"),
        ({"bases": np.zeros((9, DIMENSIONS, 300), np.int8)}, "of shape"),
        ({"bases": np.zeros((10, DIMENSIONS, 300), np.float32)}, "must be int8"),
        ({"threshold": np.array([np.nan], np.float32)}, "out of range"),
        ({"threshold": np.array([-1], np.float32)}, "out of range"),
        ({"scales": np.full((10, DIMENSIONS), np.inf, np.float32)}, "out of range"),
        ({"scales": np.full((10, DIMENSIONS), np.nan, np.float32)}, "out of range"),
        ({"weights": np.zeros(3, np.uint8)}, "of shape"),
    ],
)
def test_a_file_with_other_arrays_is_refused(
    path: Path, weights: Path, arrays: dict[str, np.ndarray], reason: str
) -> None:
    changed(path, **arrays)
    with pytest.raises(StoreError, match=reason):
        read_subspaces(path, weights)


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04"])
def test_a_damaged_file_is_refused_in_a_sentence(path: Path, weights: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(StoreError, match=r"digit_subspaces\.npz .*; the lab works it out again\."):
        read_subspaces(path, weights)


def test_a_folder_in_its_place_is_refused(path: Path, weights: Path) -> None:
    path.unlink()
    path.mkdir()
    with pytest.raises(StoreError, match="is a folder"):
        read_subspaces(path, weights)
