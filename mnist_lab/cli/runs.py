"""The commands `runs`, `delete` and `restore`, and functions that all commands on runs share."""

import argparse
import sys
from datetime import datetime

from mnist_lab import formatting
from mnist_lab.cli.output import note, print_json, print_table
from mnist_lab.errors import RefusedError, StoreError, UnknownRunError
from mnist_lab.insight.interventions import by_hand_text
from mnist_lab.insight.run_columns import data_warnings, runs_csv
from mnist_lab.network import analyse
from mnist_lab.recipe.recipe_labels import OPTIMIZER_NAMES
from mnist_lab.reference import install_reference_runs
from mnist_lab.runs import Run, RunStore, open_store
from mnist_lab.settings import Settings

MARK = "!"
"""Marks runs that used other data than the rest of the list."""


def open_run_store(settings: Settings) -> RunStore:
    """Open the run store, install the reference runs, mark runs whose worker died as interrupted, and empty the bin.

    Raises:
        StoreError: The store cannot be read.
    """
    store = open_store(settings)
    if settings.reference:
        install_reference_runs(store)
    try:
        store.reap_stale_runs()
        store.empty_bin()
    except StoreError as error:  # a read-only store can still be shown
        note(str(error))
    return store


def summary(run: Run) -> dict[str, object]:
    """A run as one flat JSON object; values that are not known yet are null."""
    result = run.result
    return {
        "run": run.id,
        "name": run.name,
        "state": run.state,
        "parameters": analyse(run.network).parameters,
        "test_accuracy": result.test_accuracy if result else None,
        "test_loss": result.test_loss if result else None,
        "validation_accuracy": result.validation_accuracy if result else None,
        "epochs": result.epochs if result else run.epochs_done,
        "best_epoch": result.best_epoch if result else None,
        "kept": result.kept if result else None,
        "seconds": run.training_seconds,
        "samples_per_second": result.samples_per_second if result else None,
        "data": run.data.source if run.data else None,
        "training_images": run.data.training if run.data else None,
        "optimizer": run.recipe.optimizer,
        "learning_rate": run.recipe.learning_rate,
        "batch_size": run.recipe.batch_size,
        "schedule": run.recipe.schedule,
        "augmentation": run.recipe.augmentation,
        "validation": run.recipe.validation,
        "precision": result.precision if result else run.recipe.precision,
        "seed": run.recipe.seed,
        "learning_rate_factor": run.learning_rate_factor,
        "by_hand": by_hand_text(run),
        "parent": run.parent or None,
        "created": run.created,
        "sentence": run.message,
    }


def runs(options: argparse.Namespace, settings: Settings) -> int:
    """List the runs, newest first."""
    if options.limit is not None and options.limit < 1:
        raise RefusedError(f"--limit must be at least 1. Received: {options.limit}.")
    found = open_run_store(settings).list(limit=options.limit)
    if options.csv and options.json:
        raise RefusedError("--csv and --json exclude each other.")
    if options.csv:
        sys.stdout.write(runs_csv(found).decode())
    elif options.json:
        print_json([summary(run) for run in found])
    elif found:
        headings = (
            "run",
            "name",
            "state",
            "test accuracy",
            "test loss",
            "parameters",
            "recipe",
            "images",
            "epochs",
            "time",
            "data",
            "created",
        )
        warnings = data_warnings(found)
        rows = [_row(run, marked=run.id in warnings) for run in found]
        print_table(headings, rows, right=(3, 4, 5, 7, 8, 9))
        if warnings:
            note(
                f"{MARK} trained on fewer images than other runs, or on a sample: their accuracies cannot be compared."
            )
    else:
        print("No runs yet. Train one: python -m mnist_lab train --preset tiny")
    return 0


def delete(options: argparse.Namespace, settings: Settings) -> int:
    """Delete a run with its weights, even if its record is damaged; it can be restored for a day."""
    store = open_run_store(settings)
    run_id = store.find_id(options.run, also_deleted=options.forever)
    store.delete(run_id, forever=options.forever)
    if options.json:
        print_json({"run": run_id, "deleted": True})
    elif options.forever:
        print(f"Deleted {run_id} for good.")
    else:
        print(f"Deleted {run_id}; for a day, `restore {run_id}` brings it back.")
    return 0


def restore(options: argparse.Namespace, settings: Settings) -> int:
    """Bring a deleted run back."""
    store = open_run_store(settings)
    run_id = _deleted_id(store, options.run)
    store.restore(run_id)
    if options.json:
        print_json({"run": run_id, "restored": True})
    else:
        print(f"Restored {run_id}.")
    return 0


def _deleted_id(store: RunStore, text: str) -> str:
    """The id of the deleted run that a user means by an id, the start of one or a name.

    Raises:
        UnknownRunError: No deleted run matches, or more than one does.
    """
    deleted = store.deleted_runs()
    matching = [run.id for run in deleted if text.strip() in {run.id, run.name}]
    matching = matching or [run.id for run in deleted if len(text.strip()) >= 3 and run.id.startswith(text.strip())]
    if len(matching) == 1:
        return matching[0]
    if matching:
        raise UnknownRunError(
            f"{len(matching)} deleted runs match {text!r}: {', '.join(matching)}. Use one of the ids."
        )
    known = ", ".join(f"{run.id} ({formatting.shortened_inside(run.name, 32)})" for run in deleted[:5])
    raise UnknownRunError(
        f"No deleted run matches {text!r}. "
        + (f"These can be restored: {known}{', …' if len(deleted) > 5 else ''}." if deleted else "The bin is empty.")
    )


def _row(run: Run, *, marked: bool) -> tuple[str, ...]:
    result = run.result
    return (
        run.id,
        formatting.shortened_inside(run.name, 32),
        run.state,
        formatting.accuracy(result.test_accuracy if result else None),
        formatting.loss(result.test_loss if result else None),
        formatting.count(analyse(run.network).parameters),
        _recipe(run),
        (f"{MARK} " if marked else "") + (formatting.count(run.data.training) if run.data else formatting.NONE),
        f"{result.epochs if result else run.epochs_done}/{run.recipe.epochs}",
        formatting.seconds(run.training_seconds or None),
        run.data.source if run.data else formatting.NONE,
        formatting.relative_time(run.created, datetime.now().astimezone()),
    )


def _recipe(run: Run) -> str:
    """What tells recipes apart most often: "Adam 0.001 · batch 100 · cosine · pen"."""
    recipe = run.recipe
    parts = [f"{OPTIMIZER_NAMES[recipe.optimizer]} {formatting.learning_rate(recipe.learning_rate)}"]
    parts.append(f"batch {recipe.batch_size:,}")
    parts += [recipe.schedule] if recipe.schedule != "constant" else []
    parts += [recipe.augmentation] if recipe.augmentation != "none" else []
    return " · ".join(parts)
