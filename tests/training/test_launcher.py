"""The launcher with real worker processes that only pretend to train (see `stand_in_worker.py`)."""

import contextlib
import itertools
import os
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from sqlalchemy import update

from mnist_lab.network import Network
from mnist_lab.recipe import Recipe
from mnist_lab.runs import Command, Run, RunState, RunStore
from mnist_lab.runs.deletion import BIN_SECONDS
from mnist_lab.runs.schema import runs
from mnist_lab.settings import Settings
from mnist_lab.training import launcher as launcher_module
from mnist_lab.training.claim import free_slots
from mnist_lab.training.launcher import Launcher, last_log_line

# Many processes.
pytestmark = pytest.mark.slow

PATIENCE = 180.0
STAND_IN = (sys.executable, str(Path(__file__).with_name("stand_in_worker.py")))
SLOW = Recipe(epochs=100, limit=300, seed=50, precision="float32")
QUICK = Recipe(epochs=1, limit=300, seed=1, precision="float32")


def until(condition: Callable[[], bool], what: str) -> None:
    give_up = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < give_up, what
        time.sleep(0.05)


def workers_of(home: Path) -> list[psutil.Process]:
    """The worker processes of the lab in `home`."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if STAND_IN[1] in process.cmdline() and process.environ().get("MNIST_LAB_HOME") == str(home):
                found.append(process)
    return [process for process in found if process.status() != psutil.STATUS_ZOMBIE]


@pytest.fixture
def launch(offline: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Launcher]]:
    monkeypatch.setattr(launcher_module, "FIRST_PAINT_SECONDS", 0.0)
    monkeypatch.setattr(launcher_module, "SETTLE_SECONDS", 0.0)
    started: list[Launcher] = []

    def launch(settings: Settings = offline, command: tuple[str, ...] = STAND_IN) -> Launcher:
        started.append(Launcher(settings, command))
        started[-1].start()
        return started[-1]

    yield launch
    for each in started:
        each.close()
    for process in workers_of(offline.home):
        with contextlib.suppress(psutil.Error):
            process.kill()


def _state(store: RunStore, run: Run) -> RunState:
    return store.get(run.id).state


def test_queued_runs_are_trained_one_process_each_and_one_stands_by(
    offline: Settings, store: RunStore, launch: Callable[..., Launcher]
) -> None:
    runs = [store.create(Network(name=f"run {number}"), QUICK) for number in range(3)]
    launcher = launch()
    until(lambda: all(_state(store, run) is RunState.FINISHED for run in runs), "all are trained")
    ended = [store.get(run.id) for run in runs]
    assert len({run.worker for run in ended}) == 3
    assert [run.attempt for run in ended] == [1, 1, 1]
    # One slot: each started after the one before had ended.
    assert all(
        before.ended and after.started and before.ended <= after.started for before, after in itertools.pairwise(ended)
    )
    until(lambda: len(workers_of(offline.home)) == 1 and free_slots(offline) == 1, "one stands by, and has no slot")
    launcher.close()
    until(lambda: not workers_of(offline.home), "the standby goes with its launcher")


def test_two_launchers_on_one_store_train_each_run_once(
    offline: Settings, store: RunStore, launch: Callable[..., Launcher]
) -> None:
    two = offline.model_copy(update={"workers": 2})
    runs = [store.create(Network(name=f"run {number}"), QUICK) for number in range(5)]
    launch(two)
    launch(two)
    until(lambda: all(_state(store, run) is RunState.FINISHED for run in runs), "all are trained")
    assert {store.get(run.id).attempt for run in runs} == {1}
    assert all(len(store.points(run.id)) == 11 for run in runs)


def test_a_training_outlives_its_launcher_and_the_next_launcher_leaves_it_alone(
    offline: Settings, store: RunStore, launch: Callable[..., Launcher]
) -> None:
    run = store.create(Network(), SLOW)
    first = launch()
    until(lambda: store.get(run.id).steps_done > 0, "it trains")
    first.close()
    steps = store.get(run.id).steps_done
    launch()
    until(lambda: store.get(run.id).steps_done > steps + 60, "it goes on while stale runs are looked for")
    assert store.get(run.id).state is RunState.RUNNING
    store.request(run.id, Command.STOP)
    until(lambda: _state(store, run) is RunState.STOPPED, "it stops")
    stopped = store.get(run.id)
    assert stopped.attempt == 1
    assert stopped.result is not None
    steps_trained = [point.step for point in store.points(run.id) if point.kind == "step"]
    assert steps_trained == list(range(1, stopped.steps_done + 1))


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_killed_worker_leaves_an_interrupted_run_and_no_other_notices(
    offline: Settings, store: RunStore, launch: Callable[..., Launcher]
) -> None:
    two = offline.model_copy(update={"workers": 2})
    victim, witness = store.create(Network(name="victim"), SLOW), store.create(Network(name="witness"), SLOW)
    launch(two)
    until(lambda: min(store.get(run.id).steps_done for run in (victim, witness)) > 0, "both train")
    name = store.get(victim.id).worker
    (process,) = [found for found in workers_of(offline.home) if found.environ()["MNIST_LAB_WORKER_NAME"] == name]
    os.kill(process.pid, signal.SIGKILL)
    until(lambda: _state(store, victim) is RunState.INTERRUPTED, "it is found")
    assert store.get(victim.id).message.startswith("The training process ended unexpectedly (killed")
    steps = store.get(witness.id).steps_done
    until(lambda: store.get(witness.id).steps_done > steps, "the other goes on")
    store.requeue(victim.id)
    until(lambda: store.get(victim.id).steps_done > 0 and _state(store, victim) is RunState.RUNNING, "trained anew")
    assert store.get(victim.id).attempt == 2


def test_a_crash_and_a_failure_say_so_and_the_next_run_is_trained(
    offline: Settings, store: RunStore, launch: Callable[..., Launcher]
) -> None:
    crash, fail, good = (store.create(Network(name=name), QUICK) for name in ("crash", "fail", "good"))
    launch()
    until(lambda: _state(store, good) is RunState.FINISHED, "the queue goes on")
    until(lambda: _state(store, crash) is RunState.INTERRUPTED, "the crash is found")
    assert "Fatal Python error: Aborted" in store.folder(crash.id).read_log()
    failed = store.get(fail.id)
    assert failed.state is RunState.FAILED
    assert failed.message == (
        "The training failed with an unexpected error, RuntimeError: the wheels came off. See the log."
    )
    assert 'raise RuntimeError("the wheels came off")' in store.folder(fail.id).read_log()


def test_a_worker_that_grows_past_its_budget_ends_as_failed_and_the_next_run_is_trained(
    offline: Settings, store: RunStore, launch: Callable[..., Launcher]
) -> None:
    grow, good = (store.create(Network(name=name), QUICK) for name in ("grow", "good"))
    launcher = launch(offline.model_copy(update={"memory": 0.3}))
    until(lambda: _state(store, good) is RunState.FINISHED, "the queue goes on")
    failed = store.get(grow.id)
    assert failed.state is RunState.FAILED
    assert re.match(
        r"The training was ended because it used (0\.[5-9]|1\.\d) GiB of memory; its budget is 0\.5 GiB\.",
        failed.message,
    )
    assert failed.message in store.folder(grow.id).read_log()
    assert launcher.error == ""


def test_workers_that_do_not_start_are_told_and_tried_again_later(
    offline: Settings, store: RunStore, launch: Callable[..., Launcher], tmp_path: Path
) -> None:
    broken = tmp_path / "worker.py"
    broken.write_text("raise SystemExit('ImportError: no TensorFlow here')")
    run = store.create(Network(), QUICK)
    launcher = launch(command=(sys.executable, str(broken)))
    until(lambda: "2 times in a row" in launcher.error, "told")
    assert launcher.error.startswith("The training process does not start: it ended with status 1, 2 times in a row.")
    assert "'ImportError: no TensorFlow here'" in launcher.error
    assert _state(store, run) is RunState.QUEUED
    broken.write_text(Path(STAND_IN[1]).read_text().replace("__file__", repr(STAND_IN[1])))
    until(lambda: _state(store, run) is RunState.FINISHED, "once it works the run is trained")
    until(lambda: launcher.error == "", "all is well")


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_standby_worker_that_is_killed_is_replaced_at_once(
    offline: Settings, store: RunStore, launch: Callable[..., Launcher], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    patient = tmp_path / "worker.py"
    patient.write_text("import sys\nsys.stdin.read()")
    monkeypatch.setattr(launcher_module, "TRUST_SECONDS", 3.0)
    launcher = launch(command=(sys.executable, str(patient)))
    until(lambda: len(launcher._idle) == 1, "one stands by")
    (first,) = launcher._idle
    launcher._idle[first].process.kill()
    until(lambda: bool(launcher._idle) and first not in launcher._idle, "another one stands by")
    assert launcher.error == "The training process ended unexpectedly; another one is being started."
    until(lambda: launcher.error == "", "it has stood by long enough")


def test_a_worker_that_is_killed_again_and_again_is_tried_again_later(offline: Settings) -> None:
    launcher = Launcher(offline)
    child = launcher_module._Child(None, 0.0, 0)  # type: ignore[arg-type]
    launcher._note_failure(child, -9, 1.0)
    assert launcher._not_before == 1.0
    launcher._note_failure(child, -9, 2.0)
    assert launcher._not_before == 6.0
    assert launcher.error.startswith(
        "The training process does not start: it was killed by signal 9, 2 times in a row. The next attempt is in 4 s; "
    )


def test_the_last_log_line_is_of_this_worker_and_not_tensorflows(tmp_path: Path) -> None:
    path = tmp_path / "workers.log"
    assert last_log_line(path) == ""
    before = "ImportError: what an earlier one said\n"
    noise = (
        "2026-11-24 15:56:47.273012: I tensorflow/core/util/port.cc:153] oneDNN custom operations are on.\n"
        "To enable the following instructions: AVX2 FMA, in other operations, rebuild TensorFlow.\n"
        "WARNING: All log messages before absl::InitializeLog() is called are written to STDERR\n"
        "I0000 00:00:1795537513.617943   16098 cudart_stub.cc:31] Could not find cuda drivers on your machine.\n"
        "W0000 00:00:1795537513.617943   16098 gpu_device.cc:2341] Cannot dlopen some GPU libraries.\n\n"
    )
    path.write_text(before + noise)
    assert last_log_line(path, len(before)) == ""
    path.write_text(before + "MemoryError\n" + noise)
    assert last_log_line(path, len(before)) == "MemoryError"


def test_the_launcher_reports_that_a_worker_is_loading(
    offline: Settings, launch: Callable[..., Launcher], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not Launcher(offline).is_loading
    launcher = launch()
    until(lambda: launcher.is_loading, "no worker was started")
    monkeypatch.setattr(launcher_module, "LOADING_SECONDS", 0.0)
    until(lambda: not launcher.is_loading, "a worker that stands by is loaded at last")


def test_without_standby_a_worker_comes_only_for_a_run(
    offline: Settings, store: RunStore, launch: Callable[..., Launcher]
) -> None:
    launch(offline.model_copy(update={"standby": False}))
    time.sleep(1.0)
    assert workers_of(offline.home) == []
    run = store.create(Network(), QUICK)
    until(lambda: _state(store, run) is RunState.FINISHED, "trained")
    until(lambda: not workers_of(offline.home), "none is left")


def test_an_unusable_home_is_reported_as_an_error(offline: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    launcher = Launcher(offline.model_copy(update={"home": tmp_path / "file" / "home"}), STAND_IN)
    launcher.start()
    until(lambda: "cannot be made" in launcher.error, "told")
    launcher.close()


def test_the_launcher_removes_what_was_deleted_a_day_ago(
    offline: Settings, store: RunStore, launch: Callable[..., Launcher]
) -> None:
    old, new = (store.create(Network(name=name), QUICK) for name in ("old", "new"))
    for run in (old, new):
        store.folder(run.id).path.mkdir(parents=True)
        store.delete(run.id)
    with store.db.write() as connection:
        connection.execute(update(runs).where(runs.c.id == old.id).values(deleted_at=time.time() - BIN_SECONDS - 1))
    launch(offline.model_copy(update={"standby": False}))
    until(lambda: [run.id for run in store.deleted_runs()] == [new.id], "only the old one is removed")
    until(lambda: not store.folder(old.id).path.exists(), "with its folder")
    assert store.folder(new.id).path.exists()


def test_a_lab_in_which_no_machine_trains_says_so(
    offline: Settings, store: RunStore, small_network: Network, small_recipe: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launcher_module, "NOBODY_SECONDS", 0.0)
    launcher = Launcher(offline.model_copy(update={"workers": 0}), STAND_IN)
    launcher._tick(store)
    assert launcher.error == ""
    run = store.create(small_network, small_recipe)
    launcher._tick(store)
    assert launcher.error.startswith("No machine trains for this lab now")
    assert not launcher.has_workers()
    monkeypatch.setattr(launcher_module, "NOBODY_SECONDS", 60.0)
    store.claim(run.id, "a worker elsewhere")
    launcher._tick(store)
    assert launcher.error == ""
