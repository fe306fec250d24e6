"""A worker that only writes, for `benchmarks.fencing`: `python -m benchmarks.fencing_worker ADDRESS FOLDER RUN BUSY`.

It claims the run and writes as fast as it can, until it is stopped by SIGSTOP and woken with SIGUSR1. Then it tries to
end, discard, rewind and move the run, each of which must be refused, as the run is another worker's by then. It prints
"claimed" at first, and at its end what it could still write, as JSON.
"""

import itertools
import json
import signal
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.fencing import FIRST, point
from mnist_lab.errors import StaleAttemptError, StoreError
from mnist_lab.runs import RunState, RunStore

PATIENCE = 30.0
"""Seconds for which an attempt is repeated while the store does not answer."""


def main(address: str, folder: str, run_id: str, busy_seconds: str) -> None:
    woken: list[float] = []
    store = RunStore(address, Path(folder), busy_seconds=float(busy_seconds))
    signal.signal(signal.SIGUSR1, lambda *_: woken.append(time.monotonic()))
    run = store.claim(run_id, FIRST)
    if run is None:
        sys.exit("the run cannot be claimed")
    attempt = store.attempt(run)
    attempt.move(RunState.RUNNING)
    print("claimed", flush=True)
    writes = itertools.cycle(
        [
            lambda step: attempt.heartbeat(points=[point(step, FIRST)], phase="training", state=RunState.RUNNING),
            lambda _step: attempt.move(RunState.PAUSED),
            lambda step: attempt.heartbeat(points=[point(step, FIRST)], state=RunState.RUNNING),
            lambda step: attempt.rewind(step=step),
        ]
    )
    step, landed, errors = 0, [], []
    while not woken:
        step += 1
        # A file that is locked all the time would be found locked at every stop.
        time.sleep(0.02 if store.db.is_sqlite else 0.001)
        _ended(partial(next(writes), step), errors)
    for name, write in {
        "heartbeat": lambda: attempt.heartbeat(points=[point(step + 1, FIRST)]),
        "finish": lambda: attempt.finish(RunState.FINISHED, None, FIRST),
        "discard": attempt.discard,
        "rewind": attempt.rewind,
        "set aside": attempt.set_aside,
    }.items():
        if not _ended(write, errors):
            landed.append(name)
    print(json.dumps({"landed": landed, "errors": errors, "seconds": time.monotonic() - woken[0]}), flush=True)


def _ended(write: Callable[[], Any], errors: list[str]) -> bool:
    """Whether the write was refused as that of a stale attempt; repeated as long as the store does not answer."""
    give_up = time.monotonic() + PATIENCE
    while True:
        try:
            write()
        except StaleAttemptError:
            return True
        except StoreError as error:
            errors.append(str(error))
            if time.monotonic() > give_up:
                raise
            time.sleep(0.05)
        else:
            return False


if __name__ == "__main__":
    main(*sys.argv[1:])
