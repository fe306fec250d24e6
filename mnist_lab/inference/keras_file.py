"""Checks a run's `.keras` file before Keras reads it. No TensorFlow here.

Keras itself would decompress a file of any size, and build a network of any size from it.
"""

import zipfile
from pathlib import Path

from mnist_lab.archive_reader import ArchiveError, open_archive
from mnist_lab.errors import NetworkError
from mnist_lab.network import MAX_PARAMETERS, analyse
from mnist_lab.network.json_io import read_json
from mnist_lab.network.keras_import import keras_version_of, network_from_keras
from mnist_lab.network.limits import MAX_FILE_BYTES, MAX_KERAS_FILE_BYTES

_MAX_METADATA_BYTES = 100_000
_MEMBERS = {
    "metadata.json": _MAX_METADATA_BYTES,
    "config.json": MAX_FILE_BYTES,
    "model.weights.h5": MAX_KERAS_FILE_BYTES,
}


def copy_checked(source: Path, target: Path) -> None:
    """Copy a `.keras` file, after its parts were read within limits and its network was checked.

    Raises:
        ArchiveError: It is damaged or too large.
        NetworkError: Its network is not one of the lab's.
    """
    with open_archive(source, max_bytes=MAX_KERAS_FILE_BYTES, kind=".keras file") as archive:
        contents = {name: archive.read(name, most) for name, most in _MEMBERS.items()}
    config = read_json(contents["config.json"])
    if not isinstance(config, dict):
        raise ArchiveError("holds no model")
    parameters = analyse(network_from_keras(config)).parameters
    if parameters is None:
        raise NetworkError("A layer of its network cannot take its input.")
    if parameters > MAX_PARAMETERS:
        raise NetworkError(f"It has {parameters:,} parameters, and at most {MAX_PARAMETERS:,} are read.")
    # Not compressed: it is read at once.
    with zipfile.ZipFile(target, "w") as copy:
        for name, content in contents.items():
            copy.writestr(name, content)


def written_by(path: Path) -> str:
    """The version of Keras that wrote a `.keras` file; "" if the file does not say it."""
    try:
        with open_archive(path, max_bytes=MAX_KERAS_FILE_BYTES) as archive:
            return keras_version_of(archive)
    except ArchiveError:
        return ""


def is_newer(version: str, other: str) -> bool:
    """Whether a version such as "3.15.1" is newer than another one, by its first two numbers."""
    return _numbers(version) > _numbers(other)


def _numbers(version: str) -> tuple[int, ...]:
    parts = version.split(".")[:2]
    return tuple(int(part) for part in parts if part.isdecimal() and len(part) < 10)
