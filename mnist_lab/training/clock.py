"""Measures training time and throughput over pauses and over several attempts."""

import time
from types import TracebackType


class Clock:
    """Seconds of training, and images per second of its steps; continues the figures of an earlier attempt."""

    def __init__(self, *, seconds: float = 0.0, images: int = 0, step_seconds: float = 0.0) -> None:
        """Start with the figures of an earlier attempt."""
        self.images, self.step_seconds = images, step_seconds
        self._seconds_before = seconds
        self._images_before, self._step_seconds_before = images, step_seconds
        self._start: float | None = None
        self._paused_seconds = 0.0
        self._chunks = 0

    def add_chunk(self, seconds: float, images: int) -> None:
        """Count a chunk of steps that has just ended."""
        if self._start is None:
            self._start = time.perf_counter() - seconds
        # In the first chunk TensorFlow compiles: the throughput is counted from the second one on.
        if self._chunks == 1:
            self.step_seconds, self.images = self._step_seconds_before, self._images_before
        self._chunks += 1
        self.step_seconds += seconds
        self.images += images

    def paused(self) -> "_Pause":
        """A context whose time does not count."""
        return _Pause(self)

    def subtract(self, seconds: float) -> None:
        """Subtract seconds that were not spent on training."""
        self._paused_seconds += seconds

    def seconds(self) -> float:
        """Seconds since the training's first step, without pauses and without the time between attempts."""
        if self._start is None:
            return self._seconds_before
        return self._seconds_before + time.perf_counter() - self._start - self._paused_seconds

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
        self._clock.subtract(time.perf_counter() - self._start)
