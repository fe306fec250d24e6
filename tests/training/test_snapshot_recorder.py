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
from mnist_lab.runs.snapshot_files import Snapshot, list_epochs, read_health, read_snapshot
from mnist_lab.training.engine.trainer import Learner, Outcome
from mnist_lab.training.snapshot_recorder import Watching, train_watched

NETWORK = Network(
    name="all kinds",
    layers=(Conv2D(filters=4, activation="relu"), MaxPooling2D(), Dropout(rate=0.2), BatchNormalization()),
)


class Notes:
    """An observer that stops at a chosen chunk."""

    def __init__(self, stop_at_chunk: int | None = None) -> None:
        self.chunks = 0
        self._stop_at_chunk = stop_at_chunk

    def on_chunk(self, point: MetricPoint) -> Command:
        self.chunks += 1
        return Command.STOP if self.chunks == self._stop_at_chunk else Command.NONE

    def on_epoch(self, point: MetricPoint, _learner: Learner) -> Command:
        return Command.NONE


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Split:
    digits = load_mnist_sample()
    return split_dataset(digits, validation="holdout", fraction=0.2, limit=330, seed=1)


@pytest.fixture
def watch(parts: Split, tmp_path: Path) -> Callable[..., tuple[Learner, Outcome]]:
    def train(recipe: Recipe, notes: Notes | None = None, *, watched: bool = True, network: Network = NETWORK) -> Any:
        tmp_path.mkdir(exist_ok=True)
        learner = Learner(
            network,
            recipe,
            parts,
            best_path=tmp_path / "best.keras",
            last_path=tmp_path / "last.keras",
            precision="float32",
        )
        notes = notes or Notes()
        if watched:
            return learner, train_watched(learner, notes, network, parts, tmp_path / "watch")
        return learner, learner.train(notes)

    return train


def test_a_watched_training_ends_with_the_same_weights(watch: Callable[..., Any]) -> None:
    recipe = Recipe(epochs=3, batch_size=40, augmentation="pen", learning_rate=0.01)
    watched, one = watch(recipe)
    alone, other = watch(recipe, watched=False)
    # Optimizer and random states too, not only the weights.
    for first, second in (
        (watched.model.variables, alone.model.variables),
        (watched._steps._optimizer.variables, alone._steps._optimizer.variables),
    ):
        for variable, same in zip(first, second, strict=True):
            np.testing.assert_array_equal(variable.numpy(), same.numpy())
    assert (one.epochs, one.best_epoch) == (other.epochs, other.best_epoch)


def test_it_learns_from_nothing_to_the_last_epoch(watch: Callable[..., Any], parts: Split, tmp_path: Path) -> None:
    plain = Network(name="plain", layers=(Conv2D(filters=8, activation="relu"), MaxPooling2D()))
    learner, _ = watch(Recipe(epochs=8, batch_size=20, learning_rate=0.01), network=plain)
    epochs = list_epochs(tmp_path / "watch")
    assert (epochs[0], epochs[-1]) == (0, 8)
    first, last = (read_snapshot(tmp_path / "watch", epoch) for epoch in (0, 8))
    assert first is not None
    assert last is not None
    places = np.arange(12)
    assert first.probabilities[places, first.labels].mean() < 0.3
    assert last.probabilities[places, last.labels].mean() > 0.7
    pictures = last.images[..., np.newaxis].astype(np.float32) / 255
    np.testing.assert_allclose(last.probabilities, learner.model(pictures, training=False).numpy(), atol=1e-5)


def test_what_diverged_is_seen_as_it_is(watch: Callable[..., Any], tmp_path: Path) -> None:
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


def test_a_training_stopped_in_an_epoch_ends_with_a_snapshot_of_it(watch: Callable[..., Any], tmp_path: Path) -> None:
    _, outcome = watch(Recipe(epochs=5, batch_size=10), Notes(stop_at_chunk=2))
    assert (outcome.stopped, outcome.epochs) == (True, 0)
    assert list_epochs(tmp_path / "watch") == (0, 1)


class Clockwork:
    """A camera whose looks take as long as the test says, on a clock of the test's own."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, cost: float) -> None:
        self.now = 0.0
        self.cost = cost
        self.taken: list[int] = []
        for clock in ("perf_counter", "process_time"):
            monkeypatch.setattr(f"mnist_lab.training.snapshot_recorder.time.{clock}", lambda: self.now)
        monkeypatch.setattr("mnist_lab.training.snapshot_recorder.write_snapshot", lambda _folder, _snapshot: None)

    def weights(self) -> list[Any]:
        return []

    def take(self, epoch: int, _weights: object = None) -> Snapshot:
        self.now += self.cost
        self.taken.append(epoch)
        return SimpleNamespace(epoch=epoch)  # type: ignore[return-value]


def point(step: int, epoch: float, seconds: float) -> MetricPoint:
    kind = "epoch" if epoch == round(epoch) else "step"
    return MetricPoint(step, epoch, kind, 0.5, 0.8, 0.4, 0.9, 0.001, seconds, 1000.0)  # type: ignore[arg-type]


def run_epochs(watching: Watching, epochs: int, seconds_each: float, *, first: int = 1) -> None:
    learner: Any = None
    with watching:
        for epoch in range(first, epochs + 1):
            watching.on_chunk(point(epoch * 10 - 5, epoch - 0.5, (epoch - 0.5) * seconds_each))
            watching.on_epoch(point(epoch * 10, float(epoch), epoch * seconds_each), learner)
        watching.end(SimpleNamespace(epochs=epochs, diverged=False))  # type: ignore[arg-type]


def test_snapshots_take_only_their_share_of_the_time(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    camera = Clockwork(monkeypatch, cost=0.05)
    run_epochs(Watching(Notes(), lambda: camera, tmp_path), 200, 0.5)  # type: ignore[arg-type,return-value]
    assert camera.taken[:11] == [0, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32]
    assert camera.taken[-1] == 200
    assert camera.taken == sorted(set(camera.taken))
    assert 45 <= len(camera.taken) <= (0.025 * 100) / 0.05 + 2


def test_every_epoch_of_a_slow_training_is_taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    camera = Clockwork(monkeypatch, cost=0.05)
    run_epochs(Watching(Notes(), lambda: camera, tmp_path), 20, 8.0)  # type: ignore[arg-type,return-value]
    assert camera.taken == list(range(21))


def test_a_training_taken_up_again_overwrites_what_came_later(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for epoch in (0, 3, 4, 5):
        (tmp_path / f"epoch-{epoch:06d}.npz").touch()
    camera = Clockwork(monkeypatch, cost=0.05)
    watching = Watching(Notes(), lambda: camera, tmp_path, epochs_done=3)  # type: ignore[arg-type,return-value]
    with watching:
        assert list_epochs(tmp_path) == (0, 3)
    run_epochs(
        Watching(Notes(), lambda: camera, tmp_path, epochs_done=3),  # type: ignore[arg-type,return-value]
        5,
        8.0,
        first=4,
    )
    assert camera.taken == [4, 5]


def test_a_run_that_continues_another_shows_where_it_began(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    camera = Clockwork(monkeypatch, cost=0.05)
    run_epochs(
        Watching(Notes(), lambda: camera, tmp_path, epochs_done=3),  # type: ignore[arg-type,return-value]
        5,
        8.0,
        first=4,
    )
    assert camera.taken == [3, 4, 5]


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

    place = "__init__" if when == "made" else "take"
    monkeypatch.setattr(f"mnist_lab.training.engine.snapshot_capture.Camera.{place}", broken)
    _, outcome = watch(Recipe(epochs=2, batch_size=100))
    assert outcome.epochs == 2
    assert list_epochs(tmp_path / "watch") == ()
    assert [record.message for record in caplog.records if record.levelno >= logging.WARNING] == [
        "The training goes on, but is not watched any more"
    ]


def test_a_full_disk_does_not_stop_the_training(
    watch: Callable[..., Any], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "watch").write_text("a file where the folder should be")
    _, outcome = watch(Recipe(epochs=2, batch_size=100))
    assert outcome.epochs == 2
    assert "The snapshot of epoch 0 could not be written" in caplog.text
    assert read_health(tmp_path / "watch") == {}
