"""A run and its curves as one JSON object: what the run doctor needs to know of it, and no more."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from mnist_lab.network import network_from_data
from mnist_lab.recipe import Recipe
from mnist_lab.runs import DataInfo, MetricPoint, Run, RunState
from mnist_lab.runs.snapshot_files import LayerHealth

_POINT = tuple(MetricPoint.__dataclass_fields__)
_HEALTH = tuple(LayerHealth.__dataclass_fields__)


def to_record(run: Run, points: Sequence[MetricPoint], health: Sequence[LayerHealth]) -> dict[str, Any]:
    """The run as JSON-ready data; numbers with five digits, NaN and infinity as text."""
    return {
        "network": run.network.model_dump(mode="json"),
        "recipe": run.recipe.model_dump(mode="json"),
        "state": run.state.value,
        "sentence": run.message,
        "epochs_done": run.epochs_done,
        "total_steps": run.total_steps,
        "data": run.data and asdict(run.data),
        "test_accuracy": run.result.test_accuracy if run.result else None,
        "points": [[_short(getattr(point, name)) for name in _POINT] for point in points],
        "health": [[_short(getattr(layer, name)) for name in _HEALTH] for layer in health],
    }


def from_record(record: dict[str, Any]) -> tuple[Run, list[MetricPoint], list[LayerHealth]]:
    """The run, its points and the health of its layers, as far as they were recorded."""
    points = [MetricPoint(**dict(zip(_POINT, map(_number, row), strict=True))) for row in record["points"]]
    health = [LayerHealth(**dict(zip(_HEALTH, map(_number, row), strict=True))) for row in record["health"]]
    recipe = Recipe.model_validate(record["recipe"])
    run = Run(
        id="recorded",
        number=1,
        name=record["network"]["name"],
        note="",
        state=RunState(record["state"]),
        attempt=1,
        network=network_from_data(record["network"]),
        recipe=recipe,
        created=datetime(2026, 1, 1, tzinfo=UTC),
        message=record["sentence"],
        # Of the runs that failed only those that diverged are recorded.
        diverged=record["state"] == RunState.FAILED,
        epochs_done=record["epochs_done"],
        steps_done=points[-1].step if points else 0,
        total_steps=record["total_steps"],
        data=record["data"] and DataInfo(**record["data"]),
    )
    return run, points, health


def thinned(record: dict[str, Any], steps: int = 24) -> dict[str, Any]:
    """The record with all epochs, but only about `steps` points of steps: the first few, the highest, some between."""
    rows = record["points"]
    loss, kind = _POINT.index("training_loss"), _POINT.index("kind")
    of_steps = [place for place, row in enumerate(rows) if row[kind] == "step"]
    kept = {*of_steps[:4], *of_steps[-4:], *of_steps[:: max(1, len(of_steps) // (steps - 9))]}
    kept |= set(sorted(of_steps, key=lambda place: -float(rows[place][loss]))[:1])
    return {**record, "points": [row for place, row in enumerate(rows) if row[kind] == "epoch" or place in kept]}


def _short(value: object) -> object:
    if not isinstance(value, float):
        return value
    return float(f"{value:.5g}") if abs(value) < float("inf") else str(value)


def _number(value: object) -> object:
    return float(value) if value in ("nan", "inf", "-inf") else value
