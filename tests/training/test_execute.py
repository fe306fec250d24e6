"""How runs end: `execute_run` and `train_run` in this process, with a trainer that does what the test says."""

import errno
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from mnist_lab.data import Dataset, DataSource
from mnist_lab.errors import DataError, StaleAttemptError, UnknownRunError
from mnist_lab.network import Network
from mnist_lab.recipe import Recipe
from mnist_lab.runs import Command, MetricPoint, Result, Run, RunState, RunStore
from mnist_lab.runs.epoch_weights import epoch_weight_files
from mnist_lab.settings import Settings
from mnist_lab.training import run_data as run_data_module
from mnist_lab.training.callbacks import CallbackList, Progress
from mnist_lab.training.claim import claim, free_slots, take_slot
from mnist_lab.training.execute import execute_run, failure_message
from mnist_lab.training.foreground import train_run
from mnist_lab.training.recorders.epoch_weights_recorder import EpochWeightsRecorder
from mnist_lab.training.recorders.live_weights_writer import LiveWeightsWriter
from mnist_lab.training.recorders.snapshot_recorder import SnapshotRecorder
from mnist_lab.training.reporter import Reporter
from mnist_lab.training.resume import CheckpointCallback

RESULT = Result(0.1, 0.9, (0.9,) * 10, ((1,) * 10,) * 10, 1, 1, 1.0, 100.0, "best", 0.1, 0.9, 0.1, 0.9, "float32")
Train = Callable[[Any], Any]


def _outcome(**changes: Any) -> SimpleNamespace:
    return SimpleNamespace(epochs=1, best_epoch=1, stopped=False, diverged=False, **changes)


def _point(step: int) -> MetricPoint:
    return MetricPoint(step, step / 10, "step", 1.0, 0.5, None, None, 0.001, step / 10, 100.0)


@pytest.fixture(autouse=True)
def _noise(monkeypatch: pytest.MonkeyPatch) -> None:
    images = np.zeros((400, 28, 28), np.uint8)
    labels = (np.arange(400) % 10).astype(np.uint8)
    digits = Dataset(DataSource.MNIST_SAMPLE, "Noise", images, labels, images[:50], labels[:50], "0" * 16)
    monkeypatch.setattr(run_data_module, "load_dataset", lambda *_a, **_n: (digits, "There is no MNIST here."))


@pytest.fixture
def training(monkeypatch: pytest.MonkeyPatch) -> Callable[[Train], None]:
    """Let the trainer train by this function of its callbacks."""

    def pretend(name: str, **contents: Any) -> None:
        module = ModuleType(f"mnist_lab.training.engine.{name}")
        vars(module).update(contents)
        monkeypatch.setitem(sys.modules, module.__name__, module)

    def install(train: Train) -> None:
        def make_trainer(*_arguments: Any, callbacks: Any, **_named: Any) -> SimpleNamespace:
            return SimpleNamespace(total_steps=10, batches=5, train=lambda **_: train(CallbackList(callbacks)))

        pretend("trainer", Trainer=make_trainer)
        pretend("precision", choose_precision=lambda _settings, wanted: wanted)
        pretend("result", make_result=lambda *_a: RESULT)

    return install


@pytest.fixture
def queued(store: RunStore, small_network: Network, small_recipe: Recipe) -> Run:
    return store.create(small_network, small_recipe)


def _execute(settings: Settings, store: RunStore) -> Run:
    claimed = claim(settings, store)
    assert claimed is not None
    with claimed:
        run = execute_run(settings, store, claimed)
    assert run is not None
    return run


def test_a_finished_training(
    offline: Settings, store: RunStore, queued: Run, training: Callable[[Train], None]
) -> None:
    training(lambda callbacks: callbacks.on_chunk_end(_point(3)) and _outcome())
    run = _execute(offline, store)
    assert (run.state, run.result, run.steps_done, run.total_steps) == (RunState.FINISHED, RESULT, 3, 10)
    assert run.data is not None
    assert (run.data.training, run.data.validation, run.data.test) == (270, 30, 50)
    assert run.message == run.data.fallback
    assert run.message == "Trained on the Noise, because MNIST was not available: There is no MNIST here."
    assert free_slots(offline) == 1


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (DataError("A sentence of ours."), "A sentence of ours."),
        (MemoryError(), "The training ran out of memory."),
        (type("ResourceExhaustedError", (Exception,), {})("OOM when allocating"), "The training ran out of memory."),
        (OSError(errno.ENOSPC, "No space left on device"), "The disk is full"),
        (OSError(errno.EFBIG, "File too large"), "The disk is full"),
        (OSError("Can't write data (errno = 28, error message = 'No space left on device')"), "The disk is full"),
        (KeyError("x"), "The training failed with an unexpected error, KeyError: 'x'. See the log."),
        (ValueError(), "The training failed with an unexpected error, ValueError: no reason given."),
    ],
)
def test_a_failed_training_has_a_message_and_keeps_its_points(
    offline: Settings,
    store: RunStore,
    queued: Run,
    training: Callable[[Train], None],
    error: Exception,
    sentence: str,
) -> None:
    def fail(callbacks: Any) -> None:
        callbacks.on_chunk_end(_point(3))
        raise error

    training(fail)
    run = _execute(offline, store)
    assert (run.state, run.result) == (RunState.FAILED, None)
    assert run.message.startswith(sentence)
    assert store.points(run.id) == [_point(3)]
    assert free_slots(offline) == 1


def test_the_reason_of_a_failure_is_one_short_line() -> None:
    sentence = failure_message(RuntimeError("first\nsecond" + "x" * 1000))
    assert "RuntimeError: first. See the log." in sentence
    assert len(failure_message(RuntimeError("x" * 10_000))) < 500


@pytest.mark.parametrize(("best_epoch", "result"), [(0, None), (1, RESULT)])
def test_a_training_that_diverges_fails_with_advice_and_keeps_what_was_good(
    offline: Settings,
    store: RunStore,
    queued: Run,
    training: Callable[[Train], None],
    best_epoch: int,
    result: Result | None,
) -> None:
    training(lambda _callbacks: SimpleNamespace(epochs=1, best_epoch=best_epoch, stopped=False, diverged=True))
    run = _execute(offline, store)
    assert (run.state, run.result) == (RunState.FAILED, result)
    assert run.message == (
        "The training diverged: the loss became NaN or infinite in epoch 2 of 2. Try a learning rate smaller than 0.01."
    )


@pytest.mark.parametrize("watch", [False, True])
def test_snapshots_are_recorded_if_the_settings_say_so(
    offline: Settings,
    store: RunStore,
    queued: Run,
    training: Callable[[Train], None],
    monkeypatch: pytest.MonkeyPatch,
    watch: bool,
) -> None:
    recorded: list[object] = []
    monkeypatch.setattr(SnapshotRecorder, "on_train_begin", lambda _self, trainer: recorded.append(trainer))

    def train(callbacks: Any) -> SimpleNamespace:
        begun = {"epochs_done": 0, "batches_done": 0, "steps_done": 0, "batches": 5, "seconds": 0.0}
        callbacks.on_train_begin(SimpleNamespace(**begun, weights=lambda: ()))
        return _outcome()

    training(train)
    assert _execute(offline.model_copy(update={"watch": watch}), store).state is RunState.FINISHED
    assert len(recorded) == watch
    assert len(epoch_weight_files(store.folder(queued.id).epochs)) == watch


def test_the_reporter_is_the_last_callback_as_it_may_block(
    offline: Settings, store: RunStore, queued: Run, training: Callable[[Train], None]
) -> None:
    order: list[type] = []

    def train(callbacks: Any) -> SimpleNamespace:
        order.extend(type(callback) for callback in callbacks)
        return _outcome()

    training(train)
    _execute(offline, store)
    assert order == [CheckpointCallback, SnapshotRecorder, EpochWeightsRecorder, LiveWeightsWriter, Reporter]


def test_a_stale_attempt_changes_nothing_more(
    offline: Settings, store: RunStore, queued: Run, training: Callable[[Train], None]
) -> None:
    def lose(callbacks: Any) -> None:
        store.attempt(store.get(queued.id)).move(RunState.INTERRUPTED, "taken away")
        while True:
            callbacks.on_chunk_end(_point(1))
            time.sleep(0.01)

    training(lose)
    with pytest.raises(StaleAttemptError):
        _execute(offline, store)
    assert (store.get(queued.id).state, store.get(queued.id).message) == (RunState.INTERRUPTED, "taken away")


def test_the_second_attempt_forgets_what_the_first_left(
    offline: Settings, store: RunStore, queued: Run, training: Callable[[Train], None]
) -> None:
    first = store.claim(queued.id, "lost")
    assert first is not None
    store.attempt(store.get(queued.id)).heartbeat(points=[_point(step) for step in (1, 2, 9)])
    store.reap_stale_runs()
    store.requeue(queued.id)
    folder = store.folder(queued.id)
    for path in (folder.best_weights, folder.last_weights, folder.predictions_path):
        path.write_bytes(b"of the first attempt")
    training(lambda callbacks: callbacks.on_chunk_end(_point(2)) and _outcome())
    assert _execute(offline, store).attempt == 2
    assert store.points(queued.id) == [_point(2)]
    assert not folder.best_weights.exists()
    assert not folder.last_weights.exists()
    assert folder.read_predictions() is None


def test_a_discarded_run_is_in_the_bin(
    offline: Settings, store: RunStore, queued: Run, training: Callable[[Train], None]
) -> None:
    def discard(callbacks: Any) -> None:
        store.request(queued.id, Command.DISCARD)
        for step in range(1, 10_000):
            callbacks.on_chunk_end(_point(step))
            time.sleep(0.01)

    training(discard)
    with pytest.raises(UnknownRunError, match="may have been deleted"):
        train_run(offline, store, queued.id)
    assert store.list() == []
    assert [run.id for run in store.deleted_runs()] == [queued.id]
    assert free_slots(offline) == 1


def test_a_limit_beyond_the_sample_uses_all_of_it(
    offline: Settings, store: RunStore, small_network: Network, training: Callable[[Train], None]
) -> None:
    store.create(small_network, Recipe(limit=6000))
    training(lambda _callbacks: _outcome())
    run = _execute(offline, store)
    assert run.state is RunState.FINISHED
    assert run.data is not None
    assert run.data.training + run.data.validation == 400
    assert run.message.endswith("It has only 400 training images; all were used.")


def test_training_in_the_foreground(
    offline: Settings, store: RunStore, queued: Run, training: Callable[[Train], None]
) -> None:
    heard: list[Progress] = []
    training(lambda callbacks: callbacks.on_chunk_end(_point(3)) and _outcome())
    run = train_run(offline, store, queued.id, heard.append)
    assert (run.state, run.result) == (RunState.FINISHED, RESULT)
    assert [progress.phase for progress in heard] == ["loading data", "building", "training", "training", "evaluating"]
    assert heard[1].message.startswith("Trained on the Noise, because")
    assert heard[3].point == _point(3)


def test_the_foreground_waits_for_a_slot_and_says_so(
    offline: Settings, store: RunStore, queued: Run, training: Callable[[Train], None]
) -> None:
    slot = take_slot(offline)
    assert slot is not None
    heard: list[Progress] = []

    def hear(progress: Progress) -> None:
        heard.append(progress)
        if progress.phase == "waiting":
            slot.release()

    training(lambda _callbacks: _outcome())
    assert train_run(offline, store, queued.id, hear).state is RunState.FINISHED
    assert heard[0] == Progress("waiting", message="Waiting for one of 1 training slot; at work: another process.")


@pytest.mark.slow
def test_the_foreground_follows_a_worker_that_was_quicker(offline: Settings, store: RunStore, queued: Run) -> None:
    claimed = claim(offline, store)
    assert claimed is not None
    heard: list[Progress] = []
    epoch = replace(_point(2), kind="epoch", validation_loss=0.5, validation_accuracy=0.9)

    def work() -> None:
        with claimed:
            store.attempt(store.get(queued.id)).move(RunState.RUNNING)
            store.attempt(store.get(queued.id)).heartbeat(phase="training", total_steps=10, points=[_point(1)])
            while not any(progress.point for progress in heard):
                time.sleep(0.02)
            store.attempt(store.get(queued.id)).heartbeat(points=[_point(2)])
            while len([progress for progress in heard if progress.point]) < 2:
                time.sleep(0.02)
            # It has the step of the point before, and the run ends before anybody looks again.
            store.attempt(store.get(queued.id)).heartbeat(points=[epoch])
            store.attempt(store.get(queued.id)).finish(RunState.FINISHED, RESULT)

    worker = threading.Thread(target=work)
    worker.start()
    run = train_run(offline, store, queued.id, heard.append)
    worker.join()
    assert (run.state, run.result) == (RunState.FINISHED, RESULT)
    assert [progress.point for progress in heard if progress.point] == [_point(1), _point(2), epoch]


def test_the_foreground_notices_that_a_quicker_worker_died(offline: Settings, store: RunStore, queued: Run) -> None:
    store.claim(queued.id, "dead")
    assert train_run(offline, store, queued.id).state is RunState.INTERRUPTED


def test_a_run_deleted_while_it_waits_raises_an_error(offline: Settings, store: RunStore, queued: Run) -> None:
    slot = take_slot(offline)
    assert slot is not None
    with pytest.raises(UnknownRunError, match="may have been deleted"):
        train_run(offline, store, queued.id, lambda _progress: store.delete(queued.id))
    slot.release()


@pytest.mark.skipif(sys.platform == "win32", reason="os.kill ends the process there")
def test_ctrl_c_stops_and_keeps(
    offline: Settings, store: RunStore, queued: Run, training: Callable[[Train], None]
) -> None:
    def train(callbacks: Any) -> SimpleNamespace:
        os.kill(os.getpid(), signal.SIGINT)
        step = 1
        while callbacks.on_chunk_end(_point(step)) is not Command.STOP:
            step += 1
            time.sleep(0.01)
        return SimpleNamespace(epochs=0, best_epoch=0, stopped=True, diverged=False)

    before = signal.getsignal(signal.SIGINT)
    training(train)
    run = train_run(offline, store, queued.id)
    assert (run.state, run.result) == (RunState.STOPPED, RESULT)
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.skipif(sys.platform == "win32", reason="os.kill ends the process there")
def test_a_second_ctrl_c_interrupts(
    offline: Settings, store: RunStore, queued: Run, training: Callable[[Train], None]
) -> None:
    def train(_callbacks: Any) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(60)

    training(train)
    with pytest.raises(KeyboardInterrupt):
        train_run(offline, store, queued.id)
    run = store.get(queued.id)
    assert (run.state, run.message) == (RunState.INTERRUPTED, "Interrupted by Ctrl-C.")
    assert free_slots(offline) == 1
