"""Read zip archives and gzip files that may be damaged or malicious.

The sizes that a file declares are compared with the limits before memory is allocated, and only the declared number of
bytes is decompressed, so a zip bomb is refused at once.
"""

import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TypeVar

Content = TypeVar("Content")

MIB = 2**20
MAX_MEMBERS = 2_000
_READABLE = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


class ArchiveError(Exception):
    """What is wrong with a file: `str(error)` continues a sentence that begins with the file's name."""


class MissingFileError(ArchiveError):
    """There is no such file."""


@contextmanager
def open_file(path: Path, max_bytes: int) -> Iterator[IO[bytes]]:
    """Open a file of 1 to `max_bytes` bytes for reading.

    Raises:
        ArchiveError: It cannot be read, or has another size.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode) and not path.is_dir():
            # Opening a pipe would wait for a writer, and a device may never end.
            raise ArchiveError("is not a regular file")
        file = path.open("rb")
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error
    with file:
        try:
            size = file.seek(0, 2)
            file.seek(0)
        except OSError as error:
            raise _unreadable(path, error) from error
        if size == 0:
            raise ArchiveError("is empty")
        if size > max_bytes:
            raise ArchiveError(f"has {size / MIB:,.0f} MiB, and at most {max_bytes / MIB:,.0f} MiB is read")
        yield file


@contextmanager
def open_archive(path: Path, *, max_bytes: int, kind: str = "archive") -> Iterator["Archive"]:
    """Open a zip archive of at most `max_bytes` bytes; `kind` names it in messages.

    Raises:
        ArchiveError: It cannot be read, or is not an archive.
    """
    with open_file(path, max_bytes) as file:
        yield archive_of(file, kind)


def archive_of(file: IO[bytes], kind: str = "archive", *, max_members: int = MAX_MEMBERS) -> "Archive":
    """The zip archive in an open file, whose size the caller has limited, with at most `max_members` files.

    Raises:
        ArchiveError: It is not an archive.
    """
    try:
        archive = zipfile.ZipFile(file)
    except Exception as error:  # zipfile raises exceptions of many types for a damaged archive
        raise ArchiveError(f"is not a whole {kind}: it is cut off, damaged or something else") from error
    if len(archive.filelist) > max_members:
        raise ArchiveError(f"holds {len(archive.filelist):,} files, and at most {max_members:,} are read")
    return Archive(archive)


class Archive:
    """An open zip archive. Every method raises `ArchiveError` where the archive is damaged or too large."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive

    @property
    def members(self) -> list[zipfile.ZipInfo]:
        """What the archive holds: names and declared sizes."""
        return self._archive.infolist()

    @property
    def names(self) -> list[str]:
        """The names of the files that it holds."""
        return self._archive.namelist()

    def read(self, name: str, max_bytes: int) -> bytes:
        """The whole content of one file, at most `max_bytes`."""
        return self.decompressed(name, repr(name), lambda stream, size: _whole(stream, name, size, max_bytes))

    def decompressed(self, name: str, what: str, read: Callable[[IO[bytes], int], Content]) -> Content:
        """What `read` makes of the stream of one file and its declared size; `what` names the file in messages."""
        member = self._archive.NameToInfo.get(name)
        if member is None:
            raise ArchiveError(f"lacks the file {name!r}")
        if member.flag_bits & 0x1:
            raise ArchiveError(f"has {what} under a password")
        if member.compress_type not in _READABLE:
            raise ArchiveError(f"has {what} in an unknown compression ({member.compress_type})")
        try:
            with self._archive.open(member) as stream:
                return read(stream, member.file_size)
        except ArchiveError:
            raise
        except Exception as error:  # zipfile and zlib raise exceptions of many types for a damaged archive
            raise ArchiveError(f"is damaged: {what} cannot be decompressed") from error


def gunzip(stream: IO[bytes], max_bytes: int) -> bytes:
    """The content of a gzip file; at most `max_bytes` and one are decompressed.

    Raises:
        ArchiveError: It is cut off, damaged or larger.
    """
    decompressor = zlib.decompressobj(wbits=31)
    parts, total = [], 0
    try:
        while not decompressor.eof:
            compressed = decompressor.unconsumed_tail or stream.read(MIB)
            part = decompressor.decompress(compressed, max_bytes + 1 - total)
            total += len(part)
            parts.append(part)
            if total > max_bytes:
                raise ArchiveError(f"unpacks to more than {max_bytes / MIB:,.0f} MiB, which is too large")
            if not compressed:
                raise ArchiveError("is cut off")
    except zlib.error as error:
        raise ArchiveError("is damaged: it cannot be decompressed") from error
    return b"".join(parts)


def _whole(stream: IO[bytes], name: str, size: int, max_bytes: int) -> bytes:
    if size > max_bytes:
        raise ArchiveError(f"holds {name!r} with {size / MIB:,.1f} MiB, and at most {max_bytes / MIB:,.1f} MiB is read")
    content = stream.read(size)
    stream.read(1)  # reading to the end makes zipfile compare the checksum
    if len(content) < size:
        raise ArchiveError(f"is cut off: {name!r} has {len(content):,} of {size:,} bytes")
    return content


def _unreadable(path: Path, error: OSError | ValueError) -> ArchiveError:
    if isinstance(error, FileNotFoundError):
        return MissingFileError("does not exist")
    # Windows reports a folder as a missing permission.
    if isinstance(error, IsADirectoryError) or (isinstance(error, PermissionError) and path.is_dir()):
        return ArchiveError("is a folder, not a file")
    if isinstance(error, PermissionError):
        return ArchiveError("may not be read by this user")
    return ArchiveError(f"cannot be read ({getattr(error, 'strerror', None) or error})")
