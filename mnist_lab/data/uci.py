"""The offline sample: the UCI handwritten digits that scikit-learn ships, made to look like MNIST."""

from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mnist_lab.data.dataset import Digits, Images, Labels, Source, content_hash
from mnist_lab.data.npz import read_npz
from mnist_lab.data.split import stratified
from mnist_lab.drawing import place_ink
from mnist_lab.errors import DataError
from mnist_lab.files import atomic_write
from mnist_lab.settings import Settings

TITLE = "UCI digits, the offline sample"

# In the name, so that a cache of images that were enlarged in another way is never read.
_FILE_NAME = "uci-digits-1.npz"
_COUNT = 1797
_TEST_COUNT = 360
_SPLIT_SEED = 0
_FULL_INK = 16
_SHAPES = {
    "x_train": (_COUNT - _TEST_COUNT, 28, 28),
    "y_train": (_COUNT - _TEST_COUNT,),
    "x_test": (_TEST_COUNT, 28, 28),
    "y_test": (_TEST_COUNT,),
}

Parts = tuple[Images, Labels, Images, Labels]


def load_uci_digits(settings: Settings) -> Digits:
    """The 1,797 UCI digits, enlarged from 8×8 to 28×28: 1,437 to train on and 360, stratified, to test on.

    The enlarged images are kept in the cache folder; a cache that is damaged or cannot be written changes nothing but
    the time this takes.

    Raises:
        DataError: scikit-learn or its file is missing; the sentence says what to install.
    """
    path = settings.cache_folder / _FILE_NAME
    parts = _read_cache(path)
    if parts is None:
        parts = _make()
        with suppress(OSError):
            _write_cache(path, parts)
    return Digits(Source.UCI, TITLE, *parts, fingerprint=content_hash(*parts)[:16])


def _read_cache(path: Path) -> Parts | None:
    try:
        arrays = read_npz(path, _SHAPES, "delete it")
    except DataError:
        return None
    parts = arrays["x_train"], arrays["y_train"], arrays["x_test"], arrays["y_test"]
    return parts if max(parts[1].max(), parts[3].max()) <= 9 else None


def _write_cache(path: Path, parts: Parts) -> None:
    with atomic_write(path) as temporary:
        np.savez_compressed(temporary, x_train=parts[0], y_train=parts[1], x_test=parts[2], y_test=parts[3])


def _make() -> Parts:
    small, labels = _read_scikit_learn()
    images = np.stack([_enlarge(image) for image in small])
    test = stratified(labels, _TEST_COUNT, np.random.default_rng(_SPLIT_SEED))
    train = np.setdiff1d(np.arange(len(labels)), test, assume_unique=True)
    return images[train], labels[train], images[test], labels[test]


def _read_scikit_learn() -> tuple[NDArray[np.float64], Labels]:
    try:
        from sklearn.datasets import load_digits

        bunch = load_digits()
    except (ImportError, OSError) as error:
        raise DataError(
            "The offline sample of digits comes with scikit-learn, and that cannot be used "
            f"({error}); install it anew: pip install --force-reinstall scikit-learn."
        ) from error
    return bunch.images, bunch.target.astype(np.uint8)


def _enlarge(image: NDArray[np.float64]) -> Images:
    placed = place_ink((image / _FULL_INK).astype(np.float32))
    if placed is None:
        raise DataError("The digits that come with scikit-learn have a blank image; install scikit-learn anew.")
    return np.rint(placed * 255).astype(np.uint8)
