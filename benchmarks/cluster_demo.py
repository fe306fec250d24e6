"""A lab of several machines, on this one: PostgreSQL, an object store, two machines that train, and the app.

    python -m benchmarks.cluster_demo [--silence 120] [--epochs 60] [--keep] [--no-app]      (or: make cluster-demo)

Six runs are queued: three networks, each twice with the same seed. Both machines train them. Then one machine is lost:
all its processes end by SIGKILL, and its folder is gone. Its run is noticed by its silence, is resumed, and goes on on
the other machine. It must end with exactly the weights of its twin, which nobody disturbed. The exit status is 1 if
anything is wrong.

With `--keep` the lab stays open afterwards. `--silence` makes the demo look for lost runs itself, after fewer seconds
than the two minutes of the app.
"""

import argparse
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import requests

from benchmarks.moto_server import BUCKET, MotoServer
from benchmarks.postgres_server import PostgresServer
from benchmarks.soak_cases import CASES
from benchmarks.soak_checks import faults
from mnist_lab.runs import ACTIVE_STATES, ENDED_STATES, Actor, Run, RunState, RunStore, open_store
from mnist_lab.runs.stale_runs import MAX_SILENCE_SECONDS, reap_stale_runs
from mnist_lab.settings import Settings, load_settings

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 900.0
NAMES = tuple(CASES)[:3]


@dataclass
class Machine:
    """A machine of the lab: a home of its own, and its processes."""

    name: str
    home: Path
    process: "subprocess.Popen[bytes]"

    @classmethod
    def start(cls, name: str, folder: Path, command: list[str], **settings: str) -> "Machine":
        """Start a machine with this command."""
        home = folder / name
        home.mkdir()
        environment = os.environ | {f"MNIST_LAB_{key.upper()}": value for key, value in settings.items()}
        environment["MNIST_LAB_HOME"] = str(home)
        with (home / "output.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", *command],
                cwd=ROOT,
                env=environment,
                stdout=log,
                stderr=log,
                stdin=subprocess.PIPE,
            )
        return cls(name, home, process)

    def lose(self) -> None:
        """End all its processes at once, and remove its folder, as a machine that is never seen again."""
        # A worker is in a session of its own, and so found by the home that it was given.
        mine = [self.process.pid]
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if process.environ().get("MNIST_LAB_HOME") == str(self.home):
                    mine.append(process.pid)
        for pid in mine:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()
        shutil.rmtree(self.home, ignore_errors=True)


def say(text: str) -> None:
    """Tell what happens, with the time since the start."""
    print(f"{time.monotonic() - START:6.1f} s  {text}", flush=True)


START = time.monotonic()


def wait_for(condition: Callable[[], object], what: str) -> None:
    """Wait until it holds.

    Raises:
        TimeoutError: It did not in a quarter of an hour.
    """
    give_up = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > give_up:
            raise TimeoutError(what)
        time.sleep(0.2)


def trained_on(run: Run, machines: list[Machine]) -> Machine | None:
    """The machine that has or had the run."""
    return next((one for one in machines if f"{one.home.resolve()}/" in run.host), None)


def victim_of(store: RunStore, machine: Machine) -> Run | None:
    """A run that the machine is in the middle of, with a published checkpoint."""
    for run in store.list(ACTIVE_STATES):
        if (
            trained_on(run, [machine])
            and 2 < run.epochs_done < run.recipe.epochs // 2
            and any(path.startswith("checkpoints/") for path in store.attempt(run).files())
        ):
            return run
    return None


def complete_copy(store: RunStore, run: Run) -> None:
    """Bring all files of a run to the machine of this process, the checkpoints too."""
    objects, folder = store.files.objects, store.folder(run.id).path
    if objects is None:
        raise ValueError("the lab has no object store")
    for file in store.attempt(run).files().values():
        target = folder / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(objects.get(file.object_key, file.size, file.sha256))


@contextmanager
def lab(folder: Path, *, with_app: bool) -> Iterator[tuple[Settings, list[Machine], str]]:
    """The parts of the lab: settings of one more machine, the machines that train, and the address of the app."""
    with PostgresServer.found() as postgres, MotoServer.found() as objects:
        os.environ.update(objects.environment())
        # Without MNIST on its machines, so that the sample is used, and nothing is downloaded.
        os.environ |= {"MNIST_LAB_DATA": str(folder / "none"), "TF_CPP_MIN_LOG_LEVEL": "2"}
        shared = {
            "db": postgres.create("demo").render_as_string(hide_password=False),
            "files": f"s3://{BUCKET}/demo",
            "workers": "1",
        }
        machines = [Machine.start(name, folder, ["mnist_lab", "worker", "--stay"], **shared) for name in ("one", "two")]
        say(f"PostgreSQL and the object store are up; machines: {', '.join(machine.name for machine in machines)}")
        address = ""
        everything = list(machines)
        if with_app:
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                port = free.getsockname()[1]
            serve = ["streamlit", "run", "app.py", "--server.headless", "true", "--server.port", str(port)]
            # It only shows what the others train.
            everything.append(Machine.start("app", folder, serve, **shared | {"workers": "0"}))
            address = f"http://localhost:{port}"
            wait_for(lambda: _answers(f"{address}/_stcore/health"), "the app does not answer")
            say(f"The app is at {address}")
        os.environ |= {f"MNIST_LAB_{key.upper()}": value for key, value in shared.items()}
        os.environ["MNIST_LAB_HOME"] = str(folder / "this process")
        try:
            yield load_settings(), machines, address
        finally:
            for machine in everything:
                machine.lose()


def _answers(url: str) -> bool:
    with contextlib.suppress(requests.RequestException):
        return requests.get(url, timeout=5).ok
    return False


def look_for_lost_runs(store: RunStore, silence: float) -> None:
    """As the app does every two seconds, with its two minutes or fewer."""
    reap_stale_runs(store.db, store.runs_folder, "another machine", max_silence=silence)


def play(store: RunStore, machines: list[Machine], *, silence: float, epochs: int) -> list[str]:
    """The demo itself; returns what is wrong."""
    queued = []
    for name in NAMES * 2:
        network, recipe = CASES[name]
        recipe = recipe.with_changes(epochs=epochs)
        queued.append(store.create(network, recipe, name=name, actor=Actor("demo", is_teacher=True)))
    say(f"{len(queued)} runs are queued")
    found: list[Run] = []

    def lost_run() -> bool:
        found[:] = [run for run in [victim_of(store, machines[0])] if run is not None]
        return bool(found)

    wait_for(lost_run, "the first machine trains nothing")
    victim = found[0]
    machines[0].lose()
    say(f"Machine one is lost, in epoch {victim.epochs_done + 1} of {victim.name}")

    def is_noticed() -> bool:
        look_for_lost_runs(store, silence)
        return store.get(victim.id).state is RunState.INTERRUPTED

    wait_for(is_noticed, "the lost run is not noticed")
    say(f"Its run is noticed: {store.get(victim.id).message}")
    store.requeue(victim.id)
    store.move_to_front(victim.id)
    ids = [run.id for run in queued]
    wait_for(lambda: all(run.state in ENDED_STATES for run in store.runs_of(ids)), "the runs do not end")
    wrong = []
    for run in store.runs_of(ids):
        machine = trained_on(run, machines)
        where = machine.name if machine else run.host
        say(f"{run.name}: {run.state} on machine {where}, attempt {run.attempt}")
        if run.state is not RunState.FINISHED:
            wrong.append(f"{run.name} is {run.state}: {run.message}")
    resumed = store.get(victim.id)
    if trained_on(resumed, machines) is not machines[1] or resumed.attempt != 2:
        wrong.append("the lost run was not resumed on the other machine")
    twin = next(run for run in store.runs_of(ids) if run.name == victim.name and run.id != victim.id)
    for run in (resumed, twin):
        complete_copy(store, run)
    differences = faults(store, resumed, twin)
    say(f"The resumed run and its undisturbed twin: {'; '.join(differences) or 'the same weights, bit by bit'}")
    return wrong + differences


def main() -> int:
    """Run the demo; returns the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--silence", type=float, default=MAX_SILENCE_SECONDS, help="seconds after which a run is lost")
    parser.add_argument("--epochs", type=int, default=60, help="epochs of each run")
    parser.add_argument("--keep", action="store_true", help="keep the lab open afterwards, until Ctrl-C")
    parser.add_argument("--no-app", action="store_true", help="without the app")
    options = parser.parse_args()
    # Nothing that it has started outlives it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    folder = Path(tempfile.mkdtemp(prefix="mnist-lab-demo-"))
    try:
        with (
            lab(folder, with_app=not options.no_app) as (settings, machines, address),
            closing(open_store(settings)) as store,
        ):
            wrong = play(store, machines, silence=options.silence, epochs=options.epochs)
            for text in wrong:
                say(f"WRONG: {text}")
            if options.keep and address:
                say(f"Open {address}; Ctrl-C ends the demo")
                with contextlib.suppress(KeyboardInterrupt):
                    signal.pause()
            return 1 if wrong else 0
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
