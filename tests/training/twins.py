"""One small training, and what it means that two of them are the same: for runs that are broken off or set aside."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from mnist_lab.network import Conv2D, Dropout, MaxPooling2D, Network
from mnist_lab.recipe import Recipe
from mnist_lab.runs import MetricPoint, Run, RunStore
from mnist_lab.settings import Settings
from mnist_lab.training.checkpoint import Checkpoint, read_checkpoint
from mnist_lab.training.claim import claim
from mnist_lab.training.execute import execute_run
from mnist_lab.training.recorders import checkpoint_writer

NETWORK = Network(layers=(Conv2D(filters=4, activation="relu"), MaxPooling2D(), Dropout(rate=0.3)))
RECIPE = Recipe(epochs=4, batch_size=40, learning_rate=0.01, precision="float32", limit=400, augmentation="light")
BATCHES = 9


def work_on(settings: Settings, store: RunStore) -> Run:
    claimed = claim(settings, store)
    assert claimed is not None
    with claimed:
        execute_run(settings, store, claimed)
    return store.get(claimed.run.id)


@dataclass(frozen=True)
class Trained:
    """All that a run has to show for it."""

    run: Run
    checkpoint: Checkpoint
    points: list[MetricPoint]
    probabilities: NDArray[np.float32]


def trained(store: RunStore, run: Run) -> Trained:
    folder = store.folder(run.id)
    predictions = folder.read_predictions()
    assert predictions is not None
    return Trained(run, read_checkpoint(folder.checkpoint_files()[0]), store.points(run.id), predictions[0])


@contextmanager
def offline_lab(home: Path) -> Iterator[tuple[Settings, pytest.MonkeyPatch]]:
    """Settings of a lab without MNIST, for what a module's tests share."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MNIST_LAB_DATA", raising=False)
        for variable in ("HOME", "USERPROFILE"):
            patch.setenv(variable, str(home))
        patch.setattr(checkpoint_writer, "MIN_INTERVAL_SECONDS", 0.0)
        yield Settings(home=home, workers=1), patch


def assert_twins(store: RunStore, run: Run, twin: Trained) -> None:
    one = trained(store, run)
    for name in ("model", "optimizer", "best"):
        for array, other in zip(getattr(one.checkpoint.state, name), getattr(twin.checkpoint.state, name), strict=True):
            np.testing.assert_array_equal(array, other)
    results = [replace(run.result, seconds=0.0, samples_per_second=0.0) for run in (one.run, twin.run) if run.result]
    assert len(results) == 2
    assert results[0] == results[1]
    np.testing.assert_array_equal(one.probabilities, twin.probabilities)
    epochs = [
        [(p.step, p.training_loss, p.validation_loss) for p in each.points if p.kind == "epoch"] for each in (one, twin)
    ]
    assert epochs[0] == epochs[1]
    for each in (one, twin):
        _assert_without_gap_or_double(each.points)


def _assert_without_gap_or_double(points: list[MetricPoint]) -> None:
    """Each epoch's loss is the mean of its steps' losses, so no step is missing and none counted twice."""
    epochs = [point for point in points if point.kind == "epoch"]
    assert [point.step for point in epochs] == [BATCHES * (number + 1) for number in range(len(epochs))]
    steps = [point for point in points if point.kind == "step"]
    starts = [0, *(point.step for point in steps[:-1])]
    for epoch in epochs:
        first = epoch.step - BATCHES
        parts = [(p.training_loss, p.step - start) for p, start in zip(steps, starts, strict=True) if first < p.step]
        parts = parts[: len([p for p in steps if first < p.step <= epoch.step])]
        assert sum(batches for _, batches in parts) == BATCHES
        mean = sum(loss * batches for loss, batches in parts) / BATCHES
        assert mean == pytest.approx(epoch.training_loss, rel=1e-5)
