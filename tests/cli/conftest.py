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
from mnist_lab.runs import Run, RunStore
from mnist_lab.settings import Settings
from tests.factories import finish_run, make_data, make_point, make_result, start_run

RESULT = make_result(epochs=2, per_class_accuracy=(0.99,) * 8 + (0.95, 0.98), samples_per_second=4565.2)


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
    queued = store.create(PRESETS["notebook-3"].network, Recipe(epochs=2, seed=7), name="Ended <b>&</b> 😀")
    run = start_run(store, queued, data=make_data(fingerprint="0123456789abcdef"))
    points = [
        make_point(100, steps_per_epoch=500, training_loss=0.8, training_accuracy=0.7, seconds=2.0),
        make_point(540, "epoch", steps_per_epoch=540, training_loss=0.4, training_accuracy=0.9, seconds=12.0),
        make_point(1080, "epoch", steps_per_epoch=540, training_loss=0.3, validation_loss=float("nan"), seconds=24.0),
    ]
    store.attempt(run).heartbeat(points=points)
    return finish_run(store, run, RESULT)
