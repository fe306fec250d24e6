"""Fencing trials: workers are stopped at random, their runs go to others, and nothing they write afterwards may land.

    python -m benchmarks.fencing [--trials 50] [--database postgres] [--seed 0]

In each trial a worker process writes as fast as it can and is stopped by SIGSTOP at a random moment, so often within a
transaction. Another one, on what counts as another machine, finds it silent, gives its run up, queues it again, claims
it and writes. Then the first one is woken by SIGCONT, and tries everything that a worker can write. Prints what came of
it; the exit status is 1 if a stale write landed or anything hung.

In SQLite a stopped process that is just writing has locked the whole file. Then nobody else can write until it is woken
(or killed), so the trial wakes it and stops it again. PostgreSQL ends such a transaction by itself.
"""

import argparse
import json
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from sqlalchemy import URL

from mnist_lab.errors import StoreError
from mnist_lab.network import PRESETS
from mnist_lab.recipe import Recipe
from mnist_lab.runs import MetricPoint, Run, RunState, RunStore
from mnist_lab.runs.stale_runs import reap_stale_runs

ROOT = Path(__file__).resolve().parent.parent
FIRST, SECOND = "first", "second"
"""The workers of a run."""
BUSY_SECONDS = 1.0
"""As in a lab, but shorter: how long a transaction may stand still."""
SILENT_SECONDS = 0.3
"""The worker counts as dead after it; two minutes in a lab."""
MAX_MOMENT = 0.12
"""The worker is stopped so many seconds after it has begun to write, or earlier."""
PATIENCE = 60.0
_Result = TypeVar("_Result")
_SECONDS = {FIRST: 1.0, SECOND: 2.0}


def point(step: int, worker: str) -> MetricPoint:
    """A point that tells which worker has written it."""
    return MetricPoint(step, step / 10, "step", 1.0, 0.5, None, None, 0.001, _SECONDS[worker], 100.0)


@dataclass
class Trial:
    """What came of one trial."""

    faults: list[str]
    """What must not happen."""
    blocked: int
    """How often nobody else could write because the stopped worker was just writing."""
    waited: float
    """Seconds from the stop until the run belonged to another worker."""
    interrupted: bool
    """Whether the worker found its transaction ended when it was woken."""


def trial(address: URL, folder: Path, chance: random.Random) -> Trial:
    """Stop a worker at a random moment, and see what its run is like afterwards."""
    other = RunStore(address, folder / "other machine" / "runs", busy_seconds=BUSY_SECONDS)
    run = other.create(PRESETS["tiny"].network, Recipe())
    arguments = [address.render_as_string(hide_password=False), str(folder / "machine" / "runs"), run.id]
    worker = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.fencing_worker", *arguments, str(BUSY_SECONDS)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        return _trial(other, run, worker, chance)
    finally:
        worker.kill()
        worker.wait()
        other.close()


def _trial(other: RunStore, run: Run, worker: subprocess.Popen[str], chance: random.Random) -> Trial:
    if worker.stdout is None or worker.stdout.readline() != "claimed\n":
        return Trial(["the worker did not begin"], 0, 0.0, interrupted=False)
    blocked, begin = 0, time.monotonic()
    while True:
        time.sleep(chance.uniform(0, MAX_MOMENT))
        worker.send_signal(signal.SIGSTOP)
        begin = time.monotonic()
        try:
            second = _take_over(other, run)
            break
        except StoreError as error:
            if not other.db.is_sqlite:
                return Trial([f"the stopped worker blocks others: {error}"], 0, 0.0, interrupted=False)
            blocked += 1
        # Woken, it ends what it was writing; its run is still its own, and it goes on.
        worker.send_signal(signal.SIGCONT)
        if blocked > 100:
            return Trial(["SQLite was locked a hundred times"], blocked, 0.0, interrupted=False)
    waited = time.monotonic() - begin
    attempt = other.attempt(second)
    points = [point(step, SECOND) for step in range(1, 6)]
    _patiently(other, lambda: attempt.heartbeat(points=points, phase="of the second"))
    before = other.get(run.id)
    worker.send_signal(signal.SIGUSR1)
    worker.send_signal(signal.SIGCONT)
    try:
        said = json.loads(worker.communicate(timeout=PATIENCE)[0])
    except (subprocess.TimeoutExpired, ValueError):
        return Trial(["the woken worker hangs, or failed"], blocked, waited, interrupted=False)
    faults = [f"landed: {name}" for name in said["landed"]]
    if other.get(run.id) != before:
        faults.append("the run was changed")
    if {(each.step, each.seconds) for each in other.points(run.id)} != {(step, 2.0) for step in range(1, 6)}:
        faults.append("points were changed")
    if not _patiently(other, lambda: attempt.finish(RunState.FINISHED, None)):
        faults.append("the second worker lost the run")
    return Trial(faults, blocked, waited, interrupted=bool(said["errors"]))


def _take_over(other: RunStore, run: Run) -> Run:
    """Find the worker silent, queue the run again and claim it.

    Raises:
        StoreError: The stopped worker has locked the store.
    """
    time.sleep(SILENT_SECONDS)

    def reap() -> bool:
        return bool(reap_stale_runs(other.db, other.runs_folder, "another machine", max_silence=SILENT_SECONDS))

    give_up = time.monotonic() + PATIENCE
    while not _patiently(other, reap):
        if time.monotonic() > give_up:
            raise TimeoutError("the silent worker is not found")
        time.sleep(0.05)
    _patiently(other, lambda: other.requeue(run.id))
    second = _patiently(other, lambda: other.claim(run.id, SECOND))
    if second is None:
        raise RuntimeError("the run cannot be claimed")
    attempt = other.attempt(second)
    _patiently(other, attempt.rewind)
    _patiently(other, lambda: attempt.move(RunState.RUNNING))
    return second


def _patiently(other: RunStore, call: Callable[[], _Result]) -> _Result:
    """The result of `call`, tried again as launchers and workers do: this process may be too slow itself.

    Raises:
        StoreError: Nothing helps; in SQLite at once, as the file stays locked.
    """
    give_up = time.monotonic() + PATIENCE
    while True:
        try:
            return call()
        except StoreError:
            if other.db.is_sqlite or time.monotonic() > give_up:
                raise
            time.sleep(0.1)


@contextmanager
def address_of(database: str, folder: Path) -> Iterator[URL]:
    """The address of a new store in "sqlite" or "postgres"."""
    if database == "sqlite":
        yield URL.create("sqlite", database=str(folder / "runs.sqlite"))
        return
    from benchmarks.postgres_server import PostgresServer

    with PostgresServer.found() as server:
        yield server.create("lab")


def main(arguments: list[str] | None = None) -> int:
    """Run the trials and print what came of them; returns the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--trials", type=int, default=50, help="how many on each database (50)")
    parser.add_argument("--database", choices=("sqlite", "postgres"), help="only this one (both)")
    parser.add_argument("--seed", type=int, default=0, help="of the random moments")
    options = parser.parse_args(arguments)
    wrong = 0
    for database in [options.database] if options.database else ["sqlite", "postgres"]:
        chance = random.Random(options.seed)  # noqa: S311 - no secret
        with (
            tempfile.TemporaryDirectory(prefix="mnist-lab-fencing-") as folder,
            address_of(database, Path(folder)) as address,
        ):
            done = [trial(address, Path(folder), chance) for _ in range(options.trials)]
        faults = [fault for each in done for fault in each.faults]
        wrong += bool(faults)
        print(
            f"{database}: {len(done)} trials, {sum(bool(each.faults) for each in done)} with a fault"
            f" ({'; '.join(sorted(set(faults))) or 'no stale write landed, nothing hung'});"
            f" {sum(each.blocked > 0 for each in done)} times the stopped worker had locked the whole store,"
            f" {sum(each.interrupted for each in done)} times it found its transaction ended;"
            f" the run was another's after {max(each.waited for each in done):.1f} s at most",
            flush=True,
        )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
