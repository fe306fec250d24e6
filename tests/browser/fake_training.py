"""A fake training: it holds the lock of a run and writes points many times a second."""

import math
import threading
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from filelock import FileLock

from mnist_lab.network import PRESETS
from mnist_lab.recipe import Recipe
from mnist_lab.runs import MetricPoint, Run, RunState, RunStore
from tests.factories import make_point


@dataclass
class FakeTraining:
    """Context manager that claims a new run and writes points for it from a thread."""

    store: RunStore
    name: str = "Fake"
    epochs: int = 16
    per_epoch: int = 60
    """Points per epoch."""
    pause: float = 0.04
    """Seconds between two points of the first two epochs."""
    slowly: float = 0.2
    """Seconds between two later points: it is still training when a test on a slow machine looks."""
    run: Run = field(init=False)
    _lock: FileLock | None = field(init=False, default=None)
    _step: int = field(init=False, default=0)
    _ended: threading.Event = field(init=False, default_factory=threading.Event)
    _thread: threading.Thread = field(init=False)

    def __enter__(self) -> Self:
        created = self.store.create(PRESETS["tiny"].network, Recipe(epochs=self.epochs), name=self.name)
        self._lock = self.store.folder(created.id).lock()
        claimed = self.store.claim(created.id, "test")
        assert claimed is not None
        self.run = claimed
        self.store.attempt(claimed).move(RunState.RUNNING)
        self._thread = threading.Thread(target=self._write_points, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self.wait()
        self.store.attempt(self.run).finish(RunState.STOPPED, None)
        if self._lock is not None:
            self._lock.release()

    def wait(self) -> None:
        """Wait until the last point is in the store."""
        self._thread.join()

    def _write_points(self) -> None:
        total = self.epochs * self.per_epoch
        while self._step < total and not self._ended.wait(self._pause()):
            self.store.attempt(self.run).heartbeat(points=self._next_points(), phase="training", total_steps=total)

    def _pause(self) -> float:
        return self.pause if self._step < 2 * self.per_epoch else self.slowly

    def _next_points(self) -> list[MetricPoint]:
        self._step += 1
        epoch = self._step / self.per_epoch
        loss = 0.05 + 2.2 * math.exp(-epoch) + 0.03 * math.sin(self._step * 0.7) ** 2
        rate = 0.001 * (1 - 0.9 * epoch / self.epochs)
        figures = {
            "steps_per_epoch": self.per_epoch,
            "training_loss": loss,
            "training_accuracy": 1 - loss / 3,
            "learning_rate": rate,
            "seconds": self._step * self.pause,
        }
        points = [make_point(self._step, **figures)]
        if self._step % self.per_epoch == 0:
            check = loss + 0.01 * epoch
            figures |= {"validation_loss": check, "validation_accuracy": 1 - check / 3}
            points.append(make_point(self._step, "epoch", **figures))
        return points
