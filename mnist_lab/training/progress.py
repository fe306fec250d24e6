"""What a training in the foreground tells its caller."""

from collections.abc import Callable
from dataclasses import dataclass

from mnist_lab.runs import MetricPoint


@dataclass(frozen=True)
class Progress:
    """One piece of news."""

    phase: str
    """"waiting", "loading data", "building", "training", "paused", "evaluating"."""
    total_steps: int = 0
    point: MetricPoint | None = None
    sentence: str = ""


ProgressCallback = Callable[[Progress], None]


def ignore_progress(_progress: Progress) -> None:
    """The callback of who wants to hear nothing."""
