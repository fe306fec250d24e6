"""The store under load: many stand-in workers and many short runs on one database.

    python -m benchmarks.store_load [--workers 200] [--runs 5000] [--processes 20] [--seconds 1]

The workers are threads of a few processes. Each takes the next run of the queue, as `training.claim` does, reports
about it as a training does (two heartbeats with points, each after two looks at the user's command), and ends it; the
training itself takes `--seconds`, in which it sleeps. Prints how often, and how long each kind of transaction took, as
the worker saw it: where all run on one machine, its processor is a part of that. The exit status is 1 if a run was lost
or had by two.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import URL

from benchmarks.fencing import address_of
from mnist_lab.errors import StoreError
from mnist_lab.network import PRESETS
from mnist_lab.recipe import Recipe
from mnist_lab.runs import MetricPoint, Run, RunState, RunStore
from mnist_lab.training.claim import MAX_CANDIDATES

ROOT = Path(__file__).resolve().parent.parent
HEARTBEATS, LOOKS = 2, 2
PATIENT_SECONDS = 60.0
IDLE_SECONDS = 0.1
"""Between two looks at an empty queue, as in `training.worker`."""
_Times = dict[str, list[float]]


class Workers:
    """The stand-in workers of one process."""

    def __init__(self, address: str, folder: Path, name: str, threads: int, seconds: float) -> None:
        self._store = RunStore(address, folder, busy_seconds=PATIENT_SECONDS)
        self._name, self._threads, self._seconds = name, threads, seconds
        self._lock = threading.Lock()
        self.times: _Times = defaultdict(list)
        self.claimed: list[str] = []
        self.errors: list[str] = []

    def work(self) -> None:
        """Take runs until there are none."""
        with ThreadPoolExecutor(self._threads) as threads:
            for done in [threads.submit(self._work, f"{self._name}-{number}") for number in range(self._threads)]:
                done.result()

    def _timed(self, what: str, call: Callable[[], Any]) -> Any:
        begin = time.perf_counter()
        while True:
            try:
                result = call()
                break
            except StoreError as error:
                # As a real worker does: it waits, and tries again.
                with self._lock:
                    self.errors.append(str(error))
                time.sleep(1.0)
        with self._lock:
            self.times[what].append(time.perf_counter() - begin)
        return result

    def _work(self, worker: str) -> None:
        while (run := self._claim(worker)) is not None:
            self.claimed.append(run.id)
            attempt = self._store.attempt(run)
            self._timed("move", lambda attempt=attempt: attempt.move(RunState.RUNNING))
            for number in range(1, HEARTBEATS + 1):
                for _ in range(LOOKS):
                    time.sleep(self._seconds / HEARTBEATS / LOOKS)
                    self._timed("look at the command", attempt.control_state)
                points = [MetricPoint(10 * number, number, "step", 1.0, 0.5, None, None, 0.001, 1.0, 100.0)]
                self._timed("heartbeat", lambda new=points, attempt=attempt: attempt.heartbeat(points=new))
            self._timed("end", lambda attempt=attempt: attempt.finish(RunState.FINISHED, None, f"by {worker}"))

    def _claim(self, worker: str) -> Run | None:
        """The next run of the queue, with the time from the first look until it was had; None if the queue is empty."""
        begin = time.perf_counter()
        while candidates := self._timed("look at the queue", lambda: self._store.queue(limit=MAX_CANDIDATES)):
            ids = [run.id for run in candidates]
            claimed: Run | None = self._timed("try to claim", partial(self._store.claim_first, ids, worker, _always))
            if claimed is not None:
                with self._lock:
                    self.times["get a run"].append(time.perf_counter() - begin)
                return claimed
            time.sleep(IDLE_SECONDS)
        return None


def _always(_run_id: str) -> bool:
    # Where each worker has a machine of its own, no other has locked the folder.
    return True


def main(arguments: list[str] | None = None) -> int:
    """Measure and print; returns the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--workers", type=int, default=200)
    parser.add_argument("--runs", type=int, default=5000)
    parser.add_argument("--processes", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=1.0, help="of each pretended training")
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="postgres")
    parser.add_argument("--part", nargs=3, metavar=("ADDRESS", "FOLDER", "NAME"), help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.part:
        return _part(options)
    with (
        tempfile.TemporaryDirectory(prefix="mnist-lab-load-") as folder,
        address_of(options.database, Path(folder)) as address,
    ):
        return _measure(options, address, Path(folder) / "home" / "runs")


def _part(options: argparse.Namespace) -> int:
    """The share of one process: it says "ready", waits for a line, works, and prints its times as JSON."""
    address, folder, name = options.part
    workers = Workers(address, Path(folder), name, options.workers, options.seconds)
    print("ready", flush=True)
    sys.stdin.readline()
    workers.work()
    print(json.dumps({"claimed": workers.claimed, "times": workers.times, "errors": workers.errors}), flush=True)
    return 0


def _measure(options: argparse.Namespace, address: URL, folder: Path) -> int:
    store = RunStore(address, folder, busy_seconds=PATIENT_SECONDS)
    for _ in range(options.runs):
        store.create(PRESETS["tiny"].network, Recipe(epochs=1))
    each = options.workers // options.processes
    shared = ["--workers", str(each), "--seconds", str(options.seconds)]
    text = address.render_as_string(hide_password=False)
    parts = [
        subprocess.Popen(
            [sys.executable, "-m", "benchmarks.store_load", *shared, "--part", text, str(folder), f"process-{number}"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(options.processes)
    ]
    for part in parts:
        if part.stdout is None or part.stdout.readline() != "ready\n":
            raise RuntimeError("a process does not begin")
    begin = time.monotonic()
    with ThreadPoolExecutor(len(parts)) as threads:
        said = [json.loads(output) for output, _ in threads.map(lambda part: part.communicate("go\n"), parts)]
    seconds = time.monotonic() - begin
    print(
        f"{options.database}: {each * len(parts)} workers in {len(parts)} processes, {options.runs} runs of"
        f" {options.seconds:g} s, on {os.cpu_count()} cores of {platform.machine()}; load of the last minute"
        f" {os.getloadavg()[0]:.1f}"
    )
    return _report(store, said, seconds)


def _report(store: RunStore, said: list[dict[str, Any]], seconds: float) -> int:
    times: _Times = defaultdict(list)
    for part in said:
        for what, values in part["times"].items():
            times[what] += values
    total = sum(len(values) for what, values in times.items() if what != "get a run")
    print(f"all ended after {seconds:.0f} s: {total / seconds:,.0f} transactions a second")
    for what, values in times.items():
        p50, p95 = 1000 * np.percentile(values, [50, 95])
        print(f"  {what:20} {len(values) / seconds:8.1f} a second, median {p50:7.1f} ms, p95 {p95:7.1f} ms")
    claimed = Counter(run_id for part in said for run_id in part["claimed"])
    ended = [
        run for run in store.list() if run.state is RunState.FINISHED and run.attempt == 1 and run.steps_done == 20
    ]
    twice, lost = sum(count > 1 for count in claimed.values()), store.count() - len(ended)
    foreign = sum(run.message != f"by {run.worker}" for run in ended)
    store.close()
    errors = Counter(error for part in said for error in part["errors"])
    print(f"errors of the store, after each of which the worker tried again: {errors.total()} {list(errors)[:3]}")
    print(f"{len(ended)} runs ended well; {twice} were had by two, {lost} were lost, {foreign} were ended by another")
    return 1 if twice or lost or foreign else 0


if __name__ == "__main__":
    sys.exit(main())
