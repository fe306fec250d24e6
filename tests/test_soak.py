"""The short soak test: real processes are killed. `make soak` is the full test."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.soak_checks import point_faults
from mnist_lab.network import PRESETS
from mnist_lab.recipe import Recipe
from mnist_lab.runs import MetricPoint, Run, RunStore, open_store
from mnist_lab.settings import Settings
from tests.factories import make_point, make_sample

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.training
@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_nothing_is_lost_when_workers_and_the_app_are_killed() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.soak", "--short"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 kills (1 app, 1 both, 1 worker)" in done.stdout
    assert ", 0 wrong;" in done.stdout


@pytest.fixture
def run(settings: Settings) -> Run:
    """Two epochs of 25 images in batches of 10, the last of which has 5."""
    store: RunStore = open_store(settings)
    made = store.create(PRESETS["tiny"].network, Recipe(batch_size=10, epochs=2))
    store.close()
    data = make_sample(training=25, validation=5, test=5)
    return replace(made, data=data, epochs_done=2)


def _points() -> list[MetricPoint]:
    def point(step: int, kind: str, loss: float) -> MetricPoint:
        return make_point(step, kind, steps_per_epoch=3, training_loss=loss)  # type: ignore[arg-type]

    # Losses of the steps: 1, 2, 4 (half a batch), then 1, 1, 1.
    first = [point(1, "step", 1.0), point(3, "step", (2.0 * 10 + 4.0 * 5) / 15), point(3, "epoch", 50.0 / 25)]
    return [*first, point(4, "step", 1.0), point(5, "step", 1.0), point(6, "step", 1.0), point(6, "epoch", 1.0)]


def test_complete_points_have_no_fault(run: Run) -> None:
    assert point_faults(_points(), run) == []


@pytest.mark.parametrize(
    ("missing", "fault"),
    [(0, "epoch 1 has a missing"), (1, "epoch 1 has a missing"), (2, "not consecutive"), (5, "epoch 2 has")],
)
def test_a_missing_point_is_noticed(run: Run, missing: int, fault: str) -> None:
    points = _points()
    del points[missing]
    assert any(fault in found for found in point_faults(points, run))


def test_a_repeated_epoch_is_noticed(run: Run) -> None:
    points = _points()
    assert point_faults([*points, points[-1]], run) == ["its epochs are not consecutive"]
