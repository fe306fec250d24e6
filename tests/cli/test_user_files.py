import os

import pytest

from mnist_lab.cli.user_files import ensure_free, printable, read_bytes
from mnist_lab.errors import RefusedError


def test_a_file_is_read(tmp_path):
    (tmp_path / "a.json").write_bytes(b"{}")

    assert read_bytes(tmp_path / "a.json", "network file", limit=10) == b"{}"


def test_a_file_of_the_largest_size_is_read(tmp_path):
    (tmp_path / "a").write_bytes(b"x" * 10)

    assert len(read_bytes(tmp_path / "a", "file", limit=10)) == 10


def test_a_larger_file_is_refused(tmp_path):
    (tmp_path / "a").write_bytes(b"x" * 2_001)

    with pytest.raises(RefusedError, match="A picture has at most 2,000 bytes"):
        read_bytes(tmp_path / "a", "picture", limit=2_000)


@pytest.mark.parametrize("name", ["missing", ".", "nul\0byte"])
def test_what_cannot_be_read_is_named(tmp_path, name):
    with pytest.raises(RefusedError, match=r"The network file .* cannot be read: "):
        read_bytes(tmp_path / name, "network file", limit=10)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (b"caf\xe9.png", "caf\\xe9.png"),
        ("é 1.png".encode(), "é 1.png"),
        (b"\xff", "\\xff"),
        (b"a\n7.png: 7, quite sure", "a\\n7.png: 7, quite sure"),
        (b"\x1b[31m\t", "\\x1b[31m\\t"),
    ],
)
def test_a_name_of_any_bytes_can_be_printed(name, shown):
    assert printable(os.fsdecode(name)) == shown


def test_a_free_name_may_be_written(tmp_path):
    ensure_free(tmp_path / "new.py", force=False)


def test_what_exists_is_not_overwritten_unless_forced(tmp_path):
    existing = tmp_path / "old.py"
    existing.write_text("mine")

    with pytest.raises(RefusedError, match="--force"):
        ensure_free(existing, force=False)
    ensure_free(existing, force=True)


@pytest.mark.parametrize("force", [False, True])
def test_a_folder_is_never_overwritten(tmp_path, force):
    with pytest.raises(RefusedError, match="is a folder"):
        ensure_free(tmp_path, force=force)


@pytest.mark.parametrize("name", ["a" * 300, "nul\0byte", "a" * 300 + "/b"])
def test_a_name_that_no_file_can_have_is_refused(tmp_path, name):
    with pytest.raises(RefusedError, match=r"cannot be written: .*(too long|null)"):
        ensure_free(tmp_path / name, force=True)


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(RefusedError, match="does not exist"):
        ensure_free(tmp_path / "nowhere" / "a.py", force=True)
