"""Arrays that are not what they should be."""

import io

import numpy as np
import pytest

from mnist_lab.archive_reader import ArchiveError, archive_of
from mnist_lab.array_reader import archive_array, archive_array_shape, array_names, read_array


def npy(array: np.ndarray) -> io.BytesIO:
    stream = io.BytesIO()
    np.save(stream, array, allow_pickle=True)
    stream.seek(0)
    return stream


def test_arrays_come_back_as_they_were() -> None:
    stream = io.BytesIO()
    fortran = np.asfortranarray(np.arange(6, dtype=np.float32).reshape(2, 3))
    np.savez_compressed(stream, one=np.arange(3, dtype=np.uint8), two=fortran)
    archive = archive_of(stream)
    assert array_names(archive) == ["one", "two"]
    assert archive_array_shape(archive, "two") == (2, 3)
    np.testing.assert_array_equal(archive_array(archive, "two", (None, 3), np.float32), fortran)
    assert archive_array(archive, "one", (3,)).tolist() == [0, 1, 2]
    with pytest.raises(ArchiveError, match="has no array 'three'"):
        archive_array(archive, "three", (3,))


@pytest.mark.parametrize(
    ("array", "sentence"),
    [
        (np.zeros((3, 4), np.uint8), r"of shape \(3, 4\), and it must be \(3, 3\)"),
        (np.zeros(9, np.uint8), r"of shape \(9,\)"),
        (np.zeros((3, 3), np.int64), "as int64, and it must be uint8"),
        (np.array([[print] * 3] * 3, object), "pickled Python objects, which are never read"),
    ],
)
def test_another_shape_or_type_is_refused(array: np.ndarray, sentence: str) -> None:
    with pytest.raises(ArchiveError, match=sentence):
        read_array(npy(array), "x", (3, 3))


def test_any_numbers_are_read_where_the_type_is_open_and_nothing_else() -> None:
    assert read_array(npy(np.ones(2)), "x", (2,), None).tolist() == [1.0, 1.0]
    for wrong in (np.array(["a", "b"]), np.ones(2, complex), np.ones(2, bool)):
        with pytest.raises(ArchiveError, match="and it must be numbers"):
            read_array(npy(wrong), "x", (2,), None)


def test_a_large_or_short_body_is_refused_before_memory_is_taken() -> None:
    with pytest.raises(ArchiveError, match="too large"):
        read_array(npy(np.zeros(10, np.uint8)), "x", (None,), max_bytes=9)
    content = npy(np.zeros(10, np.uint8)).getvalue()
    with pytest.raises(ArchiveError, match="has 9 of 10 bytes"):
        read_array(io.BytesIO(content[:-1]), "x", (10,))
    with pytest.raises(ArchiveError, match="more bytes"):
        read_array(io.BytesIO(content + b"0"), "x", (10,))
