"""Training in the caller's own process: what `python -m mnist_lab train` does."""

import logging
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from mnist_lab import formatting
from mnist_lab.errors import LabError
from mnist_lab.runs import ACTIVE_STATES, Command, Run, RunFolder, RunState, RunStore
from mnist_lab.settings import Settings
from mnist_lab.training.callbacks import Progress, ProgressListener, ignore_progress
from mnist_lab.training.claim import claim
from mnist_lab.training.execute import execute_run

POLL_SECONDS = 0.3


def train_run(settings: Settings, store: RunStore, run_id: str, listener: ProgressListener | None = None) -> Run:
    """Train a queued run in this process, waiting for a free slot if necessary; returns the ended run.

    If a worker of an app with the same store claims the run first, that worker's progress is reported. A run that is
    set aside is waited for until it is continued. The first Ctrl-C stops the training and saves its weights; the second
    ends this process.

    Raises:
        LostFilesError: The run's folder was deleted or moved.
        UnknownRunError: There is no such run, or it was deleted meanwhile.
        StoreError: The store does not answer.
        KeyboardInterrupt: The second Ctrl-C.
    """
    listener = listener or ignore_progress
    told = ""
    follower = _Follower(store, listener)
    follows = False
    with _stopping_at_ctrl_c(store, run_id):
        while True:
            run = store.get(run_id)
            if run.state.is_ended:
                if follows:
                    follower.follow(run)
                return run
            if run.state is RunState.QUEUED:
                claimed = claim(settings, store, run_id)
                if claimed is not None:
                    with claimed, _logging_to(claimed.folder):
                        execute_run(settings, store, claimed, listener)
                    follows = False
                    continue
                if told != run.state:
                    told = run.state
                    listener(Progress("waiting", message=_waiting_message(settings, store)))
            elif run.state is RunState.SET_ASIDE:
                if told != run.state:
                    told = run.state
                    listener(Progress("set aside", message=_set_aside_message(run)))
            else:
                follows = True
                follower.follow(run)
            store.reap_stale_runs()
            time.sleep(POLL_SECONDS)


def _waiting_message(settings: Settings, store: RunStore) -> str:
    if not settings.workers:
        return "Waiting for another machine of the lab: MNIST_LAB_WORKERS is 0, so nothing is trained here."
    at_work = [f"{run.name} ({run.state})" for run in store.list(ACTIVE_STATES, newest_first=False)]
    slots = formatting.quantity(settings.workers, "training slot")
    return f"Waiting for one of {slots}; at work: {', '.join(at_work) or 'another process'}."


def _set_aside_message(run: Run) -> str:
    return (
        f"The paused run {run.id} was set aside, as another run waited; nothing of it is lost. `continue {run.id}` puts"
        " it back into the queue."
    )


class _Follower:
    """Reports the progress of a run that another process trains."""

    def __init__(self, store: RunStore, listener: ProgressListener) -> None:
        self._store, self._listener = store, listener
        self._step = 0
        self._kinds: set[str] = set()
        """Kinds of points reported of this step: the point of an epoch has the step of the last one within it."""

    def follow(self, run: Run) -> None:
        """Report what is new since the last call."""
        points = self._store.points(run.id, after_step=self._step - 1)
        new = [point for point in points if point.step > self._step or point.kind not in self._kinds]
        for point in new:
            self._listener(Progress("training", run.total_steps, point))
            if point.step > self._step:
                self._step, self._kinds = point.step, set()
            self._kinds.add(point.kind)
        if not new and run.phase not in {"", "training"}:
            self._listener(Progress(run.phase, run.total_steps))


class _LogFile(logging.FileHandler):
    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - its name in `logging`
        """Ignore the error: on a full disk it would fill the terminal."""


@contextmanager
def _logging_to(folder: RunFolder) -> Iterator[None]:
    # A worker's whole output goes to its log. Here the terminal belongs to the caller, so only log records do.
    handler = _LogFile(folder.log_path, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logger = logging.getLogger("mnist_lab")
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        handler.close()


@contextmanager
def _stopping_at_ctrl_c(store: RunStore, run_id: str) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def request_stop() -> None:
        # Refused when the run has just ended: then there is nothing to stop.
        with suppress(LabError):
            store.request(run_id, Command.STOP)

    def on_ctrl_c(_number: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        # In a thread, as the interrupted code may hold the database connection that is needed.
        threading.Thread(target=request_stop, name="ctrl-c").start()

    before = signal.signal(signal.SIGINT, on_ctrl_c)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
