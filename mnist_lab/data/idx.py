"""Read idx files, the format in which MNIST was published, gzipped or not, that may be damaged or malicious."""

import math
import struct
import zlib
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from mnist_lab.archive_reader import MIB, ArchiveError, gunzip, open_file

GZIP = b"\x1f\x8b"
MAX_BYTES = 100 * MIB
_UINT8 = b"\0\0\x08"
_MAX_DIMENSIONS = 3


def idx_shape(path: Path) -> tuple[int, ...] | None:
    """The shape that an idx file declares; None if it is no idx file of bytes."""
    try:
        with open_file(path, MAX_BYTES) as file:
            beginning = file.read(4 + 4 * _MAX_DIMENSIONS) if not _is_gzip(file) else _first_unzipped(file)
        return _shape(beginning)
    except ArchiveError:
        return None


def read_idx(path: Path) -> NDArray[np.uint8]:
    """Read a whole idx file of bytes as a read-only array.

    Raises:
        ArchiveError: It cannot be read, is damaged, or is something else.
    """
    with open_file(path, MAX_BYTES) as file:
        content = gunzip(file, MAX_BYTES) if _is_gzip(file) else file.read()
    shape = _shape(content)
    start = 4 + 4 * len(shape)
    length = math.prod(shape)
    if len(content) - start != length:
        raise ArchiveError(f"is cut off or damaged: it holds {len(content) - start:,} of {length:,} bytes")
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)


def _is_gzip(file: IO[bytes]) -> bool:
    beginning = file.read(len(GZIP))
    file.seek(0)
    return beginning == GZIP


def _first_unzipped(file: IO[bytes]) -> bytes:
    """The first bytes of a gzipped file, from its first kilobyte alone."""
    try:
        return zlib.decompressobj(wbits=31).decompress(file.read(1024), 4 + 4 * _MAX_DIMENSIONS)
    except zlib.error as error:
        raise ArchiveError("is damaged: it cannot be decompressed") from error


def _shape(content: bytes) -> tuple[int, ...]:
    dimensions = content[3] if len(content) > 3 else 0
    if not content.startswith(_UINT8) or not 1 <= dimensions <= _MAX_DIMENSIONS or len(content) < 4 + 4 * dimensions:
        raise ArchiveError("is not an idx file of bytes")
    return struct.unpack(f">{dimensions}I", content[4 : 4 + 4 * dimensions])
