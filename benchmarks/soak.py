"""Soak test: kills trainings and the app at random, and checks that nothing is lost.

    python -m benchmarks.soak [--kills 50] [--seed 0] [--short]

Trains a few small networks on the MNIST sample without interruption, then the same ones repeatedly while a worker,
the app, or both are ended by SIGKILL at random times. Every run that lost its worker is resumed, as its user would do,
and must end with exactly the weights of the uninterrupted run. Prints a table; the exit status is 1 if anything is
wrong.

The full test runs `streamlit run app.py`; the short one, which CI runs, starts only the launcher, in a bare process.
"""

import argparse
import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from benchmarks.soak_cases import CASES
from benchmarks.soak_checks import faults
from mnist_lab.runs import ACTIVE_STATES, Actor, Run, RunState, RunStore, open_store
from mnist_lab.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
MAX_KILL_INTERVAL = 5.0
"""Seconds from one kill to the next; half of it in the short form."""
SHORT_EPOCHS = 20
"""Epochs of each training of the short form."""
MAX_DETECTION_SECONDS = 15.0
"""Within this time a lost worker must be noticed."""
PATIENCE = 900.0
AT_ONCE = 2
KINDS = ("worker", "worker", "both", "app")
"""What is killed, the worker as often as the rest together."""
BARE_APP = "import time; from mnist_lab.settings import load_settings; from mnist_lab.training import Launcher"
BARE_APP += "; Launcher(load_settings()).start(); time.sleep(1e6)"


@dataclass
class Soak:
    """The lab under test, and the record of the kills."""

    settings: Settings
    store: RunStore
    short: bool
    dice: random.Random
    names: list[str]
    """Of the cases to train."""
    app: subprocess.Popen[bytes] | None = None
    killed: list[Run] = field(default_factory=list)
    """The runs whose workers may be killed."""
    kills: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    """By run id: how often it lost its worker."""
    slowest: dict[str, float] = field(default_factory=dict)
    """By run id: the longest time until a lost worker was noticed, in seconds."""

    def start_app(self) -> None:
        """Start the app, as a user would."""
        if self.short:
            command = [sys.executable, "-c", BARE_APP]
        else:
            port = str(_free_port())
            command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless", "true"]
            command += ["--server.port", port]
        environment = os.environ | {"MNIST_LAB_HOME": str(self.settings.home), "MNIST_LAB_WORKERS": str(AT_ONCE)}
        # Without MNIST, so that the MNIST sample is used.
        environment |= {"MNIST_LAB_DATA": str(self.settings.home / "none"), "PYTHONPATH": str(ROOT)}
        with (self.settings.home / "app.log").open("ab") as log:
            self.app = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)

    def kill_app(self) -> None:
        """End the app by SIGKILL."""
        if self.app is not None:
            self.app.kill()
            self.app.wait()

    def kill_something(self) -> None:
        """Kill a worker, the app, or both, at a random time; wait until the lost worker is noticed."""
        # The short form has one kill of each kind.
        what = ("worker", "both", "app")[self.kills.total() % 3] if self.short else self.dice.choice(KINDS)
        victim = self._victim() if what != "app" else None
        time.sleep(self.dice.uniform(0.0, MAX_KILL_INTERVAL / 2 if self.short else MAX_KILL_INTERVAL))
        if what != "worker":
            self.kill_app()
        if victim is not None:
            victim = self.store.get(victim.id)
            _kill_worker(victim.worker)
        self.kills[what] += 1
        if what != "worker":
            self.start_app()
        if victim is not None:
            self._await_detection(victim)

    def _victim(self) -> Run:
        """One of the runs that have a worker; waits until there is one."""
        give_up = time.monotonic() + PATIENCE
        while not (active := self.store.list(ACTIVE_STATES)):
            if time.monotonic() > give_up:
                raise TimeoutError("no run is started")
            self.keep_busy()
            time.sleep(0.05)
        return self.dice.choice(active)

    def _await_detection(self, victim: Run) -> None:
        start = time.monotonic()
        while (now := self.store.get(victim.id)).attempt == victim.attempt and not now.state.is_ended:
            if time.monotonic() - start > PATIENCE:
                break
            time.sleep(0.02)
        self.lost[victim.id] += now.state is RunState.INTERRUPTED
        self.slowest[victim.id] = max(self.slowest.get(victim.id, 0.0), time.monotonic() - start)

    def keep_busy(self) -> None:
        """Queue and resume runs until there are enough to kill."""
        self.resume_lost()
        while self.store.count(ACTIVE_STATES | {RunState.QUEUED}) < max(AT_ONCE, len(self.names)):
            self.killed.append(self.create(self.names[len(self.killed) % len(self.names)]))

    def resume_lost(self) -> None:
        """Resume the runs that lost their workers, as users do."""
        for run in self.store.list({RunState.INTERRUPTED}):
            self.store.requeue(run.id)

    def create(self, name: str) -> Run:
        """Queue one of the cases."""
        network, recipe = CASES[name]
        recipe = recipe.with_changes(epochs=SHORT_EPOCHS) if self.short else recipe
        return self.store.create(network, recipe, name=name, actor=Actor("soak", is_teacher=True))

    def wait_for_all(self) -> None:
        """Wait until every run has ended."""
        give_up = time.monotonic() + PATIENCE
        while self.store.count(ACTIVE_STATES | {RunState.QUEUED, RunState.INTERRUPTED}):
            if time.monotonic() > give_up:
                return
            self.resume_lost()
            time.sleep(0.1)


def main(arguments: list[str] | None = None) -> int:
    """Run the soak test and print the table; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--kills", type=int, default=None, help="how many (50; in short 3)")
    parser.add_argument("--seed", type=int, default=0, help="of the random kills")
    parser.add_argument("--short", action="store_true", help="the short test that CI runs: a kill of each kind")
    options = parser.parse_args(arguments)
    kills = options.kills or (3 if options.short else 50)
    names = list(CASES)[:2] if options.short else list(CASES)
    with tempfile.TemporaryDirectory(prefix="mnist-lab-soak-", ignore_cleanup_errors=True) as folder:
        settings = Settings(home=Path(folder), workers=AT_ONCE)
        dice = random.Random(options.seed)  # noqa: S311 - no secret
        soak = Soak(settings, open_store(settings), options.short, dice, names)
        try:
            return _soak(soak, kills)
        finally:
            soak.kill_app()
            for run in soak.store.list(ACTIVE_STATES):
                _kill_worker(run.worker)
            soak.store.close()


def _soak(soak: Soak, kills: int) -> int:
    start = time.monotonic()
    soak.start_app()
    twins = {name: soak.create(name) for name in soak.names}
    soak.wait_for_all()
    print(f"{len(twins)} uninterrupted trainings took {time.monotonic() - start:.0f} s", flush=True)
    while soak.kills.total() < kills:
        soak.keep_busy()
        soak.kill_something()
    soak.wait_for_all()
    return _report(soak, twins, time.monotonic() - start)


def _report(soak: Soak, twins: dict[str, Run], seconds: float) -> int:
    wrong = 0
    print(f"{'run':10}{'training':32}{'lost':>5}{'attempts':>9}{'epochs':>7}{'points':>7}{'noticed':>8}  verdict")
    for run in (soak.store.get(run.id) for run in [*twins.values(), *soak.killed]):
        found = faults(soak.store, run, soak.store.get(twins[run.name].id))
        detection = soak.slowest.get(run.id, 0.0)
        if detection > MAX_DETECTION_SECONDS:
            found.append(f"its lost worker was noticed after {detection:.0f} s")
        wrong += bool(found)
        print(
            f"{run.id:10}{run.name:32}{soak.lost[run.id]:5}{run.attempt:9}{run.epochs_done:7}"
            f"{len(soak.store.points(run.id)):7}{detection:6.1f} s  {'; '.join(found) or 'equal to its twin'}"
        )
    listed = ", ".join(f"{count} {what}" for what, count in sorted(soak.kills.items()))
    print(
        f"{soak.kills.total()} kills ({listed}), {soak.lost.total()} workers lost, {len(soak.killed)} runs,"
        f" {wrong} wrong; each noticed within {max(soak.slowest.values(), default=0.0):.1f} s;"
        f" {seconds:.0f} s in all"
    )
    return 1 if wrong else 0


def _kill_worker(name: str) -> None:
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.environ().get("MNIST_LAB_WORKER_NAME") == name:
                process.send_signal(signal.SIGKILL)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


if __name__ == "__main__":
    sys.exit(main())
