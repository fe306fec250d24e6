"""The digits that pages show: MNIST, looked for and downloaded in the background, or the offline sample until then."""

import threading
import time

from mnist_lab.data import Digits, download_mnist, find_mnist, load_mnist, load_uci_digits
from mnist_lab.errors import DataError
from mnist_lab.settings import Settings


class Shelf:
    """Hands out the best digits there are right now, without ever making a page wait for the network."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._digits: Digits | None = None
        self._sample: Digits | None = None
        self._trouble: str | None = None
        self._progress: float | None = None
        self._thread: threading.Thread | None = None

    def start(self, delay: float = 0.0) -> None:
        """Read MNIST in the background, or download it if it is not on this machine; returns at once.

        Args:
            delay: Seconds until it, or instead the offline sample, is read; a download does not wait.
        """
        with self._lock:
            if self._thread is not None and self._thread.is_alive():
                return
            self._thread = threading.Thread(target=self._fetch, args=(delay,), name="mnist-shelf", daemon=True)
            self._thread.start()

    def digits(self) -> Digits:
        """MNIST if it is on this machine, else the offline sample."""
        with self._lock:
            if self._digits is None and self._trouble is None and self._progress is None:
                self._look()
            if self._digits is not None:
                return self._digits
            if self._sample is None:
                self._sample = load_uci_digits(self._settings)
            return self._sample

    def retry(self) -> None:
        """Forget the trouble and look for MNIST anew, in the background."""
        self._trouble = None
        self.start()

    @property
    def progress(self) -> float | None:
        """Share of the download that has arrived, 0..1, while it runs."""
        return self._progress

    @property
    def trouble(self) -> str | None:
        """Why MNIST cannot be had, in a sentence, once that is known."""
        return self._trouble

    def _look(self) -> None:
        try:
            path = find_mnist(self._settings)
            self._digits = None if path is None else load_mnist(path)
            self._trouble = None
        except DataError as error:
            self._trouble = str(error)

    def _fetch(self, delay: float) -> None:
        try:
            if find_mnist(self._settings) is None:
                self._progress = 0.0
                download_mnist(self._settings, self._report)
            else:
                time.sleep(delay)
        except DataError as error:
            self._trouble = str(error)
        else:
            with self._lock:
                if self._digits is None:
                    self._look()
        finally:
            self._progress = None
        if self._trouble is not None:
            time.sleep(delay)
            # scikit-learn, which has the sample, takes a second to load: now, and not when a page is opened.
            self.digits()

    def _report(self, received: int, total: int | None) -> None:
        self._progress = received / total if total else 0.0
