"""Ends a worker that uses more memory than its budget, before the whole machine runs out of memory."""

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
"""Memory of any worker: Python, TensorFlow, the data set, compiled graphs. Measured: 0.7 to 0.9."""
POLL_SECONDS = 0.5

log = logging.getLogger(__name__)


def resident_gib() -> float:
    """The resident memory of this process in GiB."""
    return float(psutil.Process().memory_info().rss / 2**30)


class MemoryGuard:
    """A thread that polls this process's memory, and calls `on_excess` once when it exceeds the budget.

    A context manager: the thread runs inside the `with` block.
    """

    def __init__(
        self, budget_gib: float, on_excess: Callable[[float], None], *, resident: Callable[[], float] = resident_gib
    ) -> None:
        """`on_excess` is called with the resident memory in GiB."""
        self._budget, self._on_excess, self._resident = budget_gib, on_excess, resident
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._poll, name="memory-guard", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def _poll(self) -> None:
        while not self._stop.wait(POLL_SECONDS):
            used = self._resident()
            if used > self._budget:
                self._on_excess(used)
                return


def guard_for(settings: Settings, store: RunStore, run: Run) -> MemoryGuard:
    """The guard that ends `run` as failed, and this process, when it exceeds `settings.memory` plus `BASE_GIB`."""
    budget = settings.memory + BASE_GIB

    def end_process(used: float) -> None:
        message = (
            f"The training was ended because it used {used:.1f} GiB of memory; its budget is {budget:.1f} GiB."
            " Use a smaller batch size, or a network with fewer filters or units, or set MNIST_LAB_MEMORY higher."
        )
        log.error("%s", message)
        try:
            store.attempt(run).finish(RunState.FAILED, None, message)
        except LabError as error:
            # Then the launcher marks the run as interrupted.
            log.error("%s", error)  # noqa: TRY400 - the message is enough
        # Not an exception: the training thread may stay inside TensorFlow for a long time.
        os._exit(1)

    return MemoryGuard(budget, end_process)
