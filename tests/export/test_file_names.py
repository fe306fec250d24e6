"""The names of exported files."""

import pytest

from mnist_lab.export.file_names import file_name


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
    ],
)
def test_any_name_makes_a_safe_file_name(name, expected):
    assert file_name(name, ".py") == expected
