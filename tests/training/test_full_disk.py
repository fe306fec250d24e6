"""A disk that is full while a run trains: its weights and results are waited for, and a kill meanwhile loses nothing.

By writes that fail as those on a full disk do, and on a real small disk where one can be mounted.
"""

import errno
import logging
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from mnist_lab.network import Dense, Network
from mnist_lab.recipe import Recipe
from mnist_lab.runs import Command, Run, RunFolder, RunState, RunStore, open_store
from mnist_lab.settings import Settings
from mnist_lab.training import disk_wait
from mnist_lab.training.callbacks import Progress
from mnist_lab.training.claim import claim
from mnist_lab.training.execute import execute_run
from mnist_lab.training.recorders import checkpoint_writer, snapshot_recorder
from mnist_lab.training.reporter import WAITING_FOR_DISK, Reporter
from tests.training.twins import NETWORK, RECIPE, Trained, assert_twins, offline_lab, trained, work_on

pytestmark = pytest.mark.training

ROOT = Path(__file__).parents[2]
FULL = OSError(errno.ENOSPC, "No space left on device")
QUOTA = OSError(errno.EDQUOT, "Disk quota exceeded")
READ_ONLY = OSError(errno.EROFS, "Read-only file system")


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoint_writer, "MIN_INTERVAL_SECONDS", 0.01)
    options = Reporter.__init__.__kwdefaults__
    assert options is not None
    for name, seconds in {"poll_seconds": 0.02, "write_seconds": 0.05}.items():
        monkeypatch.setitem(options, name, seconds)


@pytest.fixture(scope="module")
def twin(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """The same training, with room on the disk."""
    with offline_lab(tmp_path_factory.mktemp("home of the twin")) as (settings, _):
        store = open_store(settings)
        store.create(NETWORK, RECIPE)
        return trained(store, work_on(settings, store))


class Disk:
    """Lets the writes of some kind fail until there is room."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch
        self.is_full = True
        self.failures = 0
        self.error = FULL

    def fails(self, owner: Any, name: str) -> None:
        write = getattr(owner, name)

        def failing(*arguments: Any, **named: Any) -> Any:
            if self.is_full:
                self.failures += 1
                raise self.error
            return write(*arguments, **named)

        self._monkeypatch.setattr(owner, name, failing)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    return Disk(monkeypatch)


@contextmanager
def _working(settings: Settings, store: RunStore, listener: Any = None) -> Iterator[threading.Thread]:
    """Train the next run in a thread, while the test looks on."""

    def work() -> None:
        claimed = claim(settings, store)
        assert claimed is not None
        with claimed:
            execute_run(settings, store, claimed, listener)

    thread = threading.Thread(target=work)
    thread.start()
    yield thread
    thread.join(120)
    assert not thread.is_alive()


def _until(condition: Callable[[], bool]) -> None:
    give_up = time.monotonic() + 300
    while not condition():
        assert time.monotonic() < give_up, "it did not come about"
        time.sleep(0.01)


def _install(disk: Disk, what: str) -> None:
    from mnist_lab.training.engine import trainer as trainer_module

    if what == "weights":
        disk.fails(trainer_module, "save_model")
    elif what == "predictions":
        disk.fails(RunFolder, "write_predictions")
    elif what == "old files":
        disk.fails(RunFolder, "discard_results")


@pytest.mark.parametrize(
    ("what", "error"), [("weights", FULL), ("predictions", QUOTA), ("weights", READ_ONLY), ("old files", FULL)]
)
def test_what_must_be_written_is_waited_for_and_the_page_says_so(
    offline: Settings, store: RunStore, disk: Disk, twin: Trained, what: str, error: OSError
) -> None:
    disk.error = error
    _install(disk, what)
    run = store.create(NETWORK, RECIPE)
    heard: list[Progress] = []
    with _working(offline, store, heard.append):
        _until(lambda: store.get(run.id).phase == WAITING_FOR_DISK)
        _until(lambda: disk.failures > 3)
        assert store.get(run.id).state in {RunState.STARTING, RunState.RUNNING}
        disk.is_full = False
    finished = store.get(run.id)
    assert (finished.state, finished.attempt, finished.message) == (RunState.FINISHED, 1, twin.run.message)
    assert_twins(store, finished, twin)
    messages = [progress.message for progress in heard if progress.phase == WAITING_FOR_DISK]
    assert len(messages) == 1
    assert messages[0].startswith("The run's folder cannot be" if error is READ_ONLY else "The disk is full")


def test_checkpoints_and_snapshots_that_cannot_be_written_cost_nothing_but_themselves(
    offline: Settings,
    store: RunStore,
    disk: Disk,
    twin: Trained,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    disk.fails(snapshot_recorder, "write_snapshot")
    write = checkpoint_writer.write_checkpoint

    def failing(path: Path, checkpoint: Any) -> None:
        # The second one finds room at last; the newest one is tried until it does.
        if checkpoint.state.epoch < RECIPE.epochs or disk.failures < 30:
            disk.failures += 1
            raise FULL
        write(path, checkpoint)

    monkeypatch.setitem(checkpoint_writer.CheckpointWriter.__init__.__kwdefaults__ or {}, "write", failing)
    _install(disk, "weights")
    run = store.create(NETWORK, RECIPE)
    with caplog.at_level(logging.WARNING), _working(offline, store):
        # The newest checkpoint is there before the weights are.
        _until(lambda: store.folder(run.id).checkpoint_path(RECIPE.epochs).exists())
        assert not store.folder(run.id).last_weights.exists()
        _until(lambda: store.get(run.id).phase == WAITING_FOR_DISK)
        disk.is_full = False
    assert_twins(store, store.get(run.id), twin)
    assert caplog.text.count("continues without new checkpoints") == 1
    assert "Traceback" not in caplog.text


def test_a_run_that_waits_for_the_disk_can_be_discarded(offline: Settings, store: RunStore, disk: Disk) -> None:
    _install(disk, "weights")
    run = store.create(NETWORK, RECIPE)
    with _working(offline, store):
        _until(lambda: store.get(run.id).phase == WAITING_FOR_DISK)
        store.request(run.id, Command.DISCARD)
    assert store.list() == []


def test_a_disk_that_stays_full_fails_the_run_in_the_end_and_it_can_be_resumed(
    offline: Settings, store: RunStore, disk: Disk, twin: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disk_wait, "MAX_FULL_DISK_SECONDS", 0.2)
    _install(disk, "weights")
    run = store.create(NETWORK, RECIPE)
    failed = work_on(offline, store)
    assert failed.state is RunState.FAILED
    assert failed.message.startswith("The disk is full: the training could not write its files.")
    disk.is_full = False
    store.requeue(run.id)
    finished = work_on(offline, store)
    assert_twins(store, finished, twin)


def test_another_error_of_a_write_is_not_waited_for(offline: Settings, store: RunStore, disk: Disk) -> None:
    disk.error = OSError(errno.EISDIR, "Is a directory")
    _install(disk, "weights")
    store.create(NETWORK, RECIPE)
    assert work_on(offline, store).state is RunState.FAILED
    assert disk.failures == 1


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """The folder of a disk of 6 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount, unmount = shutil.which("mount"), shutil.which("umount")
    if mount is None or unmount is None or os.geteuid() != 0:
        pytest.skip("only root can mount a disk")
    mounted = subprocess.run(
        [mount, "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(folder)], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip("no disk can be mounted here")
    yield folder
    subprocess.run([unmount, "--lazy", str(folder)], check=True)


def _fill(folder: Path) -> Path:
    """Fill the disk to its last byte."""
    filler = folder / "filler"
    with filler.open("ab", buffering=0) as file:
        for size in (65_536, 4096, 512, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                continue
    return filler


# Its weights and its optimizer need more than a megabyte.
LARGE = Network(name="large", layers=(Dense(units=64),))


def test_a_real_disk_that_fills_while_a_real_worker_trains(
    small_disk: Path, data_settings: dict[str, str], tmp_path: Path
) -> None:
    """The first worker is killed while it waits for room, the second one gets it."""
    settings = Settings(home=small_disk / "home", workers=1)
    store = open_store(settings)
    run = store.create(LARGE, Recipe(epochs=6, limit=4000, precision="float32"))
    folder = store.folder(run.id)
    environment = os.environ | data_settings | {"MNIST_LAB_HOME": str(settings.home), "TF_CPP_MIN_LOG_LEVEL": "2"}
    command = [sys.executable, "-m", "mnist_lab", "worker", "--run", run.id]

    @contextmanager
    def waiting_worker() -> Iterator[tuple["subprocess.Popen[bytes]", Path]]:
        """A worker whose disk was filled while it trained, and that waits; and the file that fills the disk."""
        with (
            (tmp_path / "output").open("ab") as output,
            subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output) as worker,
        ):
            try:
                _until(lambda: store.get(run.id).state is RunState.RUNNING and bool(folder.checkpoint_files()))
                filler = _fill(small_disk)
                _until(lambda: _is_quiet(store, run))
                assert worker.poll() is None
                assert not folder.best_weights.exists()
                yield worker, filler
            finally:
                worker.kill()

    with waiting_worker() as (worker, filler):
        worker.send_signal(signal.SIGKILL)
    filler.unlink()
    store.reap_stale_runs()
    assert store.get(run.id).state is RunState.INTERRUPTED
    store.requeue(run.id)
    with waiting_worker() as (worker, filler):
        filler.unlink()
        assert worker.wait(300) == 0
    finished = store.get(run.id)
    assert (finished.state, finished.epochs_done) == (RunState.FINISHED, 6)
    assert folder.best_weights.exists()
    assert folder.last_weights.exists()
    assert folder.read_predictions() is not None
    for text in (folder.read_log(), (tmp_path / "output").read_text()):
        assert "Traceback" not in text
        assert "Logging error" not in text
    store.close()


def _is_quiet(store: RunStore, run: Run) -> bool:
    """Whether the run waits for the disk, or nothing more could be written into the store for a while."""
    found = store.get(run.id)
    heartbeat = found.heartbeat.timestamp() if found.heartbeat else time.time()
    return found.phase == WAITING_FOR_DISK or time.time() - heartbeat > 15
