"""The weights that stay after each epoch."""

import logging
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mnist_lab.runs import MetricPoint
from mnist_lab.runs.epoch_weights import MAX_BYTES, epoch_weight_files, read_epoch_weights
from mnist_lab.training.recorders.epoch_weights_recorder import EpochWeightsRecorder


class FakeTrainer:
    """Has one weight, the number of its epochs."""

    def __init__(self, epochs_done: int = 0, steps_done: int = 0, size: int = 1) -> None:
        self.epochs_done, self.steps_done, self.size = epochs_done, steps_done, size

    def weights(self) -> tuple[np.ndarray, ...]:
        return (np.full(self.size, self.epochs_done, np.float32),)


def train(folder: Path, trainer: Any, epochs: int) -> None:
    with EpochWeightsRecorder(folder) as recorder:
        recorder.on_train_begin(trainer)
        for _ in range(epochs):
            trainer.epochs_done += 1
            point = MetricPoint(10, float(trainer.epochs_done), "epoch", 0.5, 0.5, 0.5, 0.5, 1e-3, 2.5, 900.0)
            recorder.on_epoch_end(point, trainer)


def test_each_epoch_and_the_network_before_the_first_step_stay(tmp_path: Path) -> None:
    train(tmp_path, FakeTrainer(), 5)

    files = epoch_weight_files(tmp_path)
    assert list(files) == [0, 1, 2, 3, 4, 5]
    assert [int(read_epoch_weights(path, [(1,)])[0][0]) for path in files.values()] == [0, 1, 2, 3, 4, 5]


def test_of_a_long_training_some_stay(tmp_path: Path) -> None:
    train(tmp_path, FakeTrainer(), 130)

    kept = list(epoch_weight_files(tmp_path))
    assert len(kept) <= 60
    assert kept[:3] == [0, 1, 4]
    assert kept[-1] == 130


def test_a_resumed_training_replaces_the_epochs_after_its_checkpoint(tmp_path: Path) -> None:
    train(tmp_path, FakeTrainer(), 5)
    train(tmp_path, FakeTrainer(epochs_done=3, steps_done=30), 1)

    assert list(epoch_weight_files(tmp_path)) == [0, 1, 2, 3, 4]


def test_a_training_that_begins_again_has_only_its_own_epochs(tmp_path: Path) -> None:
    train(tmp_path, FakeTrainer(), 5)
    train(tmp_path, FakeTrainer(), 1)

    assert list(epoch_weight_files(tmp_path)) == [0, 1]


def test_of_a_huge_network_nothing_is_written(tmp_path: Path) -> None:
    train(tmp_path / "epochs", FakeTrainer(size=MAX_BYTES), 1)

    assert not (tmp_path / "epochs").exists()


def test_a_folder_that_cannot_be_written_does_not_end_the_training(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "epochs").touch()
    with caplog.at_level(logging.WARNING):
        train(tmp_path / "epochs", FakeTrainer(), 1)

    assert "could not be kept" in caplog.text
