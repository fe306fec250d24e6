"""A run that has ended, with all the files an archive takes."""

from pathlib import Path

import numpy as np
import pytest

from mnist_lab.network import PRESETS
from mnist_lab.recipe import Recipe
from mnist_lab.reference import write_archive
from mnist_lab.runs import Run, RunStore
from mnist_lab.runs.snapshot_files import snapshot_path
from tests.factories import finish_run, make_data, make_point, make_result, start_run

RESULT = make_result(best_epoch=2, epochs=2, versions={"keras": "3.15.1"}, machine={"cores": 2})


def make_ended_run(store: RunStore, *, name: str = "Shipped", chunks: int = 3) -> Run:
    """A finished run with curves, weights (of no network), predictions and a snapshot of epoch 2."""
    queued = store.create(PRESETS["tiny"].network, Recipe(epochs=2, seed=7), name=name)
    run = start_run(store, queued, data=make_data(fingerprint="0123456789abcdef"))
    points = [
        make_point(step, steps_per_epoch=1000, training_loss=1 / step, seconds=step / 3)
        for step in range(1, chunks + 1)
    ]
    for step, loss, seconds in ((1000, float("nan"), 1234.5678912), (2000, 0.1, 24.0)):
        points.append(make_point(step, "epoch", steps_per_epoch=1000, validation_loss=loss, seconds=seconds))
    store.attempt(run).heartbeat(points=points)
    folder = store.folder(run.id)
    folder.write_predictions(np.full((10, 10), 0.1, np.float32), np.arange(10, dtype=np.uint8))
    folder.best_weights.write_bytes(b"weights")
    folder.snapshots.mkdir()
    snapshot_path(folder.snapshots, 2).write_bytes(b"snapshot")
    return finish_run(store, run, RESULT)


@pytest.fixture
def ended(store: RunStore) -> Run:
    return make_ended_run(store)


@pytest.fixture
def archive(store: RunStore, ended: Run, tmp_path: Path) -> Path:
    """An archive of `ended`, which the store then no longer has."""
    path = tmp_path / f"{ended.id}.zip"
    write_archive(path, ended, store.points(ended.id), store.folder(ended.id), snapshots=[2])
    store.delete(ended.id, forever=True)
    return path
