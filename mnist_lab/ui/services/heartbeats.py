"""How long nothing was heard of a training: told by this process's own clock, as those of machines differ."""

import threading
import time
from collections.abc import Callable
from datetime import datetime

from cachetools import LRUCache

from mnist_lab.runs import Run

_MAX_RUNS = 1000


class Heartbeats:
    """When each run's heartbeat was last seen to change; safe to use from several threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` returns the current time in seconds."""
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: LRUCache[str, tuple[datetime | None, float]] = LRUCache(_MAX_RUNS)

    def silence(self, run: Run) -> float:
        """Seconds in which the run's heartbeat has not changed, since it was first asked for; 0 if it has ended."""
        if not run.state.is_active:
            return 0.0
        with self._lock:
            now = self._clock()
            known = self._seen.get(run.id)
            if known is None or known[0] != run.heartbeat:
                known = self._seen[run.id] = (run.heartbeat, now)
            return now - known[1]
