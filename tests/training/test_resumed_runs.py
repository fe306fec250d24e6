"""Runs that lose their worker and get another: `execute_run` with the store and files of real runs."""

import logging
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mnist_lab.data import DataSource
from mnist_lab.errors import StoreError
from mnist_lab.runs import Command, DataInfo, MetricPoint, Run, RunAttempt, RunState, RunStore, open_store
from mnist_lab.settings import Settings
from mnist_lab.training import run_data as run_data_module
from mnist_lab.training.recorders import checkpoint_writer
from mnist_lab.training.reporter import Reporter
from tests.training.twins import NETWORK, RECIPE, Trained, assert_twins, offline_lab, trained, work_on

pytestmark = pytest.mark.training

ON_CHUNK_END = Reporter.on_chunk_end


class Killed(BaseException):
    """The end of a process, as far as `execute_run` can see."""


@pytest.fixture(autouse=True)
def _a_checkpoint_every_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoint_writer, "MIN_INTERVAL_SECONDS", 0.0)


@pytest.fixture
def work(offline: Settings, store: RunStore) -> Callable[[], Run]:
    return lambda: work_on(offline, store)


@pytest.fixture(scope="module")
def twin(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """The same training, never broken off."""
    with offline_lab(tmp_path_factory.mktemp("home of the twin")) as (settings, _):
        store = open_store(settings)
        store.create(NETWORK, RECIPE)
        return trained(store, work_on(settings, store))


@pytest.fixture(scope="module")
def home_of_broken_off(tmp_path_factory: pytest.TempPathFactory, twin: Trained) -> Path:
    """A home with one run, whose process died in its third epoch. Each test works on a copy."""
    home = tmp_path_factory.mktemp("home of a run broken off")
    with offline_lab(home) as (settings, patch):
        store = open_store(settings)
        store.create(NETWORK, RECIPE)
        _break_off(store, lambda: work_on(settings, store), patch)
        store.close()
    return home


@pytest.fixture
def store(request: pytest.FixtureRequest, offline: Settings) -> Iterator[RunStore]:
    """An empty store, or one with the run that `broken_off` is."""
    if "broken_off" in request.fixturenames:
        shutil.copytree(request.getfixturevalue("home_of_broken_off"), offline.home)
    opened = open_store(offline)
    yield opened
    opened.close()


@pytest.fixture
def broken_off(store: RunStore) -> Run:
    """A run whose process died in its third epoch."""
    (lost,) = store.list()
    assert (lost.state, lost.attempt) == (RunState.INTERRUPTED, 1)
    return lost


def _break_off(store: RunStore, work: Callable[[], Run], monkeypatch: pytest.MonkeyPatch) -> None:
    def die(self: Reporter, point: MetricPoint) -> Command:
        if point.epoch > 2:
            raise Killed
        return ON_CHUNK_END(self, point)

    monkeypatch.setattr(Reporter, "on_chunk_end", die)
    with pytest.raises(Killed):
        work()
    monkeypatch.setattr(Reporter, "on_chunk_end", ON_CHUNK_END)
    store.reap_stale_runs()


def test_a_run_that_lost_its_worker_ends_as_if_nothing_had_happened(
    store: RunStore, work: Callable[[], Run], broken_off: Run, twin: Trained, caplog: pytest.LogCaptureFixture
) -> None:
    store.requeue(broken_off.id)
    with caplog.at_level(logging.INFO):
        resumed = work()
    assert (resumed.state, resumed.attempt) == (RunState.FINISHED, 2)
    assert "The training resumes after epoch 2." in caplog.text
    assert_twins(store, resumed, twin)


def test_points_that_the_store_never_got_are_in_the_checkpoint(
    store: RunStore, work: Callable[[], Run], twin: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    heartbeat = RunAttempt.heartbeat

    def locked(*arguments: object, points: tuple[MetricPoint, ...] = (), **named: object) -> object:
        if any(point.epoch > 1 for point in points):
            raise StoreError("The run store has been locked by another program.")
        return heartbeat(*arguments, points=points, **named)  # type: ignore[arg-type]

    run = store.create(NETWORK, RECIPE)
    monkeypatch.setattr(RunAttempt, "heartbeat", locked)
    _break_off(store, work, monkeypatch)
    monkeypatch.setattr(RunAttempt, "heartbeat", heartbeat)
    assert max(point.epoch for point in store.points(run.id)) <= 1
    store.requeue(run.id)
    resumed = work()
    assert_twins(store, resumed, twin)


@pytest.mark.parametrize(
    ("torn", "sentence", "epoch"),
    [((2,), "epoch-000002.checkpoint is not used", 1), ((1, 2), "the training starts from scratch", 0)],
)
def test_a_damaged_checkpoint_is_skipped_and_the_one_before_it_used(
    store: RunStore,
    work: Callable[[], Run],
    broken_off: Run,
    twin: Trained,
    caplog: pytest.LogCaptureFixture,
    torn: tuple[int, ...],
    sentence: str,
    epoch: int,
) -> None:
    folder = store.folder(broken_off.id)
    assert len(folder.checkpoint_files()) == 2
    for number in torn:
        path = folder.checkpoint_path(number)
        path.write_bytes(path.read_bytes()[:-100])
    store.requeue(broken_off.id)
    with caplog.at_level(logging.INFO):
        resumed = work()
    assert sentence in caplog.text
    assert (f"resumes after epoch {epoch}." in caplog.text) == (epoch > 0)
    assert_twins(store, resumed, twin)


def test_a_run_is_not_resumed_with_other_digits(
    store: RunStore, work: Callable[[], Run], broken_off: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = run_data_module.load_mnist_sample
    points = store.points(broken_off.id)

    others = replace(load(), fingerprint="another", title="other digits")
    monkeypatch.setattr(run_data_module, "load_mnist_sample", lambda: others)
    store.requeue(broken_off.id)
    failed = work()
    assert failed.state is RunState.FAILED
    assert failed.message.startswith(
        "This run was trained on the data set “MNIST sample (5,000 images)”, but now there is only “other digits”"
    )
    assert store.points(broken_off.id) == points
    assert len(store.folder(broken_off.id).checkpoint_files()) == 2
    monkeypatch.setattr(run_data_module, "load_mnist_sample", load)
    store.requeue(broken_off.id)
    assert work().state is RunState.FINISHED


def test_a_run_of_the_sample_goes_on_with_it_even_if_mnist_can_be_had_by_now(
    store: RunStore, work: Callable[[], Run], broken_off: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def mnist(*_arguments: object, **_named: object) -> object:
        pytest.fail("MNIST is not asked for")

    monkeypatch.setattr(run_data_module, "load_dataset", mnist)
    store.requeue(broken_off.id)
    resumed = work()
    assert resumed.state is RunState.FINISHED
    assert resumed.message == broken_off.data.fallback if broken_off.data else ""


@pytest.mark.parametrize("with_checkpoint", [True, False])
def test_a_run_of_the_former_sample_is_not_resumed_and_says_why(
    store: RunStore, work: Callable[[], Run], broken_off: Run, *, with_checkpoint: bool
) -> None:
    former = DataInfo(DataSource.UCI, DataSource.UCI.dataset_title, "0" * 16, 900, 100, 360, "holdout", "No network.")
    store.requeue(broken_off.id)
    claimed = store.claim(broken_off.id, "worker of the earlier version")
    assert claimed is not None
    store.attempt(claimed).set_data(former)
    store.attempt(claimed).finish(RunState.INTERRUPTED, None, "")
    folder = store.folder(broken_off.id)
    if not with_checkpoint:
        for path in folder.checkpoint_files():
            path.unlink()
    store.requeue(broken_off.id)
    resumed = work()
    assert resumed.data is not None
    if not with_checkpoint:
        # It had learnt nothing yet: it starts on what there is now, like a new run.
        assert (resumed.state, resumed.data.source) == (RunState.FINISHED, DataSource.MNIST_SAMPLE)
        return
    assert resumed.state is RunState.FAILED
    assert resumed.message == (
        "This run was trained on the UCI digits, the offline sample, which this version of the lab no longer has, so it"
        " cannot be resumed. Nothing was changed. Train its network again as a new run."
    )
    assert resumed.data == former
    assert len(folder.checkpoint_files()) == 2


def test_a_finished_run_is_trained_for_more_epochs(store: RunStore, work: Callable[[], Run], twin: Trained) -> None:
    store.create(NETWORK, RECIPE.with_changes(epochs=2))
    parent = work()
    files = {path: path.read_bytes() for path in store.folder(parent.id).path.rglob("*") if path.is_file()}
    new = store.continue_run(parent.id, 2)
    continued = work()
    assert (continued.id, continued.state, continued.attempt) == (new.id, RunState.FINISHED, 1)
    assert continued.result is not None
    assert continued.result.epochs == 4
    assert store.get(parent.id) == parent
    for path, content in files.items():
        assert path.read_bytes() == content, path
    assert_twins(store, continued, twin)


def test_a_run_that_is_stopped_while_it_is_resumed_keeps_what_it_had_learnt(
    store: RunStore, work: Callable[[], Run], broken_off: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter = Reporter.enter

    def stop_early(self: Reporter, phase: str, **named: object) -> Command:
        enter(self, phase, **named)  # type: ignore[arg-type]
        if phase == "loading data":
            store.request(broken_off.id, Command.STOP)
            self.connection.poll()
        return Command.STOP

    monkeypatch.setattr(Reporter, "enter", stop_early)
    store.requeue(broken_off.id)
    stopped = work()
    assert stopped.state is RunState.STOPPED
    assert stopped.result is not None
    assert stopped.result.epochs == 2
    assert store.folder(broken_off.id).best_weights.exists()


def test_what_a_killed_process_left_half_written_goes(
    store: RunStore, work: Callable[[], Run], broken_off: Run
) -> None:
    folder = store.folder(broken_off.id)
    folder.snapshots.mkdir(exist_ok=True)
    for half in (
        folder.path / ".0a1b-best.keras",
        folder.checkpoints / ".0a1b-epoch-000003.checkpoint",
        folder.snapshots / ".0a1b-epoch-000003.npz",
    ):
        half.write_bytes(b"half")
    store.requeue(broken_off.id)
    work()
    assert [path for path in folder.path.rglob(".*") if path.is_file()] == []
