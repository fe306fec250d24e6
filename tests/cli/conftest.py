"""The command line called in this process, in a lab and a folder of its own."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mnist_lab import cli
from mnist_lab.network import PRESETS
from mnist_lab.recipe import Recipe
from mnist_lab.runs import DataInfo, MetricPoint, Result, Run, RunState, RunStore
from mnist_lab.settings import Settings

RESULT = Result(
    test_loss=0.0465,
    test_accuracy=0.9927,
    per_class_accuracy=(0.99,) * 8 + (0.95, 0.98),
    confusion=((1,) * 10,) * 10,
    best_epoch=1,
    epochs=2,
    seconds=84.0,
    samples_per_second=4565.2,
    kept="best",
    validation_loss=0.05,
    validation_accuracy=0.99,
    last_test_loss=0.06,
    last_test_accuracy=0.98,
    precision="float32",
)


@dataclass(frozen=True)
class Called:
    """How a command ended and what it wrote."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON document that standard output holds, and nothing else."""
        assert self.status == 0, self.err
        return json.loads(self.out)


@pytest.fixture
def call(
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> Callable[..., Called]:
    """Call a command, such as `call("show", "abc", "--json")`."""
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)

    def called(*arguments: object) -> Called:
        capfd.readouterr()
        status = cli.main([str(argument) for argument in arguments])
        captured = capfd.readouterr()
        return Called(status, captured.out, captured.err)

    return called


@pytest.fixture
def refused(call: Callable[..., Called]) -> Callable[..., str]:
    """Call a command that must be refused: status 2, one line on standard error, nothing on standard output."""

    def called(*arguments: object) -> str:
        result = call(*arguments)
        assert (result.status, result.out) == (2, ""), result
        assert result.err.startswith("mnist-lab: ")
        assert result.err.count("\n") == 1
        return result.err

    return called


@pytest.fixture
def queued(store: RunStore) -> Run:
    """A run that waits."""
    return store.create(PRESETS["tiny"].network, Recipe(epochs=2), name="Waiting")


@pytest.fixture
def finished(store: RunStore) -> Run:
    """A run that has ended, with figures and curves, without weights."""
    run = store.create(PRESETS["notebook-3"].network, Recipe(epochs=2, seed=7), name="Ended <b>&</b> 😀")
    claimed = store.claim(run.id, "test")
    assert claimed is not None
    attempt = store.attempt(claimed)
    attempt.set_data(DataInfo("mnist", "MNIST", "0123456789abcdef", 54_000, 6_000, 10_000, "holdout"))
    attempt.move(RunState.RUNNING)
    points = [
        MetricPoint(100, 0.2, "step", 0.8, 0.7, None, None, 0.001, 2.0, 4500.0),
        MetricPoint(540, 1.0, "epoch", 0.4, 0.9, 0.2, 0.95, 0.001, 12.0, 4500.0),
        MetricPoint(1080, 2.0, "epoch", 0.3, 0.92, float("nan"), 0.94, 0.001, 24.0, 4500.0),
    ]
    attempt.heartbeat(points=points)
    attempt.finish(RunState.FINISHED, RESULT)
    return store.get(run.id)
