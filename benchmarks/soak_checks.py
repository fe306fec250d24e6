"""What must be true of a run that was killed: the same as of its twin, which never was."""

import math
import zipfile
from dataclasses import fields, replace
from pathlib import Path

import numpy as np

from mnist_lab.runs import MetricPoint, Run, RunState, RunStore
from mnist_lab.training.checkpoint import TrainingState, read_checkpoint

TIMES = frozenset({"seconds", "images", "step_seconds"})


def faults(store: RunStore, run: Run, twin: Run) -> list[str]:
    """What is wrong with `run`, in a few words each; empty when all is well."""
    if run.state is not RunState.FINISHED or run.result is None or twin.result is None:
        return [f"it is {run.state}: {run.message}"]
    points, twin_points = store.points(run.id), store.points(twin.id)
    found = point_faults(points, run)
    if _epochs(points) != _epochs(twin_points):
        found.append("its epochs have other figures")
    if replace(run.result, seconds=0.0, samples_per_second=0.0) != replace(
        twin.result, seconds=0.0, samples_per_second=0.0
    ):
        found.append("its result is another")
    return found + _file_faults(store, run, twin)


def point_faults(points: list[MetricPoint], run: Run) -> list[str]:
    """Whether a step is missing from a run's curves, or counted twice."""
    if run.data is None:
        return ["it has no data"]
    images, size = run.data.training, run.recipe.batch_size
    batches = math.ceil(images / size)
    epochs = [point for point in points if point.kind == "epoch"]
    if [point.step for point in epochs] != [batches * (place + 1) for place in range(run.epochs_done)]:
        return ["its epochs are not one after the other"]
    found = []
    steps = [point for point in points if point.kind == "step"]
    for epoch in epochs:
        first = epoch.step - batches
        # Images shown up to a step of this epoch; its last batch may be smaller.
        shown = {p.step: min((p.step - first) * size, images) for p in steps if first < p.step <= epoch.step}
        weights = np.diff([0, *shown.values()])
        losses = [p.training_loss for p in steps if p.step in shown]
        # Each point is the mean since the one before, so one too few or too many shows in the mean of the epoch.
        if epoch.step not in shown or not math.isclose(
            float(np.dot(losses, weights)) / images, epoch.training_loss, rel_tol=1e-4
        ):
            found.append(f"the steps of epoch {round(epoch.epoch)} have a gap or a double")
    return found


def _epochs(points: list[MetricPoint]) -> list[MetricPoint]:
    return [replace(point, seconds=0.0, samples_per_second=0.0) for point in points if point.kind == "epoch"]


def _file_faults(store: RunStore, run: Run, twin: Run) -> list[str]:
    mine, theirs = store.folder(run.id), store.folder(twin.id)
    found = []
    states = [read_checkpoint(folder.checkpoint_files()[0]).state for folder in (mine, theirs)]
    found += [f"{name} of its last checkpoint differ" for name in _differences(*states)]
    found += [
        f"{path.name} has other weights"
        for path, other in ((mine.best_weights, theirs.best_weights), (mine.last_weights, theirs.last_weights))
        if _weights(path) != _weights(other)
    ]
    predictions, others = mine.read_predictions(), theirs.read_predictions()
    if predictions is None or others is None or not all(map(np.array_equal, predictions, others)):
        found.append("its predictions are others")
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
    """The weights in a Keras file, as the bytes that stand there: equal means the difference is 0.0."""
    with zipfile.ZipFile(path) as archive:
        return archive.read("model.weights.h5")
