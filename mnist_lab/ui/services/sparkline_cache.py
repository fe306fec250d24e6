"""The sparklines in the table of Compare: read and downsampled once for all browsers."""

import threading
from collections.abc import Mapping, Sequence

from cachetools import LRUCache

from mnist_lab.charts import MetricHistory, sparkline_values
from mnist_lab.runs import Run, RunStore

MAX_CURVES = 2_000
"""Curves that are kept; one takes about a kilobyte."""

_Version = tuple[str, int]
Sparkline = Sequence[float]


class SparklineCache:
    """Provides the sparklines of ended runs; safe to use from several threads."""

    def __init__(self, store: RunStore, *, max_curves: int = MAX_CURVES) -> None:
        """Keep at most `max_curves`; the least recently used are removed."""
        self._store = store
        self._lock = threading.Lock()
        self._curves: LRUCache[_Version, Sparkline] = LRUCache(max_curves)

    def of(self, runs: Sequence[Run]) -> Mapping[str, Sparkline]:
        """The sparkline of each run, by the run's id.

        Args:
            runs: Ended runs. Their points can change only in another attempt.

        Raises:
            StoreError: The store cannot be read.
        """
        with self._lock:
            known = {run.id: self._curves[_version(run)] for run in runs if _version(run) in self._curves}
            unknown = [run for run in runs if run.id not in known]
            points = self._store.points_of([run.id for run in unknown], kind="epoch") if unknown else {}
            for run in unknown:
                known[run.id] = self._curves[_version(run)] = sparkline_values(MetricHistory(points[run.id]))
        return {run.id: known[run.id] for run in runs}


def _version(run: Run) -> _Version:
    return run.id, run.attempt
