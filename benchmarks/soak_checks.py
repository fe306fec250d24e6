"""Compares a run whose worker was killed with its twin, the same training without interruption."""

import math
import zipfile
from dataclasses import fields, replace
from pathlib import Path

import numpy as np

from mnist_lab.runs import MetricPoint, Run, RunState, RunStore
from mnist_lab.training.checkpoint import TrainingState, read_checkpoint

TIMES = frozenset({"seconds", "images", "step_seconds"})


def faults(store: RunStore, run: Run, twin: Run) -> list[str]:
    """Short descriptions of what is wrong with `run`; empty if nothing is."""
    if run.state is not RunState.FINISHED or run.result is None or twin.result is None:
        return [f"it is {run.state}: {run.message}"]
    points, twin_points = store.points(run.id), store.points(twin.id)
    found = point_faults(points, run)
    if _epochs(points) != _epochs(twin_points):
        found.append("the metrics of its epochs differ")
    if replace(run.result, seconds=0.0, samples_per_second=0.0) != replace(
        twin.result, seconds=0.0, samples_per_second=0.0
    ):
        found.append("its result differs")
    return found + _file_faults(store, run, twin)


def point_faults(points: list[MetricPoint], run: Run) -> list[str]:
    """Steps that are missing from a run's metrics or counted twice."""
    if run.data is None:
        return ["it has no data"]
    images, size = run.data.training, run.recipe.batch_size
    batches = math.ceil(images / size)
    epochs = [point for point in points if point.kind == "epoch"]
    if [point.step for point in epochs] != [batches * (index + 1) for index in range(run.epochs_done)]:
        return ["its epochs are not consecutive"]
    found = []
    steps = [point for point in points if point.kind == "step"]
    for epoch in epochs:
        first = epoch.step - batches
        # Images shown up to a step of this epoch; its last batch may be smaller.
        shown = {p.step: min((p.step - first) * size, images) for p in steps if first < p.step <= epoch.step}
        weights = np.diff([0, *shown.values()])
        losses = [p.training_loss for p in steps if p.step in shown]
        # Each point is the mean since the previous point, so a missing or repeated point changes the mean of the epoch.
        if epoch.step not in shown or not math.isclose(
            float(np.dot(losses, weights)) / images, epoch.training_loss, rel_tol=1e-4
        ):
            found.append(f"epoch {round(epoch.epoch)} has a missing or repeated step")
    return found


def _epochs(points: list[MetricPoint]) -> list[MetricPoint]:
    return [replace(point, seconds=0.0, samples_per_second=0.0) for point in points if point.kind == "epoch"]


def _file_faults(store: RunStore, run: Run, twin: Run) -> list[str]:
    mine, theirs = store.folder(run.id), store.folder(twin.id)
    found = []
    states = [read_checkpoint(folder.checkpoint_files()[0]).state for folder in (mine, theirs)]
    found += [f"{name} of its last checkpoint differ" for name in _differences(*states)]
    found += [
        f"{path.name} has different weights"
        for path, other in ((mine.best_weights, theirs.best_weights), (mine.last_weights, theirs.last_weights))
        if _weights(path) != _weights(other)
    ]
    predictions, others = mine.read_predictions(), theirs.read_predictions()
    if predictions is None or others is None or not all(map(np.array_equal, predictions, others)):
        found.append("its predictions differ")
    left = [path.name for path in mine.path.rglob(".*") if path.is_file()]
    if left:
        found.append(f"half-written files are left: {', '.join(left)}")
    return found


def _differences(one: TrainingState, other: TrainingState) -> list[str]:
    return [
        field.name
        for field in fields(TrainingState)
        if field.name not in TIMES and not _same(getattr(one, field.name), getattr(other, field.name))
    ]


def _same(one: object, other: object) -> bool:
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(np.array_equal, one, other))
    return one == other


def _weights(path: Path) -> bytes:
    """The weights in a Keras file as bytes."""
    with zipfile.ZipFile(path) as archive:
        return archive.read("model.weights.h5")
