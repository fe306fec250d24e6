"""The runs as a table: the values of each run by column, as CSV, and which rows used other data than the rest."""

import csv
import io
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from mnist_lab import formatting
from mnist_lab.insight.notebook_columns import notebook_columns
from mnist_lab.network import analyse
from mnist_lab.recipe.recipe_labels import OPTIMIZER_NAMES, SCHEDULE_NAMES
from mnist_lab.runs import Run

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
OUR_HANDWRITING = "Our handwriting"
"""The column of how well a run reads the collection of drawings."""
_UNITS = {"Test accuracy": "%", "Validation accuracy": "%", "Time": "s", OUR_HANDWRITING: "%"}
"""Of the columns whose names do not tell their unit; pages write it behind each value."""
_FEWER = 0.9
"""A run is marked if it used less than this share of another run's images. Holding out 5,000 or 6,000 is no matter."""


def run_columns(run: Run) -> dict[str, Any]:
    """The values of one run by column; accuracies in percent; unknown and unused values are None."""
    result, recipe, data, analysis = run.result, run.recipe, run.data, analyse(run.network)
    return {
        "Name": run.name,
        "State": run.state.value,
        "Sweep": run.group,
        **notebook_columns(run.network, result),
        "Test accuracy": None if result is None else result.test_accuracy * 100,
        "Validation accuracy": None if result is None else result.validation_accuracy * 100,
        "Parameters": analysis.parameters,
        "Multiply-adds": analysis.multiply_adds,
        "Learning rate": recipe.learning_rate,
        "Schedule": SCHEDULE_NAMES[recipe.schedule],
        "Optimizer": OPTIMIZER_NAMES[recipe.optimizer],
        "Momentum": recipe.momentum if recipe.optimizer == "sgd" else None,
        "Weight decay": recipe.weight_decay if recipe.optimizer == "adamw" else None,
        "Batch size": recipe.batch_size,
        "Augmentation": recipe.augmentation,
        "Training images": None if data is None else data.training,
        "Validated on": "test images" if recipe.validation == "test" else "held-out images",
        "Data": formatting.NONE if data is None else data.title,
        "Epochs": run.epochs_done if result is None else result.epochs,
        "Epochs planned": recipe.epochs,
        "Early stopping": recipe.early_stopping,
        "Best epoch": result.best_epoch or None if result else None,
        "Time": run.training_seconds,
        "Images/s": None if result is None else result.samples_per_second,
        "Precision": recipe.precision if result is None else result.precision,
        "Seed": recipe.seed,
        "Created": run.created,
        "Note": run.note,
        "Id": run.id,
    }


def runs_csv(runs: Sequence[Run], handwriting: Mapping[str, float] = MappingProxyType({})) -> bytes:
    """The runs as CSV for a spreadsheet: UTF-8 with byte-order mark, with formulas made harmless.

    Args:
        runs: In the order of the rows.
        handwriting: Percent of the collection's drawings that a run reads, by the run's id; without any, there is no
            column for them.
    """
    out = io.StringIO()
    # A spreadsheet evaluates text that starts like a formula (OWASP, "CSV Injection"), so such text gets an apostrophe.
    writer = csv.writer(out)
    rows = [run_columns(run) for run in runs]
    if handwriting:
        rows = [{**row, OUR_HANDWRITING: handwriting.get(run.id)} for run, row in zip(runs, rows, strict=True)]
    if rows:
        writer.writerow([f"{name} ({_UNITS[name]})" if name in _UNITS else name for name in rows[0]])
    for row in rows:
        writer.writerow([_csv_cell(value) for value in row.values()])
    return out.getvalue().encode("utf-8-sig")


def images_used(run: Run) -> int | None:
    """The images that a run was given to learn from, held-out ones included; None if it has not loaded them."""
    if run.data is None:
        return None
    return run.data.training + (run.data.validation if run.data.validation_choice == "holdout" else 0)


def data_warnings(runs: Sequence[Run]) -> Mapping[str, str]:
    """By id of a run: why its accuracy cannot be compared with that of other runs in the list, because of its data."""
    most = max((used for run in runs if (used := images_used(run)) is not None), default=0)
    on_mnist = any(run.data is not None and not run.used_sample for run in runs)
    warnings = {}
    for run in runs:
        used = images_used(run)
        if used is None or run.data is None:
            continue
        if run.used_sample and on_mnist:
            warnings[run.id] = f"Trained and tested on the {run.data.title}; other runs here on MNIST itself."
        elif run.data.drawings:
            warnings[run.id] = f"Trained on {formatting.quantity(run.data.drawings, 'drawing')} of the collection, too."
        elif used < _FEWER * most:
            warnings[run.id] = f"Trained on {used:,} images; other runs here on up to {most:,}."
    return warnings


def _csv_cell(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, list):
        return "; ".join(map(str, value))
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_FORMULA_STARTS) else value
    if isinstance(value, float):
        return f"{value:.6g}"
    return value.isoformat(timespec="seconds") if hasattr(value, "isoformat") else value
