"""The data set that pages show: MNIST, loaded or downloaded in the background, or the MNIST sample until then."""

import logging
import threading
import time
from contextlib import suppress

from mnist_lab.data import (
    Dataset,
    download_mnist,
    fetch_mnist,
    find_mnist,
    load_mnist,
    load_mnist_from_disk,
    load_mnist_sample,
    share_mnist,
)
from mnist_lab.errors import DataError, LabError
from mnist_lab.settings import Settings

log = logging.getLogger(__name__)


class DatasetLoader:
    """Provides the best data set available now; a page never waits for a download.

    Safe to use from several threads.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._mnist: Dataset | None = None
        self._error: str | None = None
        self._progress: float | None = None
        self._thread: threading.Thread | None = None

    def start(self, delay: float = 0.0) -> None:
        """Load MNIST in the background, or download it if it is not on this machine; returns at once.

        Args:
            delay: Seconds until MNIST, or the sample instead, is read from disk; a download starts at once.
        """
        with self._lock:
            if self._thread is not None and self._thread.is_alive():
                return
            self._thread = threading.Thread(target=self._run, args=(delay,), name="dataset-loader", daemon=True)
            self._thread.start()

    def current(self) -> Dataset:
        """MNIST if it is on this machine, else the MNIST sample.

        Raises:
            DataError: There is neither; the message says what to install.
        """
        with self._lock:
            if self._mnist is None and self._error is None and self._progress is None:
                self._load()
            mnist = self._mnist
        return load_mnist_sample() if mnist is None else mnist

    def find(self, fingerprint: str) -> Dataset | None:
        """The data set with this fingerprint, MNIST or the sample; None if it is not available now."""
        current = self.current()
        if current.fingerprint == fingerprint:
            return current
        with suppress(DataError):
            sample = load_mnist_sample()
            if sample.fingerprint == fingerprint:
                return sample
        return None

    def retry(self) -> None:
        """Forget the error and look for MNIST again, in the background."""
        self._error = None
        self.start()

    @property
    def progress(self) -> float | None:
        """Fraction of the download that has been received, 0..1; None if no download is running."""
        return self._progress

    @property
    def error(self) -> str | None:
        """Why MNIST is not available; None if it is, or if that is not known yet."""
        return self._error

    def _load(self) -> None:
        try:
            self._mnist = load_mnist_from_disk(self._settings)
            self._error = None
        except DataError as error:
            self._error = str(error)

    def _run(self, delay: float) -> None:
        try:
            if find_mnist(self._settings) is not None:
                time.sleep(delay)
                with self._lock:
                    if self._mnist is None:
                        self._load()
            if self._mnist is None and self._settings.data is None:
                self._progress = 0.0
                mnist = fetch_mnist(self._settings) or load_mnist(download_mnist(self._settings, self._report))
                with self._lock:
                    self._mnist, self._error = mnist, None
        except LabError as error:
            self._error = str(error)
        finally:
            self._progress = None
        if self._mnist is not None:
            self._share(self._mnist)
        if self._error is not None:
            time.sleep(delay)
            # Read the sample now, so that no page has to wait for it. If this fails, the page shows the error.
            with suppress(DataError):
                load_mnist_sample()

    def _share(self, mnist: Dataset) -> None:
        try:
            share_mnist(self._settings, mnist)
        except (LabError, OSError) as error:
            log.warning("Workers on other machines have to find MNIST by themselves: %s", error)

    def _report(self, received: int, total: int | None) -> None:
        self._progress = received / total if total else 0.0
