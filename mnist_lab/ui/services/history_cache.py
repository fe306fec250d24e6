"""The curves of the runs that pages show, for all browsers together: read once, then only what is new."""

import threading
from collections import OrderedDict
from dataclasses import dataclass, field

from mnist_lab.charts import Track
from mnist_lab.runs import Run, RunState, RunStore

MOST_RUNS = 40
MOST_POINTS = 400_000
"""All runs' points together; one point takes about a quarter of a kilobyte."""

_Stamp = tuple[int, bool]


@dataclass
class _Followed:
    """One run's curves, as far as they were read."""

    stamp: _Stamp
    track: Track = field(default_factory=Track)
    complete: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)


class Tracks:
    """Hands out the curves of runs, as they are at this moment; safe to use from several threads."""

    def __init__(self, store: RunStore) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._followed: OrderedDict[str, _Followed] = OrderedDict()

    def of(self, run: Run) -> Track:
        """The run's curves up to its newest point.

        Raises:
            StoreError: The store cannot be read.
        """
        followed = self._find(run)
        with followed.lock:
            if not followed.complete:
                # The newest step again: an epoch's point comes at the step of the last point within it.
                points = self._store.points(run.id, after_step=followed.track.last_step - 1)
                followed.track.extend(points)
                followed.complete = run.state.is_ended
        return followed.track

    def _find(self, run: Run) -> _Followed:
        # A new attempt takes points back while it starts, so what was read until then may be gone.
        stamp = run.attempt, run.state in {RunState.QUEUED, RunState.STARTING}
        with self._lock:
            followed = self._followed.get(run.id)
            if followed is None or followed.stamp != stamp:
                followed = self._followed[run.id] = _Followed(stamp)
            self._followed.move_to_end(run.id)
            self._make_room()
            return followed

    def _make_room(self) -> None:
        points = sum(len(followed.track.points) for followed in self._followed.values())
        while len(self._followed) > 1 and (len(self._followed) > MOST_RUNS or points > MOST_POINTS):
            _, dropped = self._followed.popitem(last=False)
            points -= len(dropped.track.points)
