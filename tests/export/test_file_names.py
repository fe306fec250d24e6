"""The names of exported files."""

import pytest

from mnist_lab.export.file_names import EXPORT_SUFFIXES, file_name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Small CNN", "small-cnn.py"),
        ("../../etc/passwd", "etc-passwd.py"),
        ("C:\\con", "c-con.py"),
        ("😀", "run.py"),
        ("", "run.py"),
        ("--force", "force.py"),
        ("x" * 500, "x" * 60 + ".py"),
        ("CON", "run-con.py"),
        ("lpt1", "run-lpt1.py"),
        ("Größe 3×3, été", "größe-3-3-été.py"),
        ("e\u0301te\u0301", "été.py"),
        ("手写数字 / हिन्दी", "手写数字-हिन्दी.py"),
        ("photo\u202egpj.exe\x00\ud800", "photo-gpj-exe.py"),
    ],
)
def test_any_name_makes_a_safe_file_name(name, expected):
    assert file_name(name, ".py") == expected


def test_the_longest_name_is_short_enough_for_a_file_system():
    longest = file_name("\U00020000" * 500, max(EXPORT_SUFFIXES.values(), key=len))
    assert len(longest.encode()) < 255
