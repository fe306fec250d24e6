"""Converting rows of the tables to the records of `records.py`, and back."""

import json
import logging
import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Row

from mnist_lab.errors import LabError, StoreError
from mnist_lab.network import CLASSES, Network, network_from_json
from mnist_lab.recipe import Recipe, recipe_from_json
from mnist_lab.runs.records import DataInfo, Intervention, MetricPoint, Result, Run
from mnist_lab.runs.run_folder import is_run_id
from mnist_lab.runs.state import Command, RunState

_RESULT, _DATA = TypeAdapter(Result), TypeAdapter(DataInfo)
_INTERVENTIONS = TypeAdapter(tuple[Intervention, ...])
_MAX_NAMED = 5
_MAX_ID = 20
_KINDS = frozenset({"step", "epoch"})
_logged: set[str] = set()

log = logging.getLogger(__name__)


# Many runs share a network or a recipe, and pages read the same rows every second.
@lru_cache(maxsize=2048)
def _network(text: str) -> Network:
    return network_from_json(text)


@lru_cache(maxsize=2048)
def _recipe(text: str) -> Recipe:
    return recipe_from_json(text)


@lru_cache(maxsize=2048)
def _result(text: str) -> Result:
    result = _RESULT.validate_json(text)
    if [len(row) for row in (result.per_class_accuracy, *result.confusion)] != [CLASSES] * (1 + CLASSES):
        raise ValueError(f"a result has {CLASSES} classes")
    return result


@lru_cache(maxsize=2048)
def _data(text: str) -> DataInfo:
    return _DATA.validate_json(text)


@lru_cache(maxsize=2048)
def interventions_from_json(text: str) -> tuple[Intervention, ...]:
    """The interventions in the JSON in the store.

    Raises:
        ValueError: The JSON is damaged.
    """
    return _INTERVENTIONS.validate_json(text)


def interventions_to_json(interventions: Sequence[Intervention]) -> str:
    """Interventions as the JSON in the store."""
    return _INTERVENTIONS.dump_json(tuple(interventions)).decode()


def result_to_json(result: Result) -> str:
    """A result as the JSON in the store."""
    return json.dumps(asdict(result))


def data_to_json(data: DataInfo) -> str:
    """The description of a run's data as the JSON in the store."""
    return json.dumps(asdict(data))


def run_from_row(row: Row[*tuple[Any, ...]]) -> Run:
    """The run in one row of `schema.runs`.

    Raises:
        StoreError: The row is damaged, or from a newer MNIST Lab.
    """
    try:
        return Run(
            id=_id(row.id),
            number=_whole(row.number),
            name=_text(row.name),
            note=_text(row.note),
            state=RunState(row.state),
            attempt=_whole(row.attempt),
            network=_network(row.network),
            recipe=_recipe(row.recipe),
            created=datetime.fromtimestamp(row.created, UTC),
            started=_time(row.started),
            ended=_time(row.ended),
            heartbeat=_time(row.heartbeat),
            phase=_text(row.phase),
            epochs_done=_whole(row.epochs_done),
            steps_done=_whole(row.steps_done),
            total_steps=_whole(row.total_steps),
            seconds=_real(row.seconds),
            message=_text(row.message),
            diverged=bool(row.diverged),
            command=Command(row.command),
            data=_data(row.data) if row.data else None,
            result=_result(row.result) if row.result else None,
            owner=_text(row.owner),
            group=_text(row.run_group),
            worker=_text(row.worker),
            host=_text(row.host),
            learning_rate_factor=_real(row.learning_rate_factor),
            parent=_text(row.parent),
            interventions=interventions_from_json(row.interventions),
        )
    except LabError as error:
        raise StoreError(f"{damaged_message([row.id])[:-1]}: {error}") from error
    except (ValueError, TypeError, OverflowError, OSError, RecursionError) as error:
        # Python's own message would not help the user.
        raise StoreError(damaged_message([row.id])) from error


def run_to_row(run: Run) -> dict[str, Any]:
    """The values of one row of `schema.runs`, without `position`, which belongs to the queue."""
    return {
        "number": run.number,
        "id": run.id,
        "name": run.name,
        "note": run.note,
        "state": run.state,
        "attempt": run.attempt,
        "network": run.network.to_json(),
        "recipe": run.recipe.to_json(),
        "created": run.created.timestamp(),
        "started": _seconds(run.started),
        "ended": _seconds(run.ended),
        "heartbeat": _seconds(run.heartbeat),
        "phase": run.phase,
        "epochs_done": run.epochs_done,
        "steps_done": run.steps_done,
        "total_steps": run.total_steps,
        "seconds": run.seconds,
        "message": run.message,
        "diverged": run.diverged,
        "command": run.command,
        "data": None if run.data is None else data_to_json(run.data),
        "result": None if run.result is None else result_to_json(run.result),
        "owner": run.owner,
        "run_group": run.group,
        "worker": run.worker,
        "host": run.host,
        "learning_rate_factor": run.learning_rate_factor,
        "parent": run.parent,
        "interventions": interventions_to_json(run.interventions),
    }


def is_readable(row: Row[*tuple[Any, ...]]) -> bool:
    """Whether a row of `schema.runs` can be read."""
    try:
        run_from_row(row)
    except StoreError:
        return False
    return True


def damaged_message(ids: Sequence[str]) -> str:
    """The message about one damaged record, or several. An id may be damaged, too."""
    shown_ids = [str(run_id)[:_MAX_ID] for run_id in ids[:_MAX_NAMED]]
    if len(ids) == 1:
        return f"The record of run {shown_ids[0]} is damaged and can only be deleted."
    shown = ", ".join(shown_ids) + (", …" if len(ids) > _MAX_NAMED else "")
    return f"The records of {len(ids)} runs are damaged and can only be deleted: {shown}."


def runs_from_rows(rows: Iterable[Row[*tuple[Any, ...]]]) -> list[Run]:
    """The runs in `rows`, without those whose record is damaged. They are named once in the log."""
    found, new = [], []
    for row in rows:
        try:
            found.append(run_from_row(row))
        except StoreError:
            if row.id not in _logged:
                new.append(row.id)
    if new:
        # Once per process: pages read the same rows every second.
        _logged.update(new)
        log.warning("%s", damaged_message(new))
    return found


def point_to_row(run_id: str, point: MetricPoint) -> dict[str, Any]:
    """The values of one row of `schema.metrics`; NaN becomes NULL, as SQL has no NaN."""
    values: dict[str, Any] = {"run_id": run_id, **asdict(point)}
    return {name: None if isinstance(v, float) and math.isnan(v) else v for name, v in values.items()}


def point_from_row(row: Row[*tuple[Any, ...]]) -> MetricPoint:
    """The point in one row of `schema.metrics`.

    Raises:
        ValueError: The row is damaged.
    """
    if row.kind not in _KINDS:
        raise ValueError(f"no kind of a point: {row.kind!r}")
    # An epoch always has validation metrics, a step never has any: so NULL in an epoch stands for NaN.
    missing = math.nan if row.kind == "epoch" else None
    return MetricPoint(
        step=_whole(row.step),
        epoch=_finite(row.epoch),
        kind=row.kind,
        training_loss=math.nan if row.training_loss is None else _real(row.training_loss),
        training_accuracy=math.nan if row.training_accuracy is None else _real(row.training_accuracy),
        validation_loss=missing if row.validation_loss is None else _real(row.validation_loss),
        validation_accuracy=missing if row.validation_accuracy is None else _real(row.validation_accuracy),
        learning_rate=_finite(row.learning_rate),
        seconds=_finite(row.seconds),
        samples_per_second=_real(row.samples_per_second),
    )


# SQLite keeps values of any type in any column, so that a damaged record may hold bytes in place of a number.


def _id(value: object) -> str:
    if not is_run_id(value):
        raise ValueError("no id of a run")
    return str(value)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"no text: {type(value).__name__}")  # noqa: TRY004 - the one type of a damaged value
    return value


def _whole(value: object) -> int:
    if not isinstance(value, int):
        raise ValueError(f"no whole number: {type(value).__name__}")  # noqa: TRY004
    return value


def _real(value: object) -> float:
    if not isinstance(value, int | float):
        raise ValueError(f"no number: {type(value).__name__}")  # noqa: TRY004
    return value


def _finite(value: object) -> float:
    number = _real(value)
    if not math.isfinite(number):
        raise ValueError(f"not finite: {number}")
    return number


def _seconds(time: datetime | None) -> float | None:
    return None if time is None else time.timestamp()


def _time(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
