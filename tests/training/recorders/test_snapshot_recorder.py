"""When snapshots are taken, and that a training does not notice."""

import logging
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from mnist_lab.data import Split, load_mnist_sample, split_dataset
from mnist_lab.network import BatchNormalization, Conv2D, Dense, Dropout, MaxPooling2D, Network
from mnist_lab.recipe import Recipe
from mnist_lab.runs import Command, MetricPoint
from mnist_lab.runs.snapshot_files import Snapshot, list_epochs, read_snapshot
from mnist_lab.training.callbacks import TrainingCallback
from mnist_lab.training.engine.trainer import Outcome, Trainer
from mnist_lab.training.recorders.snapshot_recorder import SnapshotRecorder

NETWORK = Network(
    name="all kinds",
    layers=(Conv2D(filters=4, activation="relu"), MaxPooling2D(), Dropout(rate=0.2), BatchNormalization()),
)


class Notes(TrainingCallback):
    """A callback that stops at a chosen chunk."""

    def __init__(self, stop_at_chunk: int | None = None) -> None:
        self.chunks = 0
        self._stop_at_chunk = stop_at_chunk

    def on_chunk_end(self, point: MetricPoint) -> Command:
        self.chunks += 1
        return Command.STOP if self.chunks == self._stop_at_chunk else Command.NONE


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Split:
    digits = load_mnist_sample()
    return split_dataset(digits, validation="holdout", fraction=0.2, limit=330, seed=1)


@pytest.fixture
def watch(parts: Split, tmp_path: Path) -> Callable[..., tuple[Trainer, Outcome]]:
    def train(recipe: Recipe, notes: Notes | None = None, *, watched: bool = True, network: Network = NETWORK) -> Any:
        tmp_path.mkdir(exist_ok=True)
        with SnapshotRecorder(tmp_path / "watch") as recorder:
            trainer = Trainer(
                network,
                recipe,
                parts,
                best_path=tmp_path / "best.keras",
                last_path=tmp_path / "last.keras",
                precision="float32",
                callbacks=[*([recorder] if watched else []), notes or Notes()],
            )
            return trainer, trainer.train()

    return train


def test_snapshots_do_not_change_the_weights(watch: Callable[..., Any]) -> None:
    recipe = Recipe(epochs=3, batch_size=40, augmentation="pen", learning_rate=0.01)
    watched, one = watch(recipe)
    alone, other = watch(recipe, watched=False)
    # Optimizer and random states too, not only the weights.
    for first, second in (
        (watched.model.variables, alone.model.variables),
        (watched._optimizer.variables, alone._optimizer.variables),
    ):
        for variable, same in zip(first, second, strict=True):
            np.testing.assert_array_equal(variable.numpy(), same.numpy())
    assert (one.epochs, one.best_epoch) == (other.epochs, other.best_epoch)


def test_snapshots_reach_from_the_initial_weights_to_the_last_epoch(
    watch: Callable[..., Any], parts: Split, tmp_path: Path
) -> None:
    plain = Network(name="plain", layers=(Conv2D(filters=8, activation="relu"), MaxPooling2D()))
    trainer, _ = watch(Recipe(epochs=8, batch_size=20, learning_rate=0.01), network=plain)
    epochs = list_epochs(tmp_path / "watch")
    assert (epochs[0], epochs[-1]) == (0, 8)
    first, last = (read_snapshot(tmp_path / "watch", epoch) for epoch in (0, 8))
    assert first is not None
    assert last is not None
    places = np.arange(12)
    assert first.probabilities[places, first.labels].mean() < 0.3
    assert last.probabilities[places, last.labels].mean() > 0.7
    pictures = last.images[..., np.newaxis].astype(np.float32) / 255
    np.testing.assert_allclose(last.probabilities, trainer.model(pictures, training=False).numpy(), atol=1e-5)


def test_a_diverged_training_ends_with_a_snapshot_of_its_nan(watch: Callable[..., Any], tmp_path: Path) -> None:
    network = Network(name="wild", layers=(Dense(units=50, activation="linear"), Dense(units=50, activation="linear")))
    recipe = Recipe(epochs=50, learning_rate=10.0, optimizer="sgd", momentum=0.99, batch_size=20)
    _, outcome = watch(recipe, network=network)
    assert outcome.diverged
    last = list_epochs(tmp_path / "watch")[-1]
    assert last == outcome.epochs + 1
    snapshot = read_snapshot(tmp_path / "watch", last)
    assert snapshot is not None
    assert not np.isfinite(snapshot.probabilities).all()
    assert list_epochs(tmp_path / "watch")[0] == 0


def test_a_training_stopped_within_an_epoch_ends_with_a_snapshot(watch: Callable[..., Any], tmp_path: Path) -> None:
    _, outcome = watch(Recipe(epochs=5, batch_size=10), Notes(stop_at_chunk=2))
    assert (outcome.stopped, outcome.epochs) == (True, 0)
    assert list_epochs(tmp_path / "watch") == (0, 1)


class Clockwork:
    """Captures nothing, but takes as long as the test says, on a clock of the test's own."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, cost: float, *, busy: float = 1.0) -> None:
        """`cost` is in seconds of the processor; on a busy machine it takes `busy` times as long."""
        self.now = 0.0
        self.cost = cost
        self.taken: list[int] = []
        for clock, pace in (("perf_counter", busy), ("process_time", 1.0)):
            monkeypatch.setattr(
                f"mnist_lab.training.recorders.snapshot_recorder.time.{clock}", lambda pace=pace: pace * self.now
            )
        monkeypatch.setattr(
            "mnist_lab.training.recorders.snapshot_recorder.write_snapshot", lambda _folder, _snapshot: None
        )

    def weights(self) -> list[Any]:
        return []

    def capture(self, epoch: int, _weights: object = None) -> Snapshot:
        self.now += self.cost
        self.taken.append(epoch)
        return SimpleNamespace(epoch=epoch)  # type: ignore[return-value]


def point(step: int, epoch: float, seconds: float) -> MetricPoint:
    kind = "epoch" if epoch == round(epoch) else "step"
    return MetricPoint(step, epoch, kind, 0.5, 0.8, 0.4, 0.9, 0.001, seconds, 1000.0)  # type: ignore[arg-type]


def run_epochs(clockwork: Clockwork, folder: Path, epochs: int, seconds_each: float, *, done: int = 0) -> None:
    trainer: Any = SimpleNamespace(epochs_done=done, batches_done=0, steps_done=10 * done, batches=10)
    with SnapshotRecorder(folder, lambda _trainer: clockwork) as recorder:  # type: ignore[arg-type,return-value]
        recorder.on_train_begin(trainer)
        for epoch in range(done + 1, epochs + 1):
            recorder.on_chunk_end(point(epoch * 10 - 5, epoch - 0.5, (epoch - 0.5) * seconds_each))
            recorder.on_epoch_end(point(epoch * 10, float(epoch), epoch * seconds_each), trainer)
        recorder.on_train_end(SimpleNamespace(epochs=epochs, diverged=False))  # type: ignore[arg-type]


def test_snapshots_take_only_their_share_of_the_time(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    clockwork = Clockwork(monkeypatch, cost=0.05)
    run_epochs(clockwork, tmp_path, 200, 0.5)
    assert clockwork.taken[:11] == [0, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32]
    assert clockwork.taken[-1] == 200
    assert clockwork.taken == sorted(set(clockwork.taken))
    assert 45 <= len(clockwork.taken) <= (0.025 * 100) / 0.05 + 2


def test_every_epoch_of_a_slow_training_is_taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    clockwork = Clockwork(monkeypatch, cost=0.05)
    run_epochs(clockwork, tmp_path, 20, 8.0)
    assert clockwork.taken == list(range(21))


def test_every_epoch_is_taken_on_a_busy_machine_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    clockwork = Clockwork(monkeypatch, cost=0.05, busy=20.0)
    run_epochs(clockwork, tmp_path, 20, 8.0)
    assert clockwork.taken == list(range(21))


def test_a_resumed_training_replaces_later_snapshots(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for epoch in (0, 3, 4, 5):
        (tmp_path / f"epoch-{epoch:06d}.npz").touch()
    clockwork = Clockwork(monkeypatch, cost=0.05)
    run_epochs(clockwork, tmp_path, 5, 8.0, done=3)
    # The stand-in writes no files: those of epochs 4 and 5 were removed.
    assert list_epochs(tmp_path) == (0, 3)
    assert clockwork.taken == [4, 5]


def test_a_run_that_continues_another_shows_where_it_began(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    clockwork = Clockwork(monkeypatch, cost=0.05)
    run_epochs(clockwork, tmp_path, 5, 8.0, done=3)
    assert clockwork.taken == [3, 4, 5]


@pytest.mark.parametrize("when", ["made", "used"])
def test_what_goes_wrong_with_a_snapshot_does_not_stop_the_training(
    watch: Callable[..., Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    when: str,
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("out of paper")

    method = "__init__" if when == "made" else "capture"
    monkeypatch.setattr(f"mnist_lab.training.engine.snapshot_capture.SnapshotCapture.{method}", broken)
    _, outcome = watch(Recipe(epochs=2, batch_size=100))
    assert outcome.epochs == 2
    assert list_epochs(tmp_path / "watch") == ()
    assert [record.message for record in caplog.records if record.levelno >= logging.WARNING] == [
        "The training continues without further snapshots"
    ]


def test_a_full_disk_does_not_stop_the_training(
    watch: Callable[..., Any], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "watch").write_text("a file where the folder should be")
    _, outcome = watch(Recipe(epochs=2, batch_size=100))
    assert outcome.epochs == 2
    assert "The snapshot of epoch 0 could not be written" in caplog.text
    assert list_epochs(tmp_path / "watch") == ()
