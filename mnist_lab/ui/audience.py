"""How many sessions watch: the more there are, the less often each looks, so that a class costs a training little."""

import threading
import time
from collections.abc import Callable

SESSIONS_AT_FULL_PACE = 15
"""So many sessions look as often as the settings say; twice as many half as often, and so on."""
MEMORY_SECONDS = 20.0
"""How long after its last look a session still counts: one that reloads or pauses must not change the others' pace."""


class Audience:
    """Who has looked lately; safe to use from several threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._last_looks: dict[str, float] = {}

    def look(self, session: str) -> int:
        """Count a look of this session; how many times as long as the settings say it is to wait until the next."""
        now = self._clock()
        with self._lock:
            self._last_looks[session] = now
            self._last_looks = {who: when for who, when in self._last_looks.items() if now - when < MEMORY_SECONDS}
            return -(-len(self._last_looks) // SESSIONS_AT_FULL_PACE)
