"""The worker process: loads TensorFlow, waits for a run, trains that one run and ends.

One process per run: its memory is released completely when it ends, and an error in it affects no other run.
"""

import faulthandler
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import psutil

from mnist_lab.errors import LostFilesError, StaleAttemptError, StoreError, UnknownRunError
from mnist_lab.runs import ACTIVE_STATES, Run, RunFolder, RunState, RunStore, open_store
from mnist_lab.settings import Settings
from mnist_lab.store_address import shown_address
from mnist_lab.training.claim import Claim, claim
from mnist_lab.training.execute import execute_run
from mnist_lab.training.memory_guard import guard_for

POLL_SECONDS = 0.1
MIN_IDLE_POLLS = 150
"""Number of polls without a queued run after which a standby worker measures the machine's speed: 15 s."""
MAX_BUSY_PERCENT = 50.0
"""The machine's speed is not measured while its processor is busier than this."""

_END = object()

log = logging.getLogger(__name__)


def main(settings: Settings, run_id: str | None = None, *, takes_slot: bool = True) -> int:
    """Train the run with this id, or stand by for the next in the queue. Returns the exit status.

    Without a run id the process waits for a run while its standard input is open. When that is closed, it trains one
    more run if one is queued, and ends. So a training worker outlives its launcher, but an idle one does not.

    Args:
        settings: Those of the lab on this machine.
        run_id: The run.
        takes_slot: False where a cluster decides how many trainings a machine has.

    Raises:
        StoreError: The store cannot be opened.
    """
    faulthandler.enable()
    # On a full disk the log cannot be written; a traceback about that would help nobody.
    logging.raiseExceptions = False
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s", level=logging.INFO)
    _ignore_terminal()
    store = open_store(settings)
    if run_id is None:
        _lower_priority()
        claimed = _stand_by(settings, store)
        if claimed is not None:
            _train(settings, store, claimed)
        return 0
    try:
        run = store.find(run_id)
    except UnknownRunError:
        where = shown_address(settings.db_url)
        log.error("There is no run %s in %s: it was deleted, or MNIST_LAB_DB differs from the app's.", run_id, where)  # noqa: TRY400 - the message is enough
        return 1
    claimed = claim(settings, store, run.id, takes_slot=takes_slot)
    if claimed is None:
        log.error("Run %s cannot be claimed: %s.", run_id, _why_not(store, run, takes_slot=takes_slot))
        return 1
    return 1 if _train(settings, store, claimed) in {RunState.FAILED, RunState.INTERRUPTED} else 0


def _why_not(store: RunStore, run: Run, *, takes_slot: bool) -> str:
    """Why a run could not be claimed, as far as it can be told afterwards."""
    with suppress(UnknownRunError):
        run = store.get(run.id)
    if run.state is not RunState.QUEUED:
        return f"it is {run.state}"
    held = "another process holds its files, perhaps one that Ray has lost sight of"
    return "all slots are taken, or another process holds its files" if takes_slot else held


def _train(settings: Settings, store: RunStore, claimed: Claim) -> RunState | None:
    # Before this process writes to the log.
    store.files.fetch_log(claimed.run.id)
    _log_to(claimed.folder)
    log.info("Run %s, attempt %d, in process %d", claimed.run.id, claimed.run.attempt, os.getpid())
    try:
        with claimed, guard_for(settings, store, claimed.run):
            run = execute_run(settings, store, claimed)
    except StaleAttemptError as error:
        log.error("%s", error)  # noqa: TRY400 - the message is enough
        return None
    except (LostFilesError, StoreError) as error:
        log.error("%s", error)  # noqa: TRY400 - the message is enough
        return RunState.INTERRUPTED
    if run is None:
        log.info("Run %s was discarded.", claimed.run.id)
        return None
    log.info("Run %s %s. %s", run.id, run.state, run.message)
    return run.state


def _stand_by(settings: Settings, store: RunStore) -> Claim | None:
    """Wait for a run; None if standard input was closed and no run is queued."""
    launcher_gone = threading.Event()
    threading.Thread(target=_wait_for_end_of_input, args=(launcher_gone,), name="launcher-watch", daemon=True).start()
    _warm_up(settings, store)
    spare_time = _measure_when_idle(settings, store)
    while True:
        # Read before claiming: a run that was queued before the launcher ended is still trained.
        last_poll = launcher_gone.is_set()
        try:
            claimed = claim(settings, store)
        except StoreError as error:
            log.warning("The store does not answer: %s", error)
            claimed = None
        if claimed is not None or last_poll:
            return claimed
        if next(spare_time, _END) is _END:
            time.sleep(POLL_SECONDS)


def _warm_up(settings: Settings, store: RunStore) -> None:
    # Loads all modules of a training that need TensorFlow, so that a run finds them loaded.
    import mnist_lab.training.engine.result  # noqa: F401

    with suppress(StoreError):
        # If a run is already queued, warming up would delay it.
        if not store.count([RunState.QUEUED]):
            from mnist_lab.training.engine.warm_up import warm_up

            warm_up(settings)


def _measure_when_idle(settings: Settings, store: RunStore) -> Iterator[None]:
    """Measure the machine's speed in short steps, after some idle time, and never while a run trains."""
    for _ in range(MIN_IDLE_POLLS):
        time.sleep(POLL_SECONDS)
        yield
    from mnist_lab.training.engine.hardware_benchmark import calibrate

    probes = calibrate(settings)
    while True:
        if _is_busy(store):
            time.sleep(POLL_SECONDS)
        elif next(probes, _END) is _END:
            return
        yield


def _is_busy(store: RunStore) -> bool:
    # Usage of all cores since the last call.
    if psutil.cpu_percent() > MAX_BUSY_PERCENT:
        return True
    try:
        return bool(store.count(ACTIVE_STATES))
    except StoreError:
        return True


def _wait_for_end_of_input(ended: threading.Event) -> None:
    # Not with `sys.stdin`: a thread that is blocked in its buffer aborts the process at exit.
    with suppress(OSError):
        while os.read(0, 1024):
            pass
    ended.set()


def _ignore_terminal() -> None:
    # Pressing Ctrl-C in the app's terminal, or closing it, must not end a training.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, signal.SIG_IGN)


def _lower_priority() -> None:
    # Pages stay responsive while a training uses every core.
    with suppress(psutil.Error, OSError):
        if sys.platform == "win32":
            psutil.Process().nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
        else:
            psutil.Process().nice(5)


def _log_to(folder: RunFolder) -> None:
    """Redirect standard output and standard error to the run's log, also for C++ code."""
    sys.stdout.flush()
    sys.stderr.flush()
    log_file = os.open(folder.log_path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(log_file, 1)
    os.dup2(log_file, 2)
    os.close(log_file)
