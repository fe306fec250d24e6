"""What is under way and waits, read from the store once for all sessions that look at about the same time."""

import threading
import time
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from mnist_lab.runs import ACTIVE_STATES, Run, RunState, RunStore

SHARED_SECONDS = 0.2
"""So old may be what a session is shown of what other processes wrote; what this process wrote is shown at once."""
MOST_WAITING = 60
"""So many queued runs are read; more wait too long to say anything of them."""
TESTED_STATES = frozenset({RunState.FINISHED, RunState.STOPPED})
"""Those of ended runs that were tested."""

_Made = TypeVar("_Made")


@dataclass(frozen=True)
class Moment:
    """What there was in the store at one moment."""

    active: Sequence[Run]
    queue: Sequence[Run]
    """The runs that wait, next one first, at most `MOST_WAITING`."""
    tested: int
    """How many runs there are in one of `TESTED_STATES`."""
    _made: dict[object, object] = field(default_factory=dict, repr=False, compare=False)
    _lock: threading.RLock = field(default_factory=threading.RLock, repr=False, compare=False)

    def find(self, run_id: str) -> Run | None:
        """The run under way or waiting that has this id."""
        return next((run for run in (*self.active, *self.queue) if run.id == run_id), None)

    def shared(self, key: Hashable, make: Callable[[], _Made]) -> _Made:
        """What `make` gives, made once for all that ask for it at this moment under the same key."""
        with self._lock:
            if key not in self._made:
                self._made[key] = make()
            return self._made[key]  # type: ignore[return-value]


class Moments:
    """Reads moments of one store; safe to use from several threads."""

    def __init__(self, store: RunStore, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._clock = clock
        self._lock = threading.Lock()
        self._last: tuple[float, int, Moment] | None = None

    def now(self, *, anew: bool = False) -> Moment:
        """The store as it is, or, unless it is to be read `anew`, as it was `SHARED_SECONDS` ago.

        Raises:
            StoreError: It cannot be read.
        """
        with self._lock:
            asked, writes = self._clock(), self._store.db.writes
            if self._last is not None and not anew:
                read, known_writes, moment = self._last
                if asked - read < SHARED_SECONDS and writes == known_writes:
                    return moment
            moment = Moment(
                self._store.list(ACTIVE_STATES),
                self._store.queue(limit=MOST_WAITING),
                self._store.count(TESTED_STATES),
            )
            self._last = asked, writes, moment
            return moment
