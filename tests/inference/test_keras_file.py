"""A run's weights are checked before Keras sees them."""

import json
import zipfile
from pathlib import Path

import pytest

from mnist_lab.archive_reader import ArchiveError
from mnist_lab.errors import NetworkError
from mnist_lab.inference.keras_file import copy_checked, is_newer, written_by

OUTPUT = {"class_name": "Dense", "config": {"units": 10, "activation": "softmax"}}


def config(*layers: object) -> str:
    return json.dumps({"class_name": "Sequential", "config": {"layers": [*layers, OUTPUT]}})


def keras_file(path: Path, **changed: str | bytes | None) -> Path:
    parts: dict[str, str | bytes | None] = {
        "metadata.json": '{"keras_version": "3.15.1"}',
        "config.json": config({"class_name": "Flatten", "config": {}}),
        "model.weights.h5": b"weights",
    }
    parts |= {name.replace("_", "."): content for name, content in changed.items()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            if content is not None:
                archive.writestr(name, content)
    return path


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_good_file_is_copied_with_its_parts(tmp_path: Path) -> None:
    path, copy = keras_file(tmp_path / "a.keras"), tmp_path / "b.keras"
    copy_checked(path, copy)
    assert parts(copy) == parts(path)
    assert written_by(path) == "3.15.1"


@pytest.mark.parametrize(
    ("changed", "error", "sentence"),
    [
        ({"config_json": "{" + " " * 60_000_000 + "}"}, ArchiveError, "at most"),
        ({"config_json": "[]"}, ArchiveError, "holds no model"),
        ({"config_json": None}, ArchiveError, "lacks the file 'config.json'"),
        ({"config_json": "{"}, NetworkError, "must be JSON"),
        (
            {"config_json": config({"class_name": "Dense", "config": {"units": 1_000_000}})},
            NetworkError,
            "at most 20,000,000 are read",
        ),
        ({"config_json": config({"class_name": "Lambda", "config": {}})}, NetworkError, "no such layer"),
    ],
    ids=["bomb", "list", "missing", "cut", "huge network", "code"],
)
def test_what_is_too_large_or_not_ours_never_reaches_keras(
    tmp_path: Path, changed: dict[str, str | None], error: type[Exception], sentence: str
) -> None:
    path = keras_file(tmp_path / "a.keras", **changed)
    with pytest.raises(error, match=sentence):
        copy_checked(path, tmp_path / "b.keras")
    assert not (tmp_path / "b.keras").exists()


def test_a_file_without_a_version_has_none(tmp_path: Path) -> None:
    for metadata in ("{}", "[]", "{", '{"keras_version": 3}', '{"keras_version": "\\u0007"}'):
        assert written_by(keras_file(tmp_path / "a.keras", metadata_json=metadata)) == ""
    assert written_by(tmp_path / "absent") == ""


@pytest.mark.parametrize(
    ("version", "other", "newer"),
    [
        ("4.0.0", "3.15.1", True),
        ("3.16.0.dev1", "3.15.1", True),
        ("3.15.9", "3.15.1", False),
        ("3.9.0", "3.15.1", False),
        ("", "3.15.1", False),
        ("rubbish", "3.15.1", False),
    ],
)
def test_versions_are_compared_by_number(version: str, other: str, newer: bool) -> None:
    assert is_newer(version, other) is newer
