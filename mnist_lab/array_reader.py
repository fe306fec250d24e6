"""Read `.npy` files, and the arrays of `.npz` files, that may be damaged or malicious.

Nothing is unpickled. The shape and type in a file's header are compared with the expected ones before memory is
allocated.
"""

import zipfile
import zlib
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from mnist_lab.archive_reader import MIB, Archive, ArchiveError

Shape = tuple[int | None, ...]
"""Shape of an array; None stands for any length."""

MAX_ARRAY_BYTES = 100 * MIB


def array_names(archive: Archive) -> list[str]:
    """The names of the arrays in an `.npz` file: its files that end in `.npy`, without this ending."""
    return [name.removesuffix(".npy") for name in archive.names if name.endswith(".npy")]


def archive_array(
    archive: Archive, name: str, shape: Shape, dtype: Any = np.uint8, *, max_bytes: int = MAX_ARRAY_BYTES
) -> NDArray[Any]:
    """Read one array of an `.npz` file, see `read_array`."""
    return archive.decompressed(
        _member(archive, name),
        f"the array {name!r}",
        lambda stream, _size: read_array(stream, name, shape, dtype, max_bytes=max_bytes),
    )


def archive_array_shape(archive: Archive, name: str) -> tuple[int, ...]:
    """The declared shape of one array of an `.npz` file.

    Raises:
        ArchiveError: There is no such array, or it is damaged.
    """
    return archive.decompressed(
        _member(archive, name), f"the array {name!r}", lambda stream, _size: read_array_shape(stream, name)
    )


def read_array(
    stream: IO[bytes], name: str, shape: Shape, dtype: Any = np.uint8, *, max_bytes: int = MAX_ARRAY_BYTES
) -> NDArray[Any]:
    """Read a whole `.npy` file as a read-only array.

    Args:
        stream: The open file.
        name: Name of the array, for messages.
        shape: The expected shape.
        dtype: The expected type; None for any whole or real numbers.
        max_bytes: The most bytes that the array may have.

    Raises:
        ArchiveError: It is something else, damaged, or larger.
    """
    found, fortran_order, found_type = _read_header(stream, name)
    if not (found_type.kind in "uif" and found_type.itemsize <= 8 if dtype is None else found_type == dtype):
        wanted_type = "numbers" if dtype is None else str(np.dtype(dtype))
        raise ArchiveError(f"has {name!r} as {str(found_type)[:60]}, and it must be {wanted_type}")
    fits = len(found) == len(shape) and all(w is None or w == s for s, w in zip(found, shape, strict=True))
    if not fits or min(found, default=0) < 0:
        raise ArchiveError(f"has {name!r} of shape {_shape_text(found)}, and it must be {_shape_text(shape)}")
    length = found_type.itemsize
    for side in found:
        length *= side
    if length > max_bytes:
        raise ArchiveError(f"has {name!r} of shape {_shape_text(found)}, which is too large")
    body = stream.read(length)
    if len(body) < length:
        raise ArchiveError(f"is cut off: {name!r} has {len(body):,} of {length:,} bytes")
    if stream.read(1):  # reading to the end is also what makes zipfile compare the checksum
        raise ArchiveError(f"has more bytes in {name!r} than its shape {_shape_text(found)} holds")
    return np.frombuffer(body, found_type).reshape(found, order="F" if fortran_order else "C")


def read_array_shape(stream: IO[bytes], name: str) -> tuple[int, ...]:
    """The shape that a `.npy` file declares.

    Raises:
        ArchiveError: It is not an array.
    """
    return _read_header(stream, name)[0]


def _member(archive: Archive, name: str) -> str:
    if f"{name}.npy" not in archive.names:
        found = ", ".join(sorted(archive.names)[:4])[:100] or "nothing"
        raise ArchiveError(f"has no array {name!r} (it holds {found!r})")
    return f"{name}.npy"


def _read_header(stream: IO[bytes], name: str) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    try:
        # A version 1 header has 64 KiB at most; a later one may claim, and decompress to, 4 GiB.
        header = npy.read_array_header_1_0(stream) if npy.read_magic(stream) == (1, 0) else None
    except (zlib.error, zipfile.BadZipFile, EOFError):
        raise
    except Exception as error:  # NumPy parses the header as Python text, which fails in many ways
        raise ArchiveError(f"is damaged: {name!r} is not an array") from error
    if header is None:
        raise ArchiveError(f"has {name!r} in another version of NumPy's format than 1.0")
    if header[2].hasobject:
        raise ArchiveError(f"has {name!r} as pickled Python objects, which are never read")
    return header


def _shape_text(shape: Shape) -> str:
    sides = ", ".join("any" if side is None else f"{side}" for side in shape)[:80]
    return f"({sides}{',' if len(shape) == 1 else ''})"
