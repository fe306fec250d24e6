"""The small curves of Compare's table, read and thinned once for all browsers and all drawings of the page."""

import threading
from collections.abc import Mapping, Sequence

from mnist_lab.charts import sparkline_values
from mnist_lab.runs import Run, RunStore

MOST_KEPT = 2_000
"""Runs; a curve takes about a kilobyte."""

_Stamp = tuple[str, int]
Sparkline = Sequence[float]


class Sparklines:
    """Hands out the small curves of ended runs; safe to use from several threads."""

    def __init__(self, store: RunStore) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._kept: dict[_Stamp, Sparkline] = {}

    def of(self, runs: Sequence[Run]) -> Mapping[str, Sparkline]:
        """The small curve of each run, by its id.

        Args:
            runs: Ended ones: their points change with another attempt only.

        Raises:
            StoreError: The store cannot be read.
        """
        with self._lock:
            unknown = [run for run in runs if _stamp(run) not in self._kept]
            points = self._store.points_of([run.id for run in unknown], kind="epoch") if unknown else {}
            for run in unknown:
                self._kept[_stamp(run)] = sparkline_values(points[run.id])
            curves = {run.id: self._kept[_stamp(run)] for run in runs}
            while len(self._kept) > MOST_KEPT:
                del self._kept[next(iter(self._kept))]
        return curves


def _stamp(run: Run) -> _Stamp:
    return run.id, run.attempt
