"""A run that has ended, with all the files an archive takes."""

from pathlib import Path

import numpy as np
import pytest

from mnist_lab.network import PRESETS
from mnist_lab.recipe import Recipe
from mnist_lab.reference import write_archive
from mnist_lab.runs import DataInfo, MetricPoint, Result, Run, RunState, RunStore
from mnist_lab.runs.snapshot_files import snapshot_path

RESULT = Result(
    test_loss=0.0465,
    test_accuracy=0.9927,
    per_class_accuracy=(0.99,) * 10,
    confusion=((1,) * 10,) * 10,
    best_epoch=2,
    epochs=2,
    seconds=84.0,
    samples_per_second=4565.2,
    kept="best",
    validation_loss=0.05,
    validation_accuracy=0.99,
    last_test_loss=0.06,
    last_test_accuracy=0.98,
    precision="float32",
    versions={"keras": "3.15.1"},
    machine={"cores": 2},
)


def make_run(store: RunStore, *, name: str = "Shipped", chunks: int = 3) -> Run:
    """A finished run with curves, weights (of no network), predictions and a snapshot of epoch 2."""
    claimed = store.claim(store.create(PRESETS["tiny"].network, Recipe(epochs=2, seed=7), name=name).id, "test")
    assert claimed is not None
    run_id, attempt = claimed.id, store.attempt(claimed)
    attempt.set_data(DataInfo("mnist", "MNIST", "0123456789abcdef", 54_000, 6_000, 10_000, "holdout"))
    attempt.move(RunState.RUNNING)
    points = [
        MetricPoint(step, step / 1000, "step", 1 / step, 0.7, None, None, 0.001, step / 3, 4500.0)
        for step in range(1, chunks + 1)
    ]
    points.append(MetricPoint(1000, 1.0, "epoch", 0.4, 0.9, float("nan"), 0.95, 0.001, 1234.5678912, 4500.0))
    points.append(MetricPoint(2000, 2.0, "epoch", 0.3, 0.92, 0.1, 0.94, 0.001, 24.0, 4500.0))
    attempt.heartbeat(points=points)
    folder = store.folder(run_id)
    folder.write_predictions(np.full((10, 10), 0.1, np.float32), np.arange(10, dtype=np.uint8))
    folder.best_weights.write_bytes(b"weights")
    folder.snapshots.mkdir()
    snapshot_path(folder.snapshots, 2).write_bytes(b"snapshot")
    attempt.finish(RunState.FINISHED, RESULT)
    return store.get(run_id)


@pytest.fixture
def ended(store: RunStore) -> Run:
    return make_run(store)


@pytest.fixture
def archive(store: RunStore, ended: Run, tmp_path: Path) -> Path:
    """An archive of `ended`, which the store then no longer has."""
    path = tmp_path / f"{ended.id}.zip"
    write_archive(path, ended, store.points(ended.id), store.folder(ended.id), snapshots=[2])
    store.delete(ended.id)
    return path
