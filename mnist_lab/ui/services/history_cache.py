"""Metric histories of the runs that pages show: read from the store once for all browsers, then only what is new."""

import threading
from dataclasses import dataclass, field

from cachetools import LRUCache

from mnist_lab.charts import MetricHistory
from mnist_lab.runs import Run, RunState, RunStore

MAX_RUNS = 40
MAX_POINTS = 400_000
"""Points of all runs together; one point takes about a quarter of a kilobyte."""

_Version = tuple[int, bool]


@dataclass
class _Entry:
    """The history of one run, as far as it has been read."""

    version: _Version
    history: MetricHistory = field(default_factory=MetricHistory)
    complete: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)


class HistoryCache:
    """Provides the up-to-date metric history of a run; safe to use from several threads."""

    def __init__(self, store: RunStore, *, max_runs: int = MAX_RUNS, max_points: int = MAX_POINTS) -> None:
        """Keep at most `max_runs` histories with about `max_points` points; the least recently used are removed."""
        self._store = store
        self._lock = threading.Lock()
        # Each history counts as at least `share` points, so that the number of runs is limited, too.
        share = max(1, max_points // max_runs)
        self._entries: LRUCache[str, _Entry] = LRUCache(
            max_points, getsizeof=lambda entry: min(max_points, max(share, len(entry.history.points)))
        )

    def of(self, run: Run) -> MetricHistory:
        """The history of a run up to its newest point.

        Raises:
            StoreError: The store cannot be read.
        """
        entry = self._entry(run)
        with entry.lock:
            if not entry.complete:
                # Includes the newest step again: the point of an epoch has the same step as the last point within it.
                points = self._store.points(run.id, after_step=entry.history.last_step - 1)
                entry.history.extend(points)
                entry.complete = run.state.is_ended
                self._count_points(run, entry)
        return entry.history

    def _entry(self, run: Run) -> _Entry:
        # A new attempt removes points while it starts, so what was read before that may no longer be in the store.
        version = run.attempt, run.state in {RunState.QUEUED, RunState.STARTING}
        with self._lock:
            entry = self._entries.get(run.id)
            if entry is None or entry.version != version:
                entry = self._entries[run.id] = _Entry(version)
            return entry

    def _count_points(self, run: Run, entry: _Entry) -> None:
        # The cache measures the size of an entry only when it is inserted.
        with self._lock:
            if self._entries.get(run.id) is entry:
                del self._entries[run.id]
                self._entries[run.id] = entry
