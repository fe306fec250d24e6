"""How often sessions look at a training: the more there are, the less often each, so that a class costs it little."""

import math
import os
import threading
import time
from collections.abc import Callable

SHARE = 0.06
"""Of the machine's processors, what all looks together may take by what is measured of them: about half as much again
goes into sending what they drew."""
MOST_TIMES = 6
"""So many times as long as the settings say a session waits at most."""
MEMORY_SECONDS = 30.0
"""How long after its last look a session still counts: one that reloads or pauses must not change the others' pace."""
_NEWEST = 0.05
"""Weight of the newest look in what one takes: small, as the first looks of an app load what they draw with."""


class Audience:
    """Who has looked lately, and what a look takes; safe to use from several threads."""

    def __init__(self, refresh: float, cores: int | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        """Keep count of the sessions.

        Args:
            refresh: Seconds between two looks of one session alone.
            cores: Of this machine; None asks it.
            clock: Seconds.
        """
        self._looks_a_second = 1 / refresh
        self._share = SHARE * (cores or os.cpu_count() or 1)
        self._clock = clock
        self._lock = threading.Lock()
        self._last_looks: dict[str, float] = {}
        self._cost = 0.0
        self._times = 1

    def look(self, session: str) -> int:
        """Count a look of this session; how many times `refresh` it is to wait until the next, 1 to `MOST_TIMES`."""
        now = self._clock()
        with self._lock:
            self._last_looks[session] = now
            self._last_looks = {who: when for who, when in self._last_looks.items() if now - when < MEMORY_SECONDS}
            needed = len(self._last_looks) * self._looks_a_second * self._cost / self._share
            # Down only when it is far too much: whoever changes its pace draws the whole page anew.
            if needed > self._times or needed < self._times / 2:
                self._times = min(MOST_TIMES, max(1, math.ceil(needed)))
            return self._times

    def took(self, seconds: float) -> None:
        """Tell what a look took of a processor."""
        with self._lock:
            self._cost += _NEWEST * (seconds - self._cost)
