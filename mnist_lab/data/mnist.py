"""Find MNIST on disk, load it, and check that it is MNIST."""

import os
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from mnist_lab.archive_reader import ArchiveError
from mnist_lab.data.dataset import Dataset, DataSource, content_hash
from mnist_lab.data.mnist_files import NPZ_NAMES, MnistSource, mnist_sources
from mnist_lab.errors import DataError
from mnist_lab.network import CLASSES
from mnist_lab.settings import Settings

FILE_NAME = "mnist.npz"

# `content_hash` of the 70,000 images and labels in the four idx files of yann.lecun.com/exdb/mnist. The md5 of the idx
# file of training images that they were compared with is 6bbc9ace898e44ae57da46a324031adb.
MNIST_SHA256 = "06b0d1f124c4e5fa796686ade41a9b778edacc8622f2195a352ef479ad44fc16"

_REMEDY = "delete it or replace it with the original mnist.npz"
_FORMS = "mnist.npz, or a folder that holds it, the four idx files (gzipped or not), or the four arrays as .npy files"


def keras_cache() -> Path:
    """The file that Keras writes when it downloads MNIST."""
    home = os.environ.get("KERAS_HOME")
    return (Path(home).expanduser() if home else Path.home() / ".keras") / "datasets" / FILE_NAME


def mnist_candidates(settings: Settings) -> list[Path]:
    """The existing files and folders that may hold MNIST, in the order of preference; only MNIST_LAB_DATA if it is set.

    Raises:
        DataError: MNIST_LAB_DATA is set and there is no MNIST there.
    """
    if settings.data is None:
        return [path for path in (settings.cache_folder / FILE_NAME, keras_cache()) if path.is_file()]
    if not settings.data.exists():
        raise DataError(f"MNIST_LAB_DATA must name {_FORMS}. Received: {settings.data}, which does not exist.")
    if not settings.data.is_dir():
        return [settings.data]
    if next(mnist_sources(settings.data), None) is None:
        raise DataError(
            f"MNIST_LAB_DATA must name {_FORMS}. Received: {settings.data}, and none of them is in that folder."
        )
    whole = settings.data / FILE_NAME
    return [whole, settings.data] if whole.is_file() else [settings.data]


def find_mnist(settings: Settings) -> Path | None:
    """The file or folder of MNIST to use, or None: MNIST_LAB_DATA, else the lab's own cache, else Keras's.

    Raises:
        DataError: MNIST_LAB_DATA is set and there is no MNIST there.
    """
    return next(iter(mnist_candidates(settings)), None)


def load_mnist(path: Path) -> Dataset:
    """Read MNIST: 60,000 training and 10,000 test images; the content is compared with the original's.

    The last file or folder read is cached in memory until it changes on disk; its arrays are read-only.

    Args:
        path: An `.npz` file, one of the four idx or `.npy` files, or a folder that holds them.

    Raises:
        DataError: The file cannot be read, is damaged, or is not MNIST; the message names it and says what to do.
    """
    sources = tuple(mnist_sources(path))
    if not sources:
        raise DataError(f"{path} is a folder without MNIST; name {_FORMS}.")
    return _read(sources, tuple(_versions(sources)))


def _versions(sources: tuple[MnistSource, ...]) -> Iterator[tuple[int, int]]:
    for file in (file for source in sources for file in source.files):
        try:
            status = file.stat()
            yield status.st_mtime_ns, status.st_size
        except OSError:
            yield 0, 0  # reading the file raises the error with its reason


@lru_cache(maxsize=1)
def _read(sources: tuple[MnistSource, ...], _versions: tuple[tuple[int, int], ...]) -> Dataset:
    first: DataError | None = None
    for source in sources:
        try:
            return _checked(source)
        except DataError as error:
            first = first or error
    assert first is not None  # noqa: S101 - there is at least one source
    raise first


def _checked(source: MnistSource) -> Dataset:
    path = source.path
    try:
        parts = source.read()
    except ArchiveError as error:
        raise DataError(f"{path} {error}; {_remedy(source)}.") from error
    for name, labels in zip(NPZ_NAMES[1::2], parts[1::2], strict=True):
        if labels.max() >= CLASSES:
            raise DataError(
                f"{path} has the label {labels.max()} in {name!r}, and labels are 0 to 9; {_remedy(source)}."
            )
    found = content_hash(*parts)
    if found != MNIST_SHA256:
        raise DataError(
            f"{path} is not MNIST: its arrays have the right shapes but different content "
            f"(SHA-256 {found[:16]}…, MNIST has {MNIST_SHA256[:16]}…); {_remedy(source)}."
        )
    return Dataset(DataSource.MNIST, DataSource.MNIST.dataset_title, *parts, fingerprint=found[:16])


def _remedy(source: MnistSource) -> str:
    return _REMEDY if source.files == (source.path,) else f"name {_FORMS}"
