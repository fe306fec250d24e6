"""The data set that pages show: MNIST, loaded or downloaded in the background, or the MNIST sample until then."""

import threading
import time
from contextlib import suppress

from mnist_lab.data import Dataset, download_mnist, find_mnist, load_mnist, load_mnist_sample
from mnist_lab.errors import DataError
from mnist_lab.settings import Settings


class DatasetLoader:
    """Gives the best data set there is right now, without ever making a page wait for the network.

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
            delay: Seconds until it, or instead the sample, is read; a download does not wait.
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
        """The data set with this fingerprint, None if it cannot be had now: MNIST or the sample."""
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
        """Share of the download that has arrived, 0..1, while it runs."""
        return self._progress

    @property
    def error(self) -> str | None:
        """Why MNIST cannot be had, once that is known."""
        return self._error

    def _load(self) -> None:
        try:
            path = find_mnist(self._settings)
            self._mnist = None if path is None else load_mnist(path)
            self._error = None
        except DataError as error:
            self._error = str(error)

    def _run(self, delay: float) -> None:
        try:
            if find_mnist(self._settings) is None:
                self._progress = 0.0
                download_mnist(self._settings, self._report)
            else:
                time.sleep(delay)
        except DataError as error:
            self._error = str(error)
        else:
            with self._lock:
                if self._mnist is None:
                    self._load()
        finally:
            self._progress = None
        if self._error is not None:
            time.sleep(delay)
            # Unpacking the sample takes a moment: now, and not when a page is opened. A page shows the error, if any.
            with suppress(DataError):
                load_mnist_sample()

    def _report(self, received: int, total: int | None) -> None:
        self._progress = received / total if total else 0.0
