"""How long a training has trained, and how fast, over pauses and over attempts."""

import time
from types import TracebackType


class Clock:
    """Seconds of training, and images a second of its steps; taken up again where an earlier attempt left them."""

    def __init__(self, *, seconds: float = 0.0, images: int = 0, step_seconds: float = 0.0) -> None:
        """Start from what an earlier attempt had."""
        self.images, self.step_seconds = images, step_seconds
        self._seconds_before = seconds
        self._images_before, self._step_seconds_before = images, step_seconds
        self._start: float | None = None
        self._paused_for = 0.0
        self._chunks = 0

    def add_chunk(self, seconds: float, images: int) -> None:
        """Count a chunk of steps that has just ended."""
        if self._start is None:
            self._start = time.perf_counter() - seconds
        # The second chunk is the first one after compiling: it starts the count anew.
        if self._chunks == 1:
            self.step_seconds, self.images = self._step_seconds_before, self._images_before
        self._chunks += 1
        self.step_seconds += seconds
        self.images += images

    def paused(self) -> "_Pause":
        """A context whose time does not count."""
        return _Pause(self)

    def leave_out(self, seconds: float) -> None:
        """Take seconds back that were not spent on training."""
        self._paused_for += seconds

    def seconds(self) -> float:
        """Seconds since the training's first step, without pauses and without the time between attempts."""
        if self._start is None:
            return self._seconds_before
        return self._seconds_before + time.perf_counter() - self._start - self._paused_for

    def rate(self) -> float:
        """Training images per second of training steps."""
        return self.images / self.step_seconds if self.step_seconds else 0.0


class _Pause:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def __enter__(self) -> None:
        self._start = time.perf_counter()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._clock.leave_out(time.perf_counter() - self._start)
