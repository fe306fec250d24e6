"""Find MNIST on disk, load it, and check that it is MNIST."""

from functools import lru_cache
from pathlib import Path

from mnist_lab.data.dataset import Dataset, DataSource, content_hash
from mnist_lab.data.npz import read_npz
from mnist_lab.errors import DataError
from mnist_lab.network import CLASSES
from mnist_lab.settings import Settings

FILE_NAME = "mnist.npz"

# `content_hash` of the 70,000 images and labels in the four idx files of yann.lecun.com/exdb/mnist. The md5 of the idx
# file of training images that they were compared with is 6bbc9ace898e44ae57da46a324031adb.
MNIST_SHA256 = "06b0d1f124c4e5fa796686ade41a9b778edacc8622f2195a352ef479ad44fc16"

_SHAPES = {"x_train": (60_000, 28, 28), "y_train": (60_000,), "x_test": (10_000, 28, 28), "y_test": (10_000,)}
_REMEDY = "delete it or replace it with the original mnist.npz"


def keras_cache() -> Path:
    """The file that Keras writes when it downloads MNIST."""
    return Path.home() / ".keras" / "datasets" / FILE_NAME


def mnist_candidates(settings: Settings) -> list[Path]:
    """The existing files that may be MNIST, in the order of preference; only MNIST_LAB_DATA if it is set.

    Raises:
        DataError: MNIST_LAB_DATA is set and there is no MNIST there.
    """
    if settings.data is not None:
        path = settings.data / FILE_NAME if settings.data.is_dir() else settings.data
        if not path.is_file():
            raise DataError(
                f"MNIST_LAB_DATA must name mnist.npz or the folder that holds it. Received: {settings.data}, and "
                f"there is no file {path}; correct it or unset it."
            )
        return [path]
    return [path for path in (settings.cache_folder / FILE_NAME, keras_cache()) if path.is_file()]


def find_mnist(settings: Settings) -> Path | None:
    """The `mnist.npz` to use, or None: MNIST_LAB_DATA, else the lab's own cache, else Keras's.

    Raises:
        DataError: MNIST_LAB_DATA is set and there is no MNIST there.
    """
    return next(iter(mnist_candidates(settings)), None)


def load_mnist(path: Path) -> Dataset:
    """Read MNIST: 60,000 training and 10,000 test images; the content is compared with the original's.

    The last file read is cached in memory until it changes on disk; its arrays are read-only.

    Raises:
        DataError: The file cannot be read, is damaged, or is not MNIST; the message names it and says what to do.
    """
    try:
        modified = path.stat().st_mtime_ns
    except OSError:
        modified = 0  # reading the file raises the error with its reason
    return _read(path, modified)


@lru_cache(maxsize=1)
def _read(path: Path, _modified: int) -> Dataset:
    arrays = read_npz(path, _SHAPES, _REMEDY)
    parts = arrays["x_train"], arrays["y_train"], arrays["x_test"], arrays["y_test"]
    for name in ("y_train", "y_test"):
        if arrays[name].max() >= CLASSES:
            raise DataError(f"{path} has the label {arrays[name].max()} in {name!r}, and labels are 0 to 9; {_REMEDY}.")
    found = content_hash(*parts)
    if found != MNIST_SHA256:
        raise DataError(
            f"{path} is not MNIST: its arrays have the right shapes but different content "
            f"(SHA-256 {found[:16]}…, MNIST has {MNIST_SHA256[:16]}…); {_REMEDY}."
        )
    return Dataset(DataSource.MNIST, DataSource.MNIST.dataset_title, *parts, fingerprint=found[:16])
