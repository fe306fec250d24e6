"""Real worker processes that train on the offline sample."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from mnist_lab.network import Conv2D, Dropout, MaxPooling2D, Network
from mnist_lab.recipe import Recipe
from mnist_lab.runs import Command, MetricPoint, Run, RunState, RunStore, open_store
from mnist_lab.runs.snapshot_files import list_epochs
from mnist_lab.settings import Settings
from mnist_lab.training.launcher import Launcher

PATIENCE = 180.0
NETWORK = Network(
    name="<b>“small” 🦊</b>", layers=(Conv2D(filters=4, activation="relu"), MaxPooling2D(), Dropout(rate=0.2))
)
SHORT = Recipe(epochs=2, seed=7, learning_rate=0.01, augmentation="light", precision="float32")
LONG = SHORT.model_copy(update={"epochs": 1000})


def until(store: RunStore, run: Run, condition: Callable[[Run], bool]) -> Run:
    give_up = time.monotonic() + PATIENCE
    while not condition(now := store.get(run.id)):
        assert time.monotonic() < give_up, f"{now.state} {now.phase}: {now.message}\n{store.folder(run.id).read_log()}"
        time.sleep(0.05)
    return now


def worker_of(run: Run) -> psutil.Process:
    found = []
    for process in psutil.process_iter():
        # Other processes of the machine may end meanwhile.
        with suppress(psutil.Error):
            if "worker" in process.cmdline() and process.environ().get("MNIST_LAB_WORKER_NAME") == run.worker:
                found.append(process)
    (worker,) = found
    return worker


def without_times(points: list[MetricPoint]) -> list[MetricPoint]:
    return [replace(point, seconds=0.0, samples_per_second=0.0) for point in points]


@pytest.mark.training
@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_real_trainings_are_killed_stopped_finished_and_repeated(offline: Settings, store: RunStore) -> None:
    killed, first, stopped, second = (store.create(NETWORK, recipe) for recipe in (LONG, SHORT, LONG, SHORT))
    launcher = Launcher(offline)
    launcher.start()
    try:
        until(store, killed, lambda run: run.epochs_done >= 1)
        os.kill(worker_of(store.get(killed.id)).pid, signal.SIGKILL)
        lost = until(store, killed, lambda run: run.state.is_ended)
        assert lost.state is RunState.INTERRUPTED
        assert "ended unexpectedly" in lost.message

        finished = until(store, first, lambda run: run.state.is_ended)
        _check_finished(store, finished)

        until(store, stopped, lambda run: run.epochs_done >= 2)
        store.request(stopped.id, Command.STOP)
        _check_stopped(store, until(store, stopped, lambda run: run.state.is_ended))

        again = until(store, second, lambda run: run.state.is_ended)
        _check_same(store, finished, again)
        assert launcher.error == ""
    finally:
        launcher.close()


def _check_finished(store: RunStore, run: Run) -> None:
    assert run.state is RunState.FINISHED, run.message
    assert run.data is not None
    assert run.data.source == "mnist-sample"
    assert run.message.startswith("Trained on the MNIST sample")
    assert run.result is not None
    assert run.result.test_accuracy > 0.5
    assert sum(map(sum, run.result.confusion)) == run.data.test
    assert (run.result.epochs, run.epochs_done, run.steps_done) == (2, 2, run.total_steps)
    assert run.result.versions["tensorflow"]
    epochs = store.points_of([run.id], kind="epoch")[run.id]
    assert [point.epoch for point in epochs] == [1.0, 2.0]
    best = epochs[run.result.best_epoch - 1]
    assert best.validation_loss == min(point.validation_loss or 0.0 for point in epochs)
    assert run.result.validation_loss == pytest.approx(best.validation_loss, rel=1e-4)
    folder = store.folder(run.id)
    assert folder.best_weights.stat().st_size > 1000
    assert folder.last_weights.stat().st_size > 1000
    predictions = folder.read_predictions()
    assert predictions is not None
    probabilities, labels = predictions
    assert probabilities.shape == (run.data.test, 10)
    assert (probabilities.argmax(axis=1) == labels).mean() == pytest.approx(run.result.test_accuracy)
    assert list_epochs(folder.snapshots) == (0, 1, 2)
    assert f"attempt {run.attempt}" in folder.read_log()


def _check_stopped(store: RunStore, run: Run) -> None:
    assert run.state is RunState.STOPPED, run.message
    assert run.result is not None
    assert run.result.epochs >= 2
    assert run.result.test_accuracy > 0.5
    assert store.folder(run.id).read_predictions() is not None


def _check_same(store: RunStore, one: Run, other: Run) -> None:
    assert one.result is not None
    assert other.result is not None
    assert one.worker != other.worker
    points = store.points_of([one.id, other.id], kind="epoch")
    assert without_times(points[one.id]) == without_times(points[other.id])
    assert replace(one.result, seconds=0.0, samples_per_second=0.0) == replace(
        other.result, seconds=0.0, samples_per_second=0.0
    )


def test_a_home_with_spaces_and_its_own_settings_reach_the_worker(tmp_path: Path) -> None:
    from mnist_lab.training.launcher import _environment

    home = tmp_path / "mein Häuschen 🏠"
    settings = Settings(home=home, workers=3, memory=2.5, data=tmp_path)
    open_store(settings).close()
    environment = _environment(settings)
    assert environment["MNIST_LAB_HOME"] == str(home)
    assert environment["MNIST_LAB_WORKERS"] == "3"
    assert environment["MNIST_LAB_DATA"] == str(tmp_path)
    assert "MNIST_LAB_DB" not in environment


@pytest.mark.parametrize("named", [{}, {"hosts": ("a.org", "*.b.org"), "frame_ancestors": ("https://hub.org",)}])
def test_the_worker_has_the_settings_of_the_app(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: dict[str, tuple[str, ...]]
) -> None:
    from mnist_lab.training.launcher import _environment

    given = Settings(home=tmp_path, memory=2.5, standby=False, **named)
    for name, value in _environment(given).items():
        monkeypatch.setenv(name, value)
    assert Settings() == given


def test_a_run_that_was_taken_or_deleted_meanwhile_ends_its_worker_with_one_line(
    offline: Settings, store: RunStore
) -> None:
    taken, deleted, held = (store.create(NETWORK, SHORT) for _ in range(3))
    store.claim(taken.id, "another one")
    store.delete(deleted.id)
    lock = store.folder(held.id).lock()
    assert lock is not None
    for run, message in (
        (taken, "cannot be claimed: it is starting."),
        (deleted, "it was deleted, or MNIST_LAB_DB differs from the app's."),
        (held, "cannot be claimed: another process holds its files, perhaps one that Ray has lost sight of."),
    ):
        command = [sys.executable, "-m", "mnist_lab", "worker", "--run", run.id, "--without-slot"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 1
        assert done.stderr.count("\n") == 1
        assert message in done.stderr
    lock.release()
