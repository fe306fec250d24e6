"""Ended runs, made without training."""

import numpy as np

from mnist_lab.data import Dataset, DataSource
from mnist_lab.network import PRESETS
from mnist_lab.recipe import Recipe
from mnist_lab.runs import Run, RunState, RunStore
from mnist_lab.training.scoring import score
from tests.factories import make_data, make_point, make_result, make_sample

HOSTILE = (
    "<script>alert(1)</script>",
    "**bold** `code` $x^2$ :material/bug_report:",
    "=cmd|' /C calc'!A0",
    "'\"; DROP TABLE runs",
    "😀" * 10_000,
)


def ended(
    store: RunStore,
    name: str = "A run",
    *,
    preset: str = "tiny",
    state: RunState = RunState.FINISHED,
    dataset: Dataset | None = None,
    wrong: int = 7,
    message: str = "",
    source: DataSource = DataSource.MNIST,
    group: str = "",
    training: int = 900,
    recipe: Recipe | None = None,
) -> Run:
    """An ended run; it misclassifies the first `wrong` test images of `dataset`."""
    created = store.create(PRESETS[preset].network, recipe or Recipe(epochs=2), name=name, group=group)
    # As a worker does: a running app would interrupt it otherwise.
    lock = store.folder(created.id).lock()
    assert lock is not None
    try:
        return _end(store, created.id, state, dataset, wrong, message, source, training)
    finally:
        lock.release()


def _end(
    store: RunStore,
    run_id: str,
    state: RunState,
    dataset: Dataset | None,
    wrong: int,
    message: str,
    source: DataSource,
    training: int,
) -> Run:
    run = store.claim(run_id, "test")
    assert run is not None
    labels = np.arange(100, dtype=np.uint8) % 10 if dataset is None else dataset.test_labels
    fingerprint = "f" * 16 if dataset is None else dataset.fingerprint
    counts = {"fingerprint": fingerprint, "training": training, "validation": 100, "test": len(labels)}
    data = make_data(**counts) if source is DataSource.MNIST else make_sample(source, fallback="", **counts)
    store.attempt(run).set_data(data)
    store.attempt(run).move(RunState.RUNNING)
    if state in {RunState.FAILED, RunState.INTERRUPTED}:
        store.attempt(run).finish(state, None, message)
        return store.get(run.id)
    epochs = [make_point(9 * e, "epoch", steps_per_epoch=9, validation_loss=0.4 / e) for e in (1, 2)]
    store.attempt(run).heartbeat(points=epochs)
    read = labels.copy()
    read[:wrong] = (read[:wrong] + 1) % 10
    probabilities = np.full((len(labels), 10), 0.01, np.float32)
    probabilities[np.arange(len(labels)), read] = 0.91
    store.folder(run.id).write_predictions(probabilities, labels)
    scores = score(probabilities, labels)
    result = make_result(
        test_accuracy=1 - wrong / len(labels),
        per_class_accuracy=scores.per_class_accuracy,
        confusion=scores.confusion,
        best_epoch=2,
        epochs=2,
    )
    store.attempt(run).finish(state, result, message)
    return store.get(run.id)
