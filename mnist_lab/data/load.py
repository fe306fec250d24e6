"""The digits to work with: MNIST if it can be had, else the offline sample and the reason."""

from collections.abc import Callable

from mnist_lab.data.dataset import Digits
from mnist_lab.data.download import download_mnist, why_not_downloaded
from mnist_lab.data.mnist import load_mnist, mnist_candidates
from mnist_lab.data.uci import load_uci_digits
from mnist_lab.errors import DataError
from mnist_lab.settings import Settings

_NOT_YET = "MNIST is not on this computer yet: download it, or set MNIST_LAB_DATA to the folder that holds mnist.npz."


def load_digits(
    settings: Settings, *, download: bool = False, progress: Callable[[int, int | None], None] | None = None
) -> tuple[Digits, str | None]:
    """Load MNIST, or else the UCI digits with the sentence that says why MNIST could not be had.

    Args:
        settings: Where to look, and where to download from.
        download: Download MNIST when it is on disk nowhere, or only damaged. Never done when MNIST_LAB_DATA is set.
        progress: Called with the bytes received and the bytes there are, None if unknown.

    Returns:
        The digits, and None for MNIST or the sentence for the UCI digits.

    Raises:
        DataError: Not even the UCI digits can be had.
    """
    reason = why_not_downloaded(settings) or _NOT_YET
    try:
        for path in mnist_candidates(settings):
            try:
                return load_mnist(path), None
            except DataError as error:
                reason = str(error)
        if download and settings.data is None:
            return load_mnist(download_mnist(settings, progress or _silent)), None
    except DataError as error:
        reason = str(error)
    return load_uci_digits(settings), reason


def _silent(_received: int, _total: int | None) -> None:
    pass
