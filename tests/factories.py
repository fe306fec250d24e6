"""Records with sensible defaults, so that a test spells out only what it is about."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Literal

from mnist_lab.data import DataSource
from mnist_lab.network import PRESETS
from mnist_lab.recipe import Recipe
from mnist_lab.runs import DataInfo, MetricPoint, Result, Run, RunState, RunStore
from mnist_lab.training.callbacks import ProgressListener
from mnist_lab.training.reporter import Reporter

_MNIST = DataInfo("mnist", "MNIST", "0" * 16, 54_000, 6_000, 10_000, "holdout")
_RESULT = Result(
    test_loss=0.0465,
    test_accuracy=0.9927,
    per_class_accuracy=(0.99,) * 10,
    confusion=((1,) * 10,) * 10,
    best_epoch=1,
    epochs=1,
    seconds=84.0,
    samples_per_second=1000.0,
    kept="best",
    validation_loss=0.05,
    validation_accuracy=0.99,
    last_test_loss=0.06,
    last_test_accuracy=0.98,
    precision="float32",
)
_RUN = Run(
    id="abcdefgh",
    number=1,
    name="A run",
    note="",
    state=RunState.FINISHED,
    attempt=1,
    network=PRESETS["tiny"].network,
    recipe=Recipe(),
    created=datetime(2026, 11, 23, tzinfo=UTC),
)


def make_data(**changes: Any) -> DataInfo:
    """MNIST, of which a tenth is held out for validation."""
    return replace(_MNIST, **changes)


def make_sample(source: DataSource = DataSource.MNIST_SAMPLE, **changes: Any) -> DataInfo:
    """The sample that is used where MNIST cannot be had, or the one of earlier versions."""
    sample = DataInfo(source.value, source.dataset_title, "e" * 16, 3_600, 400, 1_000, "holdout", "No network.")
    return replace(sample, **changes)


def make_result(**changes: Any) -> Result:
    """The figures of a run of one epoch that reads 99.27 % of the test images."""
    return replace(_RESULT, **changes)


def make_run(**changes: Any) -> Run:
    """A finished run of the preset "tiny" that is in no store; without data and result."""
    return replace(_RUN, **changes)


def make_point(
    step: int = 10, kind: Literal["step", "epoch"] = "step", *, steps_per_epoch: int = 10, **changes: Any
) -> MetricPoint:
    """A point of a curve, one second a step; points at the end of an epoch have validation figures."""
    validation = (0.4, 0.9) if kind == "epoch" else (None, None)
    point = MetricPoint(step, step / steps_per_epoch, kind, 0.5, 0.8, *validation, 0.001, float(step), 1000.0)
    return replace(point, **changes)


def start_run(store: RunStore, run: Run | None = None, *, data: DataInfo | None = None) -> Run:
    """Take a run of the store, or a new one, to the state of training, as a worker does."""
    waiting = run or store.create(_RUN.network, _RUN.recipe)
    claimed = store.claim(waiting.id, "test")
    assert claimed is not None
    if data is not None:
        store.attempt(claimed).set_data(data)
    store.attempt(claimed).move(RunState.RUNNING)
    return store.get(claimed.id)


def finish_run(store: RunStore, run: Run, result: Result | None = None) -> Run:
    """Finish a run that is in training."""
    store.attempt(run).finish(RunState.FINISHED, result or make_result())
    return store.get(run.id)


def make_reporter(store: RunStore, run: Run, listener: ProgressListener | None = None) -> Reporter:
    """A reporter that uses the store ten times as often as that of a worker, so that tests wait less."""
    return Reporter(store, run, listener, poll_seconds=0.02, write_seconds=0.1)
