"""Read the arrays of an `.npz` file that may be damaged or malicious.

Nothing is unpickled. The shape and type in a file's header are compared with the expected ones before memory is
allocated, and only the expected number of bytes is decompressed, so a zip bomb is refused as fast as a wrong shape.
"""

import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from tokenize import TokenError
from typing import IO

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from mnist_lab.errors import DataError

Shape = tuple[int | None, ...]

_MAX_FILE_BYTES = 100 * 2**20
_MAX_ARRAY_BYTES = 100 * 2**20
_READABLE = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError)
"""Exceptions of `zipfile` for an archive that is cut off, damaged or not supported."""


def read_npz(path: Path, wanted: Mapping[str, Shape], remedy: str) -> dict[str, NDArray[np.uint8]]:
    """Read arrays of bytes (uint8) by name; the arrays are read-only.

    Args:
        path: The file.
        wanted: Name to shape of each array; None stands for any length, up to 100 MiB per array.
        remedy: What the user can do about a bad file: the end of each error message.

    Raises:
        DataError: The file cannot be read, or lacks an expected array; the message names it and says why.
    """
    try:
        with path.open("rb") as file:
            _check_size(file.seek(0, 2))
            with zipfile.ZipFile(file) as archive:
                return {name: _read_array(archive, name, shape) for name, shape in wanted.items()}
    except _Bad as bad:
        raise DataError(f"{path} {bad}; {remedy}.") from bad
    except FileNotFoundError as error:
        raise DataError(f"{path} does not exist; {remedy}.") from error
    except IsADirectoryError as error:
        raise DataError(f"{path} is a folder, not a file; {remedy}.") from error
    except PermissionError as error:
        what = "is a folder, not a file" if path.is_dir() else "may not be read by this user"
        raise DataError(f"{path} {what}; {remedy}.") from error
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror or error}); {remedy}.") from error
    except (*_DAMAGED, struct.error, ValueError) as error:
        raise DataError(
            f"{path} is not a whole .npz file: it is cut off, damaged or something else; {remedy}."
        ) from error


class _Bad(Exception):  # noqa: N818 - never leaves this module
    """The problem of the file, as the part of the message after the file's name."""


def _check_size(size: int) -> None:
    if size == 0:
        raise _Bad("is empty")
    if size > _MAX_FILE_BYTES:
        raise _Bad(f"has {size / 2**20:,.0f} MiB, and at most {_MAX_FILE_BYTES / 2**20:.0f} MiB is read")


def _read_array(archive: zipfile.ZipFile, name: str, wanted: Shape) -> NDArray[np.uint8]:
    try:
        member = archive.getinfo(f"{name}.npy")
    except KeyError as error:
        found = ", ".join(sorted(archive.namelist())[:4])[:100] or "nothing"
        raise _Bad(f"has no array {name!r} (it holds {found!r})") from error
    if member.flag_bits & 0x1:
        raise _Bad(f"has the array {name!r} under a password")
    if member.compress_type not in _READABLE:
        raise _Bad(f"has the array {name!r} in an unknown compression ({member.compress_type})")
    try:
        with archive.open(member) as stream:
            shape, fortran_order = _read_header(stream, name, wanted)
            return _read_body(stream, name, shape, fortran_order)
    except _DAMAGED as error:
        raise _Bad(f"is damaged: the array {name!r} cannot be decompressed") from error


def _read_header(stream: IO[bytes], name: str, wanted: Shape) -> tuple[tuple[int, ...], bool]:
    try:
        # A version 1 header has 64 KiB at most; a later one may claim, and decompress to, 4 GiB.
        if npy.read_magic(stream) != (1, 0):
            raise _Bad(f"has {name!r} in another version of NumPy's format than 1.0")
        shape, fortran_order, dtype = npy.read_array_header_1_0(stream)
    except (ValueError, TypeError, OverflowError, SyntaxError, TokenError, MemoryError, RecursionError) as error:
        raise _Bad(f"is damaged: {name!r} is not an array") from error
    if dtype != np.uint8:
        raise _Bad(f"has {name!r} as {_dtype_name(dtype)}, and it must be uint8")
    fits = len(shape) == len(wanted) and all(w is None or w == s for s, w in zip(shape, wanted, strict=True))
    if not fits or min(shape, default=0) < 0:
        raise _Bad(f"has {name!r} of shape {_shape_text(shape)}, and it must be {_shape_text(wanted)}")
    return shape, fortran_order


def _read_body(stream: IO[bytes], name: str, shape: tuple[int, ...], fortran_order: bool) -> NDArray[np.uint8]:
    length = 1
    for side in shape:
        length *= side
    if length > _MAX_ARRAY_BYTES:
        raise _Bad(f"has {name!r} of shape {_shape_text(shape)}, which is too large")
    body = stream.read(length)
    if len(body) < length:
        raise _Bad(f"is cut off: {name!r} has {len(body):,} of {length:,} bytes")
    if stream.read(1):  # reading to the end is also what makes zipfile compare the checksum
        raise _Bad(f"has more bytes in {name!r} than its shape {_shape_text(shape)} holds")
    return np.frombuffer(body, np.uint8).reshape(shape, order="F" if fortran_order else "C")


def _dtype_name(dtype: np.dtype[np.generic]) -> str:
    return "pickled Python objects, which are never read" if dtype.hasobject else str(dtype)[:60]


def _shape_text(shape: Shape) -> str:
    return (
        "("
        + ", ".join("any" if side is None else f"{side}" for side in shape)[:80]
        + ("," if len(shape) == 1 else "")
        + ")"
    )
