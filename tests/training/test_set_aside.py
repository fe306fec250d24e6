"""A paused run for whose slot another one waits: set aside at its very step, it ends as if nothing had happened."""

import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mnist_lab.recipe import Recipe
from mnist_lab.runs import Actor, Command, MetricPoint, Run, RunAttempt, RunState, RunStore
from mnist_lab.settings import Settings
from mnist_lab.training import checkpoint as checkpoint_module
from mnist_lab.training.callbacks import Progress
from mnist_lab.training.checkpoint import read_checkpoint
from mnist_lab.training.claim import free_slots
from mnist_lab.training.foreground import train_run
from mnist_lab.training.recorders import checkpoint_writer
from mnist_lab.training.reporter import Reporter
from mnist_lab.training.resume import CheckpointCallback
from tests.training.twins import BATCHES, NETWORK, RECIPE, Trained, assert_twins, offline_lab, trained, work_on

pytestmark = pytest.mark.training

ON_CHUNK_END, ON_EPOCH_END, PAUSE_POINT = Reporter.on_chunk_end, Reporter.on_epoch_end, Reporter.pause_point
SAVE_POSITION, SET_ASIDE = CheckpointCallback.save_position, RunAttempt.set_aside
ROOT = Path(__file__).parents[2]


class Killed(BaseException):
    """The end of a process, as far as `execute_run` can see."""


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoint_writer, "MIN_INTERVAL_SECONDS", 0.0)
    options = Reporter.__init__.__kwdefaults__
    assert options is not None
    for name, seconds in {"set_aside_seconds": 0.0, "poll_seconds": 0.02, "write_seconds": 0.05}.items():
        monkeypatch.setitem(options, name, seconds)


@pytest.fixture(scope="module")
def twin(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """The same training, never paused."""
    with offline_lab(tmp_path_factory.mktemp("home of the twin")) as (settings, _):
        store = RunStore(settings.db_url, settings.runs_folder)
        store.create(NETWORK, RECIPE)
        return trained(store, work_on(settings, store))


@pytest.fixture
def run(store: RunStore) -> Run:
    return store.create(NETWORK, RECIPE, actor=Actor("first"))


@pytest.fixture
def waiting(store: RunStore, run: Run) -> Run:
    """Another run of the same owner, that waits behind `run` whenever that is in the queue."""
    return store.create(NETWORK, Recipe(epochs=1, limit=100, precision="float32"), name="waits", actor=Actor("first"))


def _pause(reporter: Reporter, store: RunStore, run: Run) -> None:
    store.request(run.id, Command.PAUSE)
    reporter.connection.poll()


Place = tuple[str, int]
"""Where a run is paused: at the end of the chunk or the epoch that has so many steps, or in the next evaluation."""


def _pause_at(monkeypatch: pytest.MonkeyPatch, store: RunStore, run: Run, places: list[Place]) -> None:
    """Let the user pause the run at each of these places, once."""
    left = list(places)
    steps = [0]

    def is_due(kind: str) -> bool:
        if left and left[0][0] == kind and steps[0] >= left[0][1]:
            left.pop(0)
            return True
        return False

    def on_chunk_end(self: Reporter, point: MetricPoint) -> Command:
        steps[0] = point.step
        if self.connection.attempt.run_id == run.id and is_due("chunk"):
            _pause(self, store, run)
        return ON_CHUNK_END(self, point)

    def on_epoch_end(self: Reporter, point: MetricPoint, trainer: Any) -> Command:
        if self.connection.attempt.run_id == run.id and is_due("epoch"):
            _pause(self, store, run)
        return ON_EPOCH_END(self, point, trainer)

    def pause_point(self: Reporter) -> None:
        if self.connection.attempt.run_id == run.id and is_due("evaluation"):
            _pause(self, store, run)
        PAUSE_POINT(self)

    monkeypatch.setattr(Reporter, "on_chunk_end", on_chunk_end)
    monkeypatch.setattr(Reporter, "on_epoch_end", on_epoch_end)
    monkeypatch.setattr(Reporter, "pause_point", pause_point)


@pytest.mark.parametrize(
    "places",
    [
        [("chunk", 2)],
        [("chunk", 2 * BATCHES + 3)],
        # All batches are done, and the validation is not.
        [("evaluation", 2 * BATCHES)],
        [("epoch", 3 * BATCHES)],
        # The network is being tested.
        [("evaluation", 4 * BATCHES + 1), ("chunk", 4 * BATCHES)],
        [("chunk", BATCHES + 2), ("chunk", BATCHES + 5), ("epoch", 3 * BATCHES)],
    ],
)
def test_a_run_that_was_set_aside_ends_with_the_weights_of_one_that_was_not(
    offline: Settings,
    store: RunStore,
    run: Run,
    waiting: Run,
    twin: Trained,
    monkeypatch: pytest.MonkeyPatch,
    places: list[Place],
) -> None:
    if places[0] == ("evaluation", 4 * BATCHES + 1):
        places = [("evaluation", 4 * BATCHES)] * 2
    _pause_at(monkeypatch, store, run, places)
    for _ in places:
        set_aside = work_on(offline, store)
        assert (set_aside.id, set_aside.state, set_aside.phase) == (run.id, RunState.SET_ASIDE, "")
        assert free_slots(offline) == 1
        store.request(run.id, Command.NONE)
    finished = work_on(offline, store)
    assert (finished.id, finished.state) == (run.id, RunState.FINISHED)
    assert_twins(store, finished, twin)
    assert work_on(offline, store).id == waiting.id


def test_the_run_that_waits_is_trained_meanwhile_and_both_finish(
    offline: Settings, store: RunStore, run: Run, waiting: Run, twin: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    _pause_at(monkeypatch, store, run, [("chunk", BATCHES + 4)])
    set_aside = work_on(offline, store)
    newest = read_checkpoint(store.folder(run.id).checkpoint_files()[0])
    assert newest.state.epoch * BATCHES + newest.state.batch == set_aside.steps_done > BATCHES
    # Nobody has continued it: it does not come back by itself.
    assert work_on(offline, store).id == waiting.id
    assert store.queue() == []
    store.request(run.id, Command.NONE)
    finished = work_on(offline, store)
    assert_twins(store, finished, twin)
    assert [one.action for one in finished.interventions] == ["pause", "continue"]
    assert {one.step for one in finished.interventions} == {set_aside.steps_done}


def test_without_a_run_that_waits_the_process_keeps_the_paused_run(
    offline: Settings, store: RunStore, run: Run, twin: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[bool] = []
    _pause_at(monkeypatch, store, run, [("chunk", 5)])
    free = store.queue

    def queue(limit: int | None = None) -> list[Run]:
        found = free(limit)
        looks.append(bool(found))
        if len(looks) == 5:
            store.request(run.id, Command.NONE)
        return found

    claimed_first = store.queue()
    assert [one.id for one in claimed_first] == [run.id]
    monkeypatch.setattr(store, "queue", queue)
    finished = work_on(offline, store)
    assert len(looks) >= 5
    assert (finished.state, finished.attempt) == (RunState.FINISHED, 1)
    assert_twins(store, finished, twin)


@pytest.mark.parametrize("moment", ["half written", "before the store knows", "after that"])
def test_a_kill_while_it_is_set_aside_loses_nothing(
    offline: Settings,
    store: RunStore,
    run: Run,
    waiting: Run,
    twin: Trained,
    monkeypatch: pytest.MonkeyPatch,
    moment: str,
) -> None:
    def die_half_way(self: CheckpointCallback, trainer: Any) -> None:
        folder = store.folder(run.id)
        (folder.checkpoints / ".0a1b-epoch-000002-batch-000004.checkpoint").write_bytes(b"half")
        raise Killed

    def die_unknown(self: RunAttempt) -> bool:
        raise Killed

    def die_after(self: RunAttempt) -> bool:
        SET_ASIDE(self)
        raise Killed

    _pause_at(monkeypatch, store, run, [("chunk", 2 * BATCHES + 4)])
    with monkeypatch.context() as patch:
        if moment == "half written":
            patch.setattr(CheckpointCallback, "save_position", die_half_way)
        else:
            patch.setattr(RunAttempt, "set_aside", die_unknown if moment == "before the store knows" else die_after)
        with pytest.raises(Killed):
            work_on(offline, store)
    store.reap_stale_runs()
    lost = store.get(run.id)
    assert lost.state is (RunState.SET_ASIDE if moment == "after that" else RunState.INTERRUPTED)
    store.delete(waiting.id)
    store.requeue(run.id)
    finished = work_on(offline, store)
    assert (finished.state, finished.attempt) == (RunState.FINISHED, 2)
    assert_twins(store, finished, twin)


@pytest.mark.parametrize("command", [Command.NONE, Command.STOP, Command.DISCARD])
def test_a_command_that_comes_while_the_run_is_being_set_aside_is_obeyed(
    offline: Settings, store: RunStore, run: Run, waiting: Run, monkeypatch: pytest.MonkeyPatch, command: Command
) -> None:
    def command_first(self: CheckpointCallback, trainer: Any) -> None:
        SAVE_POSITION(self, trainer)
        store.request(run.id, command)

    _pause_at(monkeypatch, store, run, [("chunk", BATCHES + 4)])
    with monkeypatch.context() as patch:
        patch.setattr(CheckpointCallback, "save_position", command_first)
        if command is Command.DISCARD:
            from mnist_lab.training.claim import claim
            from mnist_lab.training.execute import execute_run

            claimed = claim(offline, store)
            assert claimed is not None
            with claimed:
                assert execute_run(offline, store, claimed) is None
            assert [one.id for one in store.list()] == [waiting.id]
            assert [one.id for one in store.deleted_runs()] == [run.id]
            return
        again = work_on(offline, store)
    assert (again.state, again.command) == (RunState.QUEUED, command)
    # It keeps its place before the run that arrived later.
    assert [one.id for one in store.queue()] == [run.id, waiting.id]


def test_a_run_that_is_stopped_while_it_is_set_aside_is_tested_as_it_was(
    offline: Settings, store: RunStore, run: Run, waiting: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    _pause_at(monkeypatch, store, run, [("chunk", BATCHES + 4)])
    set_aside = work_on(offline, store)
    checkpoint = read_checkpoint(store.folder(run.id).checkpoint_files()[0])
    store.request(run.id, Command.STOP)
    # A second click changes nothing.
    store.request(run.id, Command.STOP)
    assert store.get(run.id).state is RunState.QUEUED
    stopped = work_on(offline, store)
    assert (stopped.id, stopped.state, stopped.steps_done) == (run.id, RunState.STOPPED, set_aside.steps_done)
    assert stopped.result is not None
    assert [one.action for one in stopped.interventions] == ["pause", "stop"]
    import keras

    model = keras.saving.load_model(store.folder(run.id).last_weights)
    for kept, weight in zip(checkpoint.state.model, model.variables, strict=False):
        if kept.dtype.kind == "f":
            np.testing.assert_array_equal(kept, weight.numpy())


def test_one_epoch_of_a_run_that_was_set_aside_ends_in_a_pause(
    offline: Settings, store: RunStore, run: Run, waiting: Run, twin: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    _pause_at(monkeypatch, store, run, [("chunk", BATCHES + 4)])
    work_on(offline, store)
    store.request(run.id, Command.STEP)
    # The other run still waits: it is set aside again, at the end of its epoch.
    again = work_on(offline, store)
    assert (again.id, again.state, again.steps_done) == (run.id, RunState.SET_ASIDE, 2 * BATCHES)
    store.request(run.id, Command.NONE)
    assert_twins(store, work_on(offline, store), twin)


def test_with_a_full_disk_the_paused_run_stays_in_memory_and_is_set_aside_when_there_is_room(
    offline: Settings, store: RunStore, run: Run, waiting: Run, twin: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[Path] = []
    write = checkpoint_module.write_checkpoint

    def full_at_first(path: Path, checkpoint: Any) -> None:
        if checkpoint.state.batch:
            tries.append(path)
            if len(tries) < 3:
                raise OSError(errno.ENOSPC, "No space left on device")
        write(path, checkpoint)

    monkeypatch.setitem(checkpoint_writer.CheckpointWriter.__init__.__kwdefaults__ or {}, "write", full_at_first)
    _pause_at(monkeypatch, store, run, [("chunk", BATCHES + 4)])
    assert work_on(offline, store).state is RunState.SET_ASIDE
    assert len(tries) == 3
    store.request(run.id, Command.NONE)
    assert_twins(store, work_on(offline, store), twin)


def test_more_epochs_continue_from_the_end_of_an_epoch_though_the_run_was_set_aside_within_one(
    offline: Settings, store: RunStore, run: Run, waiting: Run, twin: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Stopped in its third epoch; trained for two more, it has the four of its twin.
    _pause_at(monkeypatch, store, run, [("chunk", 2 * BATCHES + 1), ("chunk", 2 * BATCHES + 3)])
    for command in (Command.NONE, Command.STOP):
        assert work_on(offline, store).state is RunState.SET_ASIDE
        store.request(run.id, command)
    assert work_on(offline, store).state is RunState.STOPPED
    store.delete(waiting.id)
    continued = store.continue_run(run.id, 2)
    assert [path.name for path in store.folder(continued.id).checkpoint_files()] == ["epoch-000002.checkpoint"]
    assert_twins(store, work_on(offline, store), twin)


def test_the_foreground_waits_until_a_run_that_was_set_aside_is_continued(
    offline: Settings, store: RunStore, run: Run, waiting: Run, twin: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[Progress] = []

    def hear(progress: Progress) -> None:
        heard.append(progress)
        if progress.phase == "set aside" and progress.message:
            store.delete(waiting.id)
            store.request(run.id, Command.NONE)

    _pause_at(monkeypatch, store, run, [("chunk", BATCHES + 4)])
    finished = train_run(offline, store, run.id, hear)
    assert (finished.state, finished.attempt) == (RunState.FINISHED, 2)
    (message,) = [progress.message for progress in heard if progress.phase == "set aside" and progress.message]
    assert message.startswith(f"The paused run {run.id} was set aside, as another run waited; nothing of it is lost.")
    assert_twins(store, finished, twin)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_real_worker_is_killed_while_it_sets_its_run_aside(offline: Settings, store: RunStore, twin: Trained) -> None:
    """Kill -9 at a time that nobody chose: whatever is on the disk then, the run ends like its twin."""
    run = store.create(NETWORK, RECIPE, actor=Actor("first"))
    environment = os.environ | {"MNIST_LAB_WORKERS": "1", "MNIST_LAB_DATA": str(offline.home)}
    command = [sys.executable, "-m", "tests.training.paused_worker", run.id]
    with subprocess.Popen(command, cwd=ROOT, env=environment) as worker:
        try:
            _until(lambda: store.get(run.id).state is RunState.PAUSED)
            other = store.create(NETWORK, Recipe(epochs=1, limit=100, precision="float32"), actor=Actor("second"))
            checkpoints = store.folder(run.id).checkpoints
            _until(lambda: any("batch" in path.name for path in checkpoints.iterdir()) or worker.poll() is not None)
        finally:
            worker.send_signal(signal.SIGKILL)
    store.reap_stale_runs()
    store.delete(other.id)
    assert store.get(run.id).state in {RunState.INTERRUPTED, RunState.SET_ASIDE}
    store.requeue(run.id)
    assert_twins(store, work_on(offline, store), twin)


def _until(condition: Callable[[], bool]) -> None:
    give_up = time.monotonic() + 300
    while not condition():
        assert time.monotonic() < give_up, "it did not come about"
        time.sleep(0.005)
