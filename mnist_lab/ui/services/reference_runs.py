"""When the reference runs get into the store: after the first page is painted, before one that shows ended runs."""

import threading

from mnist_lab.reference import install_reference_runs
from mnist_lab.runs import RunStore
from mnist_lab.settings import Settings


class ReferenceRuns:
    """Puts the runs that the lab brings into one store, once a process; safe to use from several threads."""

    def __init__(self, store: RunStore, settings: Settings) -> None:
        self._store = store
        self._wanted = settings.reference
        self._lock = threading.Lock()

    def ensure(self) -> None:
        """See to it that they are there; a lab's very first start unpacks them, which takes a quarter of a second."""
        with self._lock:
            if self._wanted:
                install_reference_runs(self._store)
                self._wanted = False
