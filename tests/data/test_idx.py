"""idx files, whole and damaged."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from mnist_lab.archive_reader import ArchiveError
from mnist_lab.data.idx import idx_shape, read_idx


def idx(array: np.ndarray) -> bytes:
    sides = b"".join(side.to_bytes(4, "big") for side in array.shape)
    return bytes([0, 0, 8, array.ndim]) + sides + array.tobytes()


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
@pytest.mark.parametrize("shape", [(5,), (5, 4, 3)])
def test_a_file_comes_back_as_it_was_gzipped_or_not(tmp_path: Path, pack: type, shape: tuple[int, ...]) -> None:
    array = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    path = tmp_path / "file"
    path.write_bytes(pack(idx(array)))
    assert idx_shape(path) == shape
    np.testing.assert_array_equal(read_idx(path), array)


GOOD = idx(np.zeros((5, 4), np.uint8))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (GOOD[:-1], "holds 19 of 20 bytes"),
        (GOOD + b"0", "holds 21 of 20 bytes"),
        (GOOD[:5], "is not an idx file"),
        (b"\0\0\x0d\x01\0\0\0\x01\0\0\0\0", "is not an idx file of bytes"),
        (bytes([0, 0, 8, 3]) + b"\xff" * 12, "holds 0 of"),
        (gzip.compress(GOOD, mtime=0)[:-9], "cut off"),
        (gzip.compress(GOOD, mtime=0)[:20] + b"rubbish", "cannot be decompressed"),
    ],
)
def test_a_damaged_file_is_refused(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(ArchiveError, match=sentence):
        read_idx(path)
    idx_shape(path)
