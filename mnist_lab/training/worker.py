"""The worker process: loads TensorFlow, waits for a run, trains that one run and ends.

One process a run: TensorFlow's memory goes back with it, and what goes wrong in it goes wrong in it alone.
"""

import faulthandler
import importlib
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import psutil

from mnist_lab.errors import StaleAttemptError, StoreError
from mnist_lab.runs import ACTIVE_STATES, RunFolder, RunState, RunStore, open_store
from mnist_lab.settings import Settings
from mnist_lab.training.claim import Claim, claim
from mnist_lab.training.execute import conduct
from mnist_lab.training.foreground import train_run
from mnist_lab.training.memory_guard import watch_of

__all__ = ["main", "train_run"]

POLL_SECONDS = 0.1
PEACEFUL_POLLS = 150
"""How often a standby worker has looked for a run in vain before it measures the machine: 15 s."""
MOST_BUSY_PERCENT = 50.0
"""How busy the machine may be for it to be measured."""

_DONE = object()

log = logging.getLogger(__name__)


def main(settings: Settings, run_id: str | None = None) -> int:
    """Train the run with this id, or stand by for the next in the queue. Returns the exit status.

    Without a run id the process waits for a run as long as its standard input is open, and trains what is in the
    queue even if it is not: so it outlives its launcher while it trains, and never when it is idle.

    Raises:
        StoreError: The store cannot be opened.
    """
    faulthandler.enable()
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s", level=logging.INFO)
    _ignore_terminal()
    store = open_store(settings)
    if run_id is None:
        _be_modest()
        found = _stand_by(settings, store)
        if found is not None:
            _work(settings, store, found)
        return 0
    found = claim(settings, store, store.find(run_id).id)
    if found is None:
        log.error("Run %s cannot be claimed: it does not wait, or every slot is taken.", run_id)
        return 1
    return 1 if _work(settings, store, found) is RunState.FAILED else 0


def _work(settings: Settings, store: RunStore, found: Claim) -> RunState | None:
    _log_to(found.folder)
    log.info("Run %s, attempt %d, in process %d", found.run.id, found.run.attempt, os.getpid())
    try:
        with found, watch_of(settings, store, found.run):
            run = conduct(settings, store, found)
    except (StaleAttemptError, StoreError) as error:
        log.error("%s", error)  # noqa: TRY400 - the sentence says it all
        return None
    if run is None:
        log.info("Run %s was discarded.", found.run.id)
        return None
    log.info("Run %s %s. %s", run.id, run.state, run.message)
    return run.state


def _stand_by(settings: Settings, store: RunStore) -> Claim | None:
    launcher_gone = threading.Event()
    threading.Thread(target=_wait_for_end_of_input, args=(launcher_gone,), name="launcher-watch", daemon=True).start()
    _get_ready(settings, store)
    spare_time = _measurements(settings, store)
    while True:
        # Asked first: what was queued before the launcher went is still trained.
        last_look = launcher_gone.is_set()
        try:
            found = claim(settings, store)
        except StoreError as error:
            log.warning("The store does not answer: %s", error)
            found = None
        if found is not None or last_look:
            return found
        if next(spare_time, _DONE) is _DONE:
            time.sleep(POLL_SECONDS)


def _get_ready(settings: Settings, store: RunStore) -> None:
    # Everything that imports TensorFlow, so that a run finds it loaded.
    importlib.import_module("mnist_lab.training.engine.result")
    with suppress(StoreError):
        # What waits already would wait longer.
        if not store.count([RunState.QUEUED]):
            importlib.import_module("mnist_lab.training.engine.warm_up").warm_up(settings)


def _measurements(settings: Settings, store: RunStore) -> Iterator[None]:
    """Measure the machine, once for all, a moment at a time: after some time of peace, and never beside a training."""
    for _ in range(PEACEFUL_POLLS):
        time.sleep(POLL_SECONDS)
        yield
    # TensorFlow is loaded already, unless a run was waiting.
    probes = importlib.import_module("mnist_lab.training.engine.hardware_benchmark").calibrate(settings)
    while True:
        if _is_busy(store):
            time.sleep(POLL_SECONDS)
        elif next(probes, _DONE) is _DONE:
            return
        yield


def _is_busy(store: RunStore) -> bool:
    # The share of all cores since the last look.
    if psutil.cpu_percent() > MOST_BUSY_PERCENT:
        return True
    try:
        return bool(store.count(ACTIVE_STATES))
    except StoreError:
        return True


def _wait_for_end_of_input(ended: threading.Event) -> None:
    # Not through `sys.stdin`: a thread that waits in its buffer aborts the process when that ends.
    with suppress(OSError):
        while os.read(0, 1024):
            pass
    ended.set()


def _ignore_terminal() -> None:
    # Ctrl-C in the app's terminal, or closing it, is not meant for a training.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, signal.SIG_IGN)


def _be_modest() -> None:
    # Pages come first: a training that takes every core still leaves them quick.
    with suppress(psutil.Error, OSError):
        if sys.platform == "win32":
            psutil.Process().nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
        else:
            psutil.Process().nice(5)


def _log_to(folder: RunFolder) -> None:
    sys.stdout.flush()
    sys.stderr.flush()
    log_file = os.open(folder.log_path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(log_file, 1)
    os.dup2(log_file, 2)
    os.close(log_file)
