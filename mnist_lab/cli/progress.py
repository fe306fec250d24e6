"""The progress of a training or a download on standard error: one line that moves, or a line now and then."""

import math
import sys
import time
from types import TracebackType
from typing import Self, TextIO

from mnist_lab import formatting
from mnist_lab.runs import MetricPoint

BAR_WIDTH = 20
REDRAW_SECONDS = 0.1


class ProgressLine:
    """On a terminal one line that is drawn over and over; in a log file one line an epoch, and no control characters.

    A context: leaving it ends the moving line.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        """Write to `stream`; if None, to what `sys.stderr` is at each moment."""
        self._given = stream
        self._moves = self._stream.isatty()
        self._width = 0
        self._drawn = -math.inf
        self._told = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    @property
    def _stream(self) -> TextIO:
        return self._given or sys.stderr

    def phase(self, name: str) -> None:
        """Say what is being done now."""
        if name != self._told:
            self._told = name
            self._show(f"{name} …", lasting=False)

    def download(self, received: int, total: int | None) -> None:
        """Show how far a download is, in bytes."""
        done = (
            formatting.size(received) if total is None else f"{formatting.size(received)} of {formatting.size(total)}"
        )
        share = received / total if total else 0.0
        if self._moves:
            self._show(f"downloading MNIST {_bar(share)} {done}", lasting=False)
        else:
            self.phase("downloading MNIST")

    def point(self, point: MetricPoint, total_steps: int, epochs: int) -> None:
        """Show a point of the curves; an epoch's stays on the screen."""
        if point.kind == "epoch":
            self._show(_epoch(point, epochs), lasting=True)
        elif self._moves:
            self._show(_step(point, total_steps, epochs), lasting=False)

    def end(self) -> None:
        """Clear the moving line."""
        if self._width:
            self._stream.write("\r" + " " * self._width + "\r")
            self._stream.flush()
            self._width = 0

    def _show(self, line: str, *, lasting: bool) -> None:
        if not self._moves:
            self._stream.write(line + "\n")
        elif lasting:
            self.end()
            self._stream.write(line + "\n")
        elif time.monotonic() - self._drawn >= REDRAW_SECONDS:
            self._drawn = time.monotonic()
            self._stream.write("\r" + line.ljust(self._width))
            self._width = len(line)
        self._stream.flush()


def _bar(share: float) -> str:
    full = round(BAR_WIDTH * min(1.0, share))
    return "[" + "#" * full + "-" * (BAR_WIDTH - full) + "]"


def _step(point: MetricPoint, total_steps: int, epochs: int) -> str:
    share = point.step / total_steps if total_steps else 0.0
    left = f" · {formatting.seconds(point.seconds * (1 - share) / share)} left" if share > 0 else ""
    epoch = min(epochs, math.floor(point.epoch) + 1)
    return (
        f"epoch {epoch}/{epochs} {_bar(share)} loss {formatting.loss(point.training_loss)}"
        f" · accuracy {formatting.accuracy(point.training_accuracy)} · "
        f"{formatting.rate(point.samples_per_second)}{left}"
    )


def _epoch(point: MetricPoint, epochs: int) -> str:
    return (
        f"epoch {round(point.epoch)}/{epochs}: training loss {formatting.loss(point.training_loss)}, accuracy "
        f"{formatting.accuracy(point.training_accuracy)}; validation loss {formatting.loss(point.validation_loss)}, "
        f"accuracy "
        f"{formatting.accuracy(point.validation_accuracy)}; {formatting.seconds(point.seconds)}"
    )
