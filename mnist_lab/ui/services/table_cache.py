"""What Compare shows of the list of runs: made once for all sessions, until the list changes."""

import math
import threading
import time
from collections.abc import Callable, Hashable
from typing import TypeVar

from cachetools import LRUCache

from mnist_lab.runs import RunStore

CHECK_SECONDS = 1.0
"""A change by another process may be noticed this much later; a change by this process is noticed at once."""
MAX_AGE_SECONDS = 10.0
"""Everything is made again after this time: not every change of a run changes the version of the list."""
MAX_VALUES = 12
"""Values that are kept. A table of 500 runs takes about 300 KB, the ids of 10,000 runs a megabyte."""

_Value = TypeVar("_Value")


class TableCache:
    """Keeps values that depend on the list of runs; safe to use from several threads."""

    def __init__(self, store: RunStore, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` returns the current time in seconds."""
        self._store = store
        self._clock = clock
        # Held while a value is made: a class that opens the page together waits for one table instead of making thirty.
        self._lock = threading.RLock()
        self._version = ""
        self._checked = self._made = -MAX_AGE_SECONDS
        self._writes = -1
        self._values: LRUCache[Hashable, object] = LRUCache(MAX_VALUES)

    def check(self) -> None:
        """Have the next call look at the store: whoever follows a link to a run that just ended elsewhere finds it."""
        with self._lock:
            self._checked = -math.inf

    def version(self) -> str:
        """The version of the list of runs, as it was at most `CHECK_SECONDS` ago.

        Raises:
            StoreError: The store cannot be read.
        """
        with self._lock:
            now, writes = self._clock(), self._store.db.writes
            if writes != self._writes or now - self._checked >= CHECK_SECONDS:
                version = self._store.version()
                if version != self._version or writes != self._writes or now - self._made >= MAX_AGE_SECONDS:
                    self._values.clear()
                    self._made = now
                self._version, self._writes, self._checked = version, writes, now
            return self._version

    def shared(self, key: Hashable, make: Callable[[], _Value]) -> _Value:
        """The result of `make`, computed once for all sessions that ask for the same key.

        Raises:
            StoreError: The store cannot be read.
        """
        with self._lock:
            self.version()
            if key not in self._values:
                self._values[key] = make()
            return self._values[key]  # type: ignore[return-value]
