"""A run that one machine begins and another ends: the same database and object store, and a home each."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from mnist_lab.recipe import Recipe
from mnist_lab.runs import Command, Run, RunState, RunStore, open_store
from mnist_lab.settings import Settings
from mnist_lab.training import disk_wait
from mnist_lab.training.claim import claim
from mnist_lab.training.execute import execute_run
from mnist_lab.training.recorders import checkpoint_writer, file_publisher
from mnist_lab.training.reporter import Reporter
from tests.objects import Line
from tests.training.twins import NETWORK, RECIPE, Trained, assert_twins, offline_lab, trained, work_on

pytestmark = pytest.mark.training

ROOT = Path(__file__).parents[2]
LONG = RECIPE.with_changes(epochs=60)


@pytest.fixture(scope="module")
def twin(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """The same training on one machine, never broken off."""
    with offline_lab(tmp_path_factory.mktemp("home of the twin")) as (settings, _):
        store = open_store(settings)
        store.create(NETWORK, LONG)
        return trained(store, work_on(settings, store))


@pytest.fixture
def lab(offline: Settings, bucket_url: str) -> Settings:
    """The settings of the first machine."""
    return offline.model_copy(update={"files": bucket_url})


@pytest.fixture
def other(lab: Settings, tmp_path: Path) -> Settings:
    """The settings of the second machine."""
    return lab.model_copy(update={"home": tmp_path / "other home", "db": lab.db_url})


@contextmanager
def worker(settings: Settings, run: Run) -> Iterator["subprocess.Popen[bytes]"]:
    """A worker process of a machine that trains this run."""
    own = {"HOME": settings.home, "FILES": settings.files_url, "DB": settings.db_url, "WORKERS": 1}
    environment = os.environ | {f"MNIST_LAB_{name}": str(value) for name, value in own.items()}
    command = [sys.executable, "-m", "mnist_lab", "worker", "--run", run.id]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.kill()


def wait_for(condition: Callable[[], object]) -> None:
    give_up = time.monotonic() + 180
    while not condition():
        assert time.monotonic() < give_up, "it did not come about"
        time.sleep(0.02)


def published(store: RunStore, run: Run, folder: str) -> list[str]:
    return [path for path in store.attempt(run).files() if path.startswith(folder)]


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_run_whose_machine_is_lost_is_resumed_elsewhere_and_ends_the_same(
    lab: Settings, other: Settings, twin: Trained
) -> None:
    with closing(open_store(lab)) as store, closing(open_store(other)) as store_there:
        run = store.create(NETWORK, LONG)
        with worker(lab, run) as process:
            wait_for(lambda: published(store, run, "checkpoints/") and store.get(run.id).epochs_done > 2)
            process.send_signal(signal.SIGKILL)
            process.wait()
        assert [one.id for one in store.reap_stale_runs()] == [run.id]
        assert store.get(run.id).epochs_done < LONG.epochs
        # Nothing of the first machine is left but what it has published.
        (lab.home / "runs").rename(lab.home / "lost")
        store_there.requeue(run.id)
        with worker(other, run) as process:
            assert process.wait(timeout=180) == 0
        assert store_there.get(run.id).attempt == 2
        log = store_there.folder(run.id).read_log()
        assert "The training resumes after epoch" in log
        assert "attempt 1" in log
        assert "attempt 2" in log
        assert_twins(store_there, store_there.get(run.id), twin)
        # The first machine reads what the second has trained.
        folder = store.files.fetch(run.id)
        predictions = folder.read_predictions()
        assert predictions is not None
        assert predictions[0].tolist() == twin.probabilities.tolist()
        weights = store_there.folder(run.id).best_weights
        assert folder.best_weights.read_bytes() == weights.read_bytes()
        assert "attempt 2" in folder.read_log()


@pytest.fixture
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoint_writer, "MIN_INTERVAL_SECONDS", 0.0)
    for function, options in (
        (Reporter.__init__, {"poll_seconds": 0.02, "write_seconds": 0.05, "set_aside_seconds": 0.05}),
        (file_publisher.FilePublisher.__init__, {"interval_seconds": 0.05, "log_seconds": 0.1}),
    ):
        for name, seconds in options.items():
            monkeypatch.setitem(function.__kwdefaults__, name, seconds)


@contextmanager
def training(settings: Settings, store: RunStore) -> Iterator[Run]:
    """A training of the next queued run in a thread of this process."""
    claimed = claim(settings, store)
    assert claimed is not None
    with claimed:
        thread = threading.Thread(target=execute_run, args=(settings, store, claimed))
        thread.start()
        try:
            yield claimed.run
        finally:
            thread.join(timeout=180)
            assert not thread.is_alive()


@pytest.mark.usefixtures("_quick")
def test_a_store_of_files_that_is_away_at_the_end_is_waited_for(lab: Settings, line: Line) -> None:
    with closing(open_store(lab)) as store:
        store.create(NETWORK, RECIPE)
        with training(lab, store) as run:
            wait_for(lambda: published(store, run, "checkpoints/"))
            line.is_away = True
            wait_for(lambda: store.get(run.id).phase == disk_wait.WAITING_FOR_OBJECTS)
            assert store.get(run.id).result is None
            line.is_away = False
        ended = store.get(run.id)
        assert ended.state is RunState.FINISHED
        assert {"best.keras", "predictions.npz"} <= {*store.attempt(ended).files()}
        assert "only on this machine" not in ended.message


@pytest.mark.usefixtures("_quick")
def test_a_run_that_is_set_aside_goes_on_elsewhere_within_its_epoch(
    lab: Settings, other: Settings, small_recipe: Recipe
) -> None:
    with closing(open_store(lab)) as store, closing(open_store(other)) as store_there:
        first = store.create(NETWORK, RECIPE.with_changes(epochs=200))
        with training(lab, store) as run:
            wait_for(lambda: store.get(run.id).epochs_done > 1)
            store.request(run.id, Command.PAUSE)
            wait_for(lambda: store.get(run.id).state is RunState.PAUSED)
            store.create(NETWORK, small_recipe)
        aside = store.get(first.id)
        assert aside.state is RunState.SET_ASIDE
        step = aside.steps_done
        store_there.requeue(first.id)
        store_there.move_to_front(first.id)
        with training(other, store_there):
            wait_for(lambda: store_there.get(first.id).state is RunState.RUNNING)
            assert store_there.get(first.id).steps_done >= step
            store_there.request(first.id, Command.STOP)
        assert store_there.get(first.id).state is RunState.STOPPED
        steps = [point.step for point in store_there.points(first.id) if point.kind == "step"]
        assert steps == sorted(set(steps))
        assert step in steps
