"""A worker that grows past its budget is ended, with a word about why, before the whole machine suffers."""

import logging
import os
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

import psutil

from mnist_lab.errors import LabError
from mnist_lab.runs import Run, RunState, RunStore
from mnist_lab.settings import Settings

BASE_GIB = 1.0
"""What a worker takes whatever it trains: Python, TensorFlow, the digits, compiled graphs. Measured: 0.7 to 0.9."""
LOOK_SECONDS = 0.5

log = logging.getLogger(__name__)


def resident_gib() -> float:
    """The memory in GiB that this process holds at the moment."""
    return float(psutil.Process().memory_info().rss / 2**30)


class MemoryWatch:
    """A thread that looks at this process's memory, and calls `on_excess` once when it is more than the budget.

    A context: the thread lives within it.
    """

    def __init__(
        self, budget_gib: float, on_excess: Callable[[float], None], *, resident: Callable[[], float] = resident_gib
    ) -> None:
        """`on_excess` is given the GiB that the process holds."""
        self._budget, self._on_excess, self._resident = budget_gib, on_excess, resident
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, name="memory-watch", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._stop.wait(LOOK_SECONDS):
            used = self._resident()
            if used > self._budget:
                self._on_excess(used)
                return


def watch_of(settings: Settings, store: RunStore, run: Run) -> MemoryWatch:
    """The watch that ends this process, and `run` as failed, when it grows past `settings.memory` and the base."""
    budget = settings.memory + BASE_GIB

    def give_up(used: float) -> None:
        sentence = (
            f"The training was ended because it grew to {used:.1f} GiB of memory, and its budget is {budget:.1f} GiB."
            " Use a smaller batch size, or a network with fewer filters or units, or set MNIST_LAB_MEMORY higher."
        )
        log.error("%s", sentence)
        try:
            store.attempt(run).finish(RunState.FAILED, None, sentence)
        except LabError as error:
            # The run will be found without its worker.
            log.error("%s", error)  # noqa: TRY400 - the sentence says it all
        # Not an exception: the thread that trains is in TensorFlow, and may be there for long.
        os._exit(1)

    return MemoryWatch(budget, give_up)
