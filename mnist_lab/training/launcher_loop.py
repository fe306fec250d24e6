"""What every launcher is: a thread that looks at the queue again and again, marks lost runs and empties the bin.

It holds no essential state: the queue is in the store, and who trains what is decided there. So several launchers may
run at once, and if one dies, no run is affected.
"""

import logging
import re
import threading
import time
from abc import ABC, abstractmethod

from mnist_lab.errors import LabError
from mnist_lab.runs import RunStore, open_store
from mnist_lab.settings import Settings

REAP_SECONDS = 2.0
"""Seconds between two checks for runs whose worker died, and for deleted runs to be removed."""
UNKNOWN_ERROR_SECONDS = 5.0
# Infos and warnings that TensorFlow prints while it is loaded, in absl's format and in the older one.
_TENSORFLOW_MESSAGE = re.compile(
    r"[IW]\d{4} |\d{4}-\d\d-\d\d [\d:.]+: [IW] tensorflow|WARNING: All log messages before absl|"
    r"To enable the following instructions"
)

log = logging.getLogger(__name__)


class LauncherLoop(ABC):
    """A thread that sees to it that queued runs are trained."""

    def __init__(self, settings: Settings, tick_seconds: float):
        """`tick_seconds`: between two looks."""
        self._settings = settings
        self._tick_seconds = tick_seconds
        self._store: RunStore | None = None
        self._next_reap = 0.0
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self.error = ""
        """Why queued runs do not start, for pages to show; "" if there is no error."""

    @property
    def is_loading(self) -> bool:
        """Whether a worker of this machine is loading TensorFlow, or a run is about to begin here."""
        return False

    @property
    @abstractmethod
    def description(self) -> str:
        """What is done with queued runs, in one sentence."""

    def start(self) -> None:
        """Start the thread; returns immediately. Does nothing if it was started before."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="launcher", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Stop the thread; runs that train go on."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=5.0)

    def has_workers(self) -> bool:
        """Whether a process of this machine still trains. Asked after `close`."""
        return False

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                store = self._store = self._store or open_store(self._settings)
                self._tidy(store)
                self._tick(store)
            except LabError as error:
                self.error = str(error)
            except Exception as error:
                log.exception("The launcher continues after an unexpected error")
                self.error = f"Trainings cannot be started: {error}"
                self._stop.wait(UNKNOWN_ERROR_SECONDS)
            self._stop.wait(self._tick_seconds)

    @abstractmethod
    def _tick(self, store: RunStore) -> None:
        """Look at the queue once, start what can be started, and set `error`."""

    def _tidy(self, store: RunStore) -> None:
        now = time.monotonic()
        if now < self._next_reap:
            return
        self._next_reap = now + REAP_SECONDS
        store.reap_stale_runs()
        try:
            store.empty_bin()
            store.files.tidy()
        except Exception:
            # Tidying must never stop the trainings.
            log.exception("The bin could not be emptied")


def last_line(text: str) -> str:
    """The last line of a log that says something, without TensorFlow's messages at start-up; "" if there is none."""
    relevant = (line.strip()[:300] for line in reversed(text.split("\n")) if not _TENSORFLOW_MESSAGE.match(line))
    return next(filter(None, relevant), "")
