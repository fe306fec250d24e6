"""Trainings in the foreground, in this process: the commands `train`, `resume` and `extend`."""

import argparse

from mnist_lab import formatting
from mnist_lab.cli.networks import chosen_network
from mnist_lab.cli.output import note, print_json
from mnist_lab.cli.parser import RECIPE_OPTIONS
from mnist_lab.cli.progress import ProgressLine
from mnist_lab.cli.runs import open_swept, summary
from mnist_lab.cli.tensorflow_output import chatter_to
from mnist_lab.cli.user_files import read_bytes
from mnist_lab.data import DataSource, load_dataset, split_dataset
from mnist_lab.network import ensure_trainable
from mnist_lab.recipe import Recipe, recipe_from_json, suited_recipe
from mnist_lab.recipe.recipe import MAX_JSON_BYTES
from mnist_lab.runs import Run, RunStore
from mnist_lab.settings import Settings
from mnist_lab.training.foreground import train_run
from mnist_lab.training.progress import Progress
from mnist_lab.training.submit import submit


def chosen_recipe(options: argparse.Namespace) -> Recipe:
    """Return the recipe of `--recipe`, or the one that suits the network, with what the other options change.

    Raises:
        RefusedError: The file is no recipe, or an option has a value that cannot be used.
    """
    if options.recipe is None:
        recipe = suited_recipe(options.preset)
    else:
        recipe = recipe_from_json(read_bytes(options.recipe, "recipe file", MAX_JSON_BYTES))
    changes = {name: getattr(options, name) for name in RECIPE_OPTIONS if getattr(options, name) is not None}
    return recipe.with_changes(**changes)


def train(options: argparse.Namespace, settings: Settings) -> int:
    """Train a network here and now; Ctrl-C stops it and keeps what was learnt."""
    network, recipe = chosen_network(options), chosen_recipe(options)
    ensure_trainable(network, recipe.batch_size, settings.memory)
    store = open_swept(settings)
    with ProgressLine() as line:
        _ensure_digits(settings, recipe, line)
        run = submit(store, settings, network, recipe, name=options.name, owner="cli")
        return _train(options, settings, store, run, line)


def resume(options: argparse.Namespace, settings: Settings) -> int:
    """Let an interrupted or failed run go on from its last good checkpoint, here or by the app."""
    store = open_swept(settings)
    run = store.find(options.run)
    store.requeue(run.id)
    return _go_on(options, settings, store, store.get(run.id))


def extend(options: argparse.Namespace, settings: Settings) -> int:
    """Train a finished or stopped run for more epochs, as a new run, here or by the app."""
    store = open_swept(settings)
    run = store.continue_run(store.find(options.run).id, options.epochs, owner="cli")
    note(f"The new run is {run.id}.")
    return _go_on(options, settings, store, run)


def _go_on(options: argparse.Namespace, settings: Settings, store: RunStore, run: Run) -> int:
    if options.queue:
        if options.json:
            print_json(summary(run))
        else:
            print(f"{run.id} waits to be trained by the app, or by `python -m mnist_lab worker --run {run.id}`.")
        return 0
    with ProgressLine() as line:
        if run.data is None or run.data.source == DataSource.MNIST:
            _ensure_digits(settings, run.recipe, line)
        return _train(options, settings, store, run, line)


def _ensure_digits(settings: Settings, recipe: Recipe, line: ProgressLine) -> None:
    """Download MNIST if need be, and refuse now, before there is a run, a recipe that MNIST cannot satisfy."""
    digits, why_not_mnist = load_dataset(settings, download=True, progress=line.download)
    if why_not_mnist is None:  # from the sample a run takes what there is
        split_dataset(
            digits,
            validation=recipe.validation,
            fraction=recipe.validation_fraction,
            limit=recipe.limit,
            seed=recipe.seed,
        )


def _train(options: argparse.Namespace, settings: Settings, store: RunStore, run: Run, line: ProgressLine) -> int:
    run = _follow(settings, store, run, line)
    line.end()
    if run.result is None:
        note(run.sentence or f"Run {run.id} is {run.state} and has no result.")
    if options.json:
        print_json(summary(run))
    elif run.result is not None:
        print(
            f"{run.id} {run.state}: test accuracy {formatting.accuracy(run.result.test_accuracy)}, test loss "
            f"{formatting.loss(run.result.test_loss)} ({run.result.kept} of {run.result.epochs} epochs, "
            f"{formatting.seconds(run.result.seconds)}, {formatting.rate(run.result.samples_per_second)})"
        )
    return 0 if run.result is not None else 1


def _follow(settings: Settings, store: RunStore, run: Run, line: ProgressLine) -> Run:
    told: set[str] = set()

    def on_progress(progress: Progress) -> None:
        if progress.sentence and progress.sentence not in told:
            told.add(progress.sentence)
            line.end()
            note(progress.sentence)
        if progress.point is not None:
            line.point(progress.point, progress.total_steps, run.recipe.epochs)
        else:
            line.phase(progress.phase)

    with chatter_to(store.folder(run.id).log_path):
        return train_run(settings, store, run.id, on_progress)
