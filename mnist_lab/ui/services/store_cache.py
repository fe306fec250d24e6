"""The runs under way and in the queue, read from the store once for all sessions that ask at about the same time."""

import threading
import time
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from mnist_lab.runs import ACTIVE_STATES, Run, RunState, RunStore

SHARED_SECONDS = 0.2
"""Writes of other processes may be shown this much later; writes of this process are shown at once."""
MAX_QUEUED = 60
"""Queued runs that are read. Runs behind them wait too long for a useful estimate."""
TESTED_STATES = frozenset({RunState.FINISHED, RunState.STOPPED})
"""States of ended runs that were evaluated on the test images."""

_Value = TypeVar("_Value")


@dataclass(frozen=True)
class StoreSnapshot:
    """What the store contained at one point in time."""

    active: Sequence[Run]
    """The runs under way."""
    queue: Sequence[Run]
    """The queued runs, next one first, at most `MAX_QUEUED`."""
    set_aside: Sequence[Run]
    """The runs that were set aside, oldest first, at most `MAX_QUEUED`."""
    tested: int
    """Number of runs in one of `TESTED_STATES`."""
    _values: dict[object, object] = field(default_factory=dict, repr=False, compare=False)
    _lock: threading.RLock = field(default_factory=threading.RLock, repr=False, compare=False)

    @property
    def unfinished(self) -> Sequence[Run]:
        """The active runs, the queued ones and those that were set aside."""
        return (*self.active, *self.queue, *self.set_aside)

    def find(self, run_id: str) -> Run | None:
        """The unfinished run with this id."""
        return next((run for run in self.unfinished if run.id == run_id), None)

    def shared(self, key: Hashable, make: Callable[[], _Value]) -> _Value:
        """The result of `make`, computed once for all that ask this snapshot for the same key."""
        with self._lock:
            if key not in self._values:
                self._values[key] = make()
            return self._values[key]  # type: ignore[return-value]


class StoreCache:
    """Provides snapshots of one store; safe to use from several threads."""

    def __init__(self, store: RunStore, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` returns the current time in seconds."""
        self._store = store
        self._clock = clock
        self._lock = threading.Lock()
        self._last: tuple[float, int, StoreSnapshot] | None = None

    def snapshot(self, *, fresh: bool = False) -> StoreSnapshot:
        """The store as it was at most `SHARED_SECONDS` ago, or with `fresh` as it is now.

        Raises:
            StoreError: The store cannot be read.
        """
        with self._lock:
            now, writes = self._clock(), self._store.db.writes
            if self._last is not None and not fresh:
                read, known_writes, snapshot = self._last
                if now - read < SHARED_SECONDS and writes == known_writes:
                    return snapshot
            snapshot = StoreSnapshot(
                self._store.list(ACTIVE_STATES),
                self._store.queue(limit=MAX_QUEUED),
                self._store.list([RunState.SET_ASIDE], MAX_QUEUED, newest_first=False),
                self._store.count(TESTED_STATES),
            )
            self._last = now, writes, snapshot
            return snapshot
