"""Publishes the files of a run in training to the object store, so that another machine can go on with it."""

import logging
import math
import threading
import time
from types import TracebackType
from typing import Self

from mnist_lab.errors import LabError, ObjectStoreError, StaleAttemptError
from mnist_lab.runs.shared.publication import Publication

INTERVAL_SECONDS = 1.0
"""Between two looks for new files."""
LOG_SECONDS = 15.0
"""Between two versions of the log."""
BUSY_SECONDS = 5.0
"""How long a request that is under way is waited for."""

log = logging.getLogger(__name__)


class FilePublisher:
    """Publishes new files of a run about once a second, from a thread. A context manager: the thread ends with it.

    Without an object store it does nothing. Errors are logged, and the training goes on: the files are on this machine.
    """

    def __init__(
        self,
        publication: Publication | None,
        *,
        interval_seconds: float = INTERVAL_SECONDS,
        log_seconds: float = LOG_SECONDS,
    ) -> None:
        """Nothing is published before `start`.

        Args:
            publication: What publishes them; None without an object store.
            interval_seconds: Between two looks for new files.
            log_seconds: Between two versions of the log.
        """
        self._publication = publication
        self._interval_seconds = interval_seconds
        self._log_seconds = log_seconds
        self._publishing = threading.Lock()
        self._ended = threading.Event()
        self._last_log = -math.inf
        self._last_error = ""
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        if self._thread is not None:
            self._thread.join()

    def start(self) -> None:
        """Start the thread; the run's folder must have all files of the run by now.

        Raises:
            StoreError: The run store, or the folder, cannot be read.
        """
        if self._publication is not None:
            self._publication.begin()
            self._thread = threading.Thread(target=self._run, name="file-publisher", daemon=True)
            self._thread.start()

    def publish(self) -> None:
        """Publish everything now.

        Raises:
            ObjectStoreError: The object store does not answer, or refuses.
            StaleAttemptError: The run does not belong to this attempt.
            StoreError: The run store cannot be written.
        """
        self._publish(with_log=True)

    def try_to_publish(self) -> None:
        """Publish what there is before the run ends without a result; a failure is only logged."""
        if self._thread is not None:
            try:
                self.publish()
            except LabError as error:
                self._log_once(error)

    def _publish(self, *, with_log: bool) -> None:
        if self._publication is None:
            return
        # The thread may be in the middle of a request that the object store does not answer.
        if not self._publishing.acquire(timeout=BUSY_SECONDS):
            raise ObjectStoreError("The object store takes long to answer.")
        try:
            self._publication.publish(with_log=with_log)
        finally:
            self._publishing.release()

    def _run(self) -> None:
        while not self._ended.wait(self._interval_seconds):
            now = time.monotonic()
            with_log = now - self._last_log > self._log_seconds
            if with_log:
                self._last_log = now
            try:
                self._publish(with_log=with_log)
                self._last_error = ""
            except StaleAttemptError:
                # The reporter has noticed, too, and ends the training.
                return
            except LabError as error:
                self._log_once(error)
            except Exception:
                log.exception("Files of the run are not published")

    def _log_once(self, error: LabError) -> None:
        # Each message is logged once, not every second.
        if str(error) != self._last_error:
            self._last_error = str(error)
            log.warning("New files of the run are only on this machine: %s", error)
