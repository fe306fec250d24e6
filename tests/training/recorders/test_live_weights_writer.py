"""The weights of a network in training, written while somebody draws for it."""

import logging
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from mnist_lab.runs import Command, MetricPoint, RunFolder
from mnist_lab.runs.live_weights import read_live_weights, request_live_weights
from mnist_lab.training.recorders import live_weights_writer
from mnist_lab.training.recorders.live_weights_writer import LiveWeightsWriter


class FakeTrainer:
    """Has one weight, the number of times that it was asked."""

    def __init__(self) -> None:
        self.saved: list[Path] = []
        self.copies = 0

    def save_model(self, path: Path) -> None:
        self.saved.append(path)

    def weights(self) -> tuple[np.ndarray, ...]:
        self.copies += 1
        return (np.float32([self.copies]),)


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    run = RunFolder(tmp_path / "abcd1234")
    run.path.mkdir()
    return run


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A clock that a test sets."""
    time = SimpleNamespace(now=100.0)
    fake = SimpleNamespace(monotonic=lambda: time.now, perf_counter=lambda: time.now)
    monkeypatch.setattr(live_weights_writer, "time", fake)
    return time


@pytest.fixture
def training(folder: RunFolder, clock: SimpleNamespace) -> Iterator[Any]:
    """A training whose chunks end on call, one after the other."""
    trainer = FakeTrainer()
    with LiveWeightsWriter(folder) as writer:
        writer.on_train_begin(trainer)  # type: ignore[arg-type]

        def end_chunk(epoch: float, seconds: float = 1.0) -> None:
            clock.now += seconds
            assert writer.on_chunk_end(_point(epoch)) is Command.NONE
            if writer._written is not None:
                writer._written.result()

        yield SimpleNamespace(trainer=trainer, end_chunk=end_chunk)


def _point(epoch: float) -> MetricPoint:
    return MetricPoint(10, epoch, "step", 0.5, 0.5, None, None, 1e-3, 2.5, 900.0)


def _epoch(folder: RunFolder) -> float | None:
    weights = read_live_weights(folder, (np.float32([0]),))
    return None if weights is None else weights.epoch


def test_nothing_is_written_before_somebody_asks(training: Any, folder: RunFolder) -> None:
    training.end_chunk(0.1)

    assert list(folder.live.iterdir()) == []
    assert training.trainer.copies == 0


def test_the_model_is_written_once_and_its_weights_again_and_again(training: Any, folder: RunFolder) -> None:
    request_live_weights(folder)
    training.end_chunk(0.1)
    assert _epoch(folder) == 0.1
    training.end_chunk(0.2)

    assert _epoch(folder) == 0.2
    assert training.trainer.saved == [folder.live_model]


def test_between_two_writes_some_time_passes(training: Any, folder: RunFolder) -> None:
    request_live_weights(folder)
    training.end_chunk(0.1)
    training.end_chunk(0.2, seconds=0.25)

    assert _epoch(folder) == 0.1


def test_a_huge_network_is_written_less_often(
    training: Any, folder: RunFolder, clock: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(_path: Path) -> None:
        clock.now += 0.6

    monkeypatch.setattr(training.trainer, "save_model", slow)
    request_live_weights(folder)
    training.end_chunk(0.1)
    training.end_chunk(0.2, seconds=10.0)
    assert _epoch(folder) == 0.1
    training.end_chunk(0.3, seconds=11.0)

    assert _epoch(folder) == 0.3


def test_an_error_does_not_end_the_training(
    training: Any, folder: RunFolder, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_path: Path) -> None:
        raise OSError("no room")

    monkeypatch.setattr(training.trainer, "save_model", fail)
    request_live_weights(folder)
    with caplog.at_level(logging.ERROR):
        training.end_chunk(0.1)
        training.end_chunk(0.2)

    assert [record.message for record in caplog.records] == ["The training continues without live weights"]
    assert _epoch(folder) is None


def test_a_write_that_fails_is_logged_and_tried_again(
    training: Any, folder: RunFolder, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_arguments: Any) -> None:
        raise OSError("no room")

    request_live_weights(folder)
    with monkeypatch.context() as patch:
        patch.setattr(live_weights_writer, "write_live_weights", fail)
        training.end_chunk(0.1)
    assert "could not be written: no room" in caplog.text
    training.end_chunk(0.2)

    assert _epoch(folder) == 0.2


def test_at_the_end_of_the_training_nothing_is_left(folder: RunFolder) -> None:
    with LiveWeightsWriter(folder) as writer:
        request_live_weights(folder)
        writer.on_train_begin(FakeTrainer())  # type: ignore[arg-type]
        writer.on_chunk_end(_point(0.1))

    assert not folder.live.exists()


def test_without_a_folder_the_training_goes_on(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with LiveWeightsWriter(RunFolder(tmp_path / "gone" / "abcd1234")) as writer:
        writer.on_train_begin(FakeTrainer())  # type: ignore[arg-type]
        assert writer.on_chunk_end(_point(0.1)) is Command.NONE

    assert "There will be no live weights" in caplog.text
