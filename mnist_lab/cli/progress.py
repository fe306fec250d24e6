"""The progress of a training or a download on standard error: a progress bar on a terminal, plain lines elsewhere."""

import math
import sys
import time
from types import TracebackType
from typing import Any, Self, TextIO

from mnist_lab import formatting
from mnist_lab.runs import MetricPoint

BAR_WIDTH = 20
REDRAW_SECONDS = 0.1


class ProgressLine:
    """Progress on a stream: a redrawn bar on a terminal, else one plain line per epoch.

    A context manager: leaving it clears the bar.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        """Write to `stream`; if None, to `sys.stderr` as it is at each call."""
        self._given = stream
        self._on_terminal = self._stream.isatty()
        self._bar: Any = None
        self._drawn = -math.inf
        self._phase = ""

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
        """Show what is being done now."""
        if name == self._phase:
            return
        self._phase = name
        if self._on_terminal:
            self._draw(f"{name} …", None, "")
        else:
            self._print(f"{name} …")

    def download(self, received: int, total: int | None) -> None:
        """Show how many bytes of a download have arrived; `total` is None if the size is not known."""
        if not self._on_terminal:
            self.phase("downloading MNIST")
            return
        size = formatting.byte_size(received)
        if total is None:
            self._draw("downloading MNIST", None, size)
        else:
            self._draw("downloading MNIST", received / max(total, 1), f"{size} of {formatting.byte_size(total)}")

    def point(self, point: MetricPoint, total_steps: int, epochs: int) -> None:
        """Show a point of the metrics; the line of an epoch stays on the screen."""
        if point.kind == "epoch":
            self.end()
            self._print(_epoch(point, epochs))
        elif self._on_terminal:
            share = point.step / total_steps if total_steps else 0.0
            epoch = min(epochs, math.floor(point.epoch) + 1)
            self._draw(f"epoch {epoch}/{epochs}", share, _step(point, share))

    def end(self) -> None:
        """Clear the bar."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def _print(self, line: str) -> None:
        self._stream.write(line + "\n")
        self._stream.flush()

    def _draw(self, description: str, share: float | None, details: str) -> None:
        """Redraw the line; `share` is 0..1, None for a line without a bar."""
        if time.monotonic() - self._drawn < REDRAW_SECONDS:
            return
        self._drawn = time.monotonic()
        if self._bar is None:
            self._bar = _new_bar(self._given)
        (task,) = self._bar.task_ids or [self._bar.add_task("", total=1.0, details="")]
        self._bar.update(task, description=description, completed=share or 0.0, visible=True, details=details)
        self._bar.columns[1].bar_width = 0 if share is None else BAR_WIDTH
        self._bar.refresh()


def _new_bar(stream: TextIO | None) -> Any:
    """Start a bar that is redrawn only on `refresh`, by the calling thread."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn
    from rich.table import Column

    bar = Progress(
        TextColumn("{task.description}", markup=False, table_column=Column(no_wrap=True)),
        BarColumn(bar_width=BAR_WIDTH),
        TextColumn("{task.fields[details]}", markup=False, table_column=Column(no_wrap=True, overflow="ellipsis")),
        console=Console(file=stream, stderr=stream is None, highlight=False),
        auto_refresh=False,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )
    bar.start()
    return bar


def _step(point: MetricPoint, share: float) -> str:
    left = f" · {formatting.seconds(point.seconds * (1 - share) / share)} left" if share > 0 else ""
    return (
        f"loss {formatting.loss(point.training_loss)} · accuracy {formatting.accuracy(point.training_accuracy)} · "
        f"{formatting.throughput(point.samples_per_second)}{left}"
    )


def _epoch(point: MetricPoint, epochs: int) -> str:
    return (
        f"epoch {round(point.epoch)}/{epochs}: training loss {formatting.loss(point.training_loss)}, accuracy "
        f"{formatting.accuracy(point.training_accuracy)}; validation loss {formatting.loss(point.validation_loss)}, "
        f"accuracy {formatting.accuracy(point.validation_accuracy)}; {formatting.seconds(point.seconds)}"
    )
