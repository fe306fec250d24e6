"""Load MNIST if it is available, else the MNIST sample with the reason. Every process follows the one rule here.

MNIST may be on this machine, among the shared files of a lab of several machines, or be downloaded.
"""

import logging

from mnist_lab.data.dataset import Dataset
from mnist_lab.data.download import Progress, download_mnist, last_download_error
from mnist_lab.data.mnist import load_mnist, mnist_candidates
from mnist_lab.data.mnist_sample import load_mnist_sample
from mnist_lab.data.shared_mnist import fetch_mnist
from mnist_lab.errors import DataError
from mnist_lab.settings import Settings

_NOT_YET = "MNIST is not on this computer yet: download it, or set MNIST_LAB_DATA to the folder that holds mnist.npz."

log = logging.getLogger(__name__)


def load_mnist_from_disk(settings: Settings) -> Dataset | None:
    """MNIST from the first of its places on disk where it is whole; None if it is in none of them.

    A damaged copy is passed over and named in the log when another one, or a download, may take its place.

    Raises:
        DataError: MNIST_LAB_DATA is set and there is no whole MNIST there, or all copies on disk are damaged.
    """
    errors: list[DataError] = []
    found = None
    for path in mnist_candidates(settings):
        try:
            found = load_mnist(path)
            break
        except DataError as error:
            errors.append(error)
    if settings.data is None:
        for passed_over in errors:
            log.warning("A damaged file is passed over: %s", passed_over)
    if found is None and errors:
        raise errors[0]
    return found


def load_dataset(
    settings: Settings, *, download: bool = False, progress: Progress | None = None
) -> tuple[Dataset, str | None]:
    """Load MNIST, or else the MNIST sample with the reason why MNIST is not available.

    Args:
        settings: Folders in which to search, and the URL of the download.
        download: Download MNIST if no undamaged copy is on disk. Never done when MNIST_LAB_DATA is set.
        progress: Called with the bytes received and the total bytes, None if unknown.

    Returns:
        The data set, and None for MNIST or the reason for the sample.

    Raises:
        DataError: The sample is not available either.
        ObjectStoreError: The lab's shared files, where MNIST may be, cannot be reached.
    """
    reason = last_download_error(settings) or _NOT_YET
    try:
        if (dataset := load_mnist_from_disk(settings)) is not None:
            return dataset, None
    except DataError as error:
        reason = str(error)
    if settings.data is None and (shared := fetch_mnist(settings)) is not None:
        return shared, None
    if download and settings.data is None:
        try:
            return load_mnist(download_mnist(settings, progress or _no_progress)), None
        except DataError as error:
            reason = str(error)
    return load_mnist_sample(), reason


def _no_progress(_received: int, _total: int | None) -> None:
    pass
