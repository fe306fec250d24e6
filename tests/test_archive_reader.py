"""Archives that are damaged, hostile or larger than they say."""

import gzip
import io
import os
import struct
import zipfile
from pathlib import Path

import pytest

from mnist_lab.archive_reader import ArchiveError, MissingFileError, archive_of, gunzip, open_archive, open_file

ZEROS = bytes(50_000_000)


def zipped(path: Path, *files: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return path


def declaring(path: Path, size: int) -> Path:
    """The archive, whose directory declares another size of its first file."""
    content = bytearray(path.read_bytes())
    at = content.index(b"PK\x01\x02")
    content[at + 24 : at + 28] = struct.pack("<I", size)
    path.write_bytes(content)
    return path


def test_a_file_comes_back_as_it_was(tmp_path: Path) -> None:
    with open_archive(zipped(tmp_path / "a.zip", ("one", b"1"), ("two", b"22")), max_bytes=1000) as archive:
        assert archive.names == ["one", "two"]
        assert archive.read("two", 2) == b"22"


@pytest.mark.parametrize("size", [50_000_000, 1_000])
def test_a_bomb_is_refused_by_what_it_declares_and_never_unpacked_beyond(tmp_path: Path, size: int) -> None:
    path = declaring(zipped(tmp_path / "bomb.zip", ("one", ZEROS)), size)
    with open_archive(path, max_bytes=10**6) as archive, pytest.raises(ArchiveError, match=r"at most|decompressed"):
        archive.read("one", 1_000)


@pytest.mark.parametrize(
    ("files", "name", "sentence"),
    [
        ([("one", b"1")], "two", "lacks the file 'two'"),
        ([(f"{number}", b"") for number in range(2_001)], "1", "holds 2,001 files"),
    ],
)
def test_what_is_missing_or_too_much_is_said(
    tmp_path: Path, files: list[tuple[str, bytes]], name: str, sentence: str
) -> None:
    path = zipped(tmp_path / "a.zip", *files)
    with pytest.raises(ArchiveError, match=sentence), open_archive(path, max_bytes=10**6) as archive:
        archive.read(name, 100)


def test_an_unknown_compression_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", ("one", b"1"), method=zipfile.ZIP_LZMA)
    with open_archive(path, max_bytes=1000) as archive, pytest.raises(ArchiveError, match="unknown compression"):
        archive.read("one", 100)


def test_a_file_of_another_size_or_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    (tmp_path / "large").write_bytes(bytes(2_000))
    for name, sentence in {"empty": "is empty", "large": "at most", ".": "is a folder"}.items():
        with pytest.raises(ArchiveError, match=sentence), open_file(tmp_path / name, 1_000):
            pass
    with pytest.raises(MissingFileError), open_file(tmp_path / "absent", 1_000):
        pass
    with pytest.raises(ArchiveError, match="not a whole thing"):
        archive_of(io.BytesIO(b"rubbish"), "thing")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes with names")
def test_a_pipe_is_refused_instead_of_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ArchiveError, match="is not a regular file"), open_file(tmp_path / "pipe", 1_000):
        pass


def test_a_gzip_file_is_unpacked_within_its_limit() -> None:
    assert gunzip(io.BytesIO(gzip.compress(b"text")), 4) == b"text"
    for content, sentence in {
        gzip.compress(b"texts"): "too large",
        gzip.compress(ZEROS): "too large",
        gzip.compress(b"text")[:-9]: "cut off",
        b"rubbish": "cannot be decompressed",
    }.items():
        with pytest.raises(ArchiveError, match=sentence):
            gunzip(io.BytesIO(content), 4)
