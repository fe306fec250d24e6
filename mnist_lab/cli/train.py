"""The commands `train`, `resume` and `extend`, which train in this process."""

import argparse

from mnist_lab import formatting
from mnist_lab.cli.networks import chosen_network
from mnist_lab.cli.output import note, print_json
from mnist_lab.cli.parser import RECIPE_OPTIONS
from mnist_lab.cli.progress import ProgressLine
from mnist_lab.cli.runs import open_run_store, summary
from mnist_lab.cli.tensorflow_output import redirect_output
from mnist_lab.cli.user_files import read_bytes
from mnist_lab.data import DataSource, load_dataset, split_dataset
from mnist_lab.network import analyse, ensure_trainable
from mnist_lab.recipe import Recipe, preset_recipe, recipe_from_json
from mnist_lab.recipe.recipe import MAX_JSON_BYTES
from mnist_lab.runs import Run, RunStore
from mnist_lab.settings import Settings
from mnist_lab.training.callbacks import Progress
from mnist_lab.training.foreground import train_run


def chosen_recipe(options: argparse.Namespace) -> Recipe:
    """Return the recipe of `--recipe`, or that of the preset, with the changes of the other options.

    Raises:
        RefusedError: The file holds no recipe, or an option has a value that cannot be used.
    """
    if options.recipe is None:
        recipe = preset_recipe(options.preset)
    else:
        recipe = recipe_from_json(read_bytes(options.recipe, "recipe file", MAX_JSON_BYTES))
    changes = {name: getattr(options, name) for name in RECIPE_OPTIONS if getattr(options, name) is not None}
    return recipe.with_changes(**changes)


def train(options: argparse.Namespace, settings: Settings) -> int:
    """Train a network in this process; Ctrl-C stops the training and saves its weights."""
    analysis, recipe = analyse(chosen_network(options)), chosen_recipe(options)
    # Before anything is downloaded.
    ensure_trainable(analysis, recipe.batch_size, settings.memory)
    store = open_run_store(settings)
    with ProgressLine() as line:
        _ensure_dataset(settings, recipe, line)
        run = store.create(analysis.network, recipe, name=options.name)
        return _train(options, settings, store, run, line)


def resume(options: argparse.Namespace, settings: Settings) -> int:
    """Resume an interrupted or failed run from its last good checkpoint, here or in the app."""
    store = open_run_store(settings)
    run = store.find(options.run)
    store.requeue(run.id)
    return _train_or_queue(options, settings, store, store.get(run.id))


def extend(options: argparse.Namespace, settings: Settings) -> int:
    """Train a finished or stopped run for more epochs, as a new run, here or in the app."""
    store = open_run_store(settings)
    keep = not options.recipe_learning_rate
    run = store.continue_run(store.find(options.run).id, options.epochs, keep_learning_rate=keep)
    note(f"The new run is {run.id}.{_kept_learning_rate(run)}")
    return _train_or_queue(options, settings, store, run)


def _kept_learning_rate(run: Run) -> str:
    """A sentence about the learning rate that was set by hand in the run before; "" if there is none."""
    if run.learning_rate_factor == 1:
        return ""
    times = formatting.factor(run.learning_rate_factor)
    return f" It keeps the learning rate that was set by hand, {times}; --recipe-learning-rate uses the recipe's own."


def _train_or_queue(options: argparse.Namespace, settings: Settings, store: RunStore, run: Run) -> int:
    if options.queue:
        if options.json:
            print_json(summary(run))
        else:
            print(f"{run.id} is queued; the app trains it, or `python -m mnist_lab worker --run {run.id}`.")
        return 0
    with ProgressLine() as line:
        if run.data is None or run.data.source == DataSource.MNIST:
            _ensure_dataset(settings, run.recipe, line)
        return _train(options, settings, store, run, line)


def _ensure_dataset(settings: Settings, recipe: Recipe, line: ProgressLine) -> None:
    """Download MNIST if necessary, and check before the run is created that it has enough images for the recipe."""
    dataset, why_not_mnist = load_dataset(settings, download=True, progress=line.download)
    if why_not_mnist is None:  # a run on the MNIST sample ignores a limit above its number of images
        split_dataset(
            dataset,
            validation=recipe.validation,
            fraction=recipe.validation_fraction,
            limit=recipe.limit,
            seed=recipe.seed,
        )


def _train(options: argparse.Namespace, settings: Settings, store: RunStore, run: Run, line: ProgressLine) -> int:
    run = _follow(settings, store, run, line)
    line.end()
    if run.result is None:
        note(run.message or f"Run {run.id} is {run.state} and has no result.")
    if options.json:
        print_json(summary(run))
    elif run.result is not None:
        print(
            f"{run.id} {run.state}: test accuracy {formatting.accuracy(run.result.test_accuracy)}, test loss "
            f"{formatting.loss(run.result.test_loss)} ({run.result.kept} of "
            f"{formatting.quantity(run.result.epochs, 'epoch')}, {formatting.seconds(run.result.seconds)}, "
            f"{formatting.throughput(run.result.samples_per_second)})"
        )
    return 0 if run.result is not None else 1


def _follow(settings: Settings, store: RunStore, run: Run, line: ProgressLine) -> Run:
    shown: set[str] = set()

    def on_progress(progress: Progress) -> None:
        if progress.message and progress.message not in shown:
            shown.add(progress.message)
            line.end()
            note(progress.message)
        if progress.point is not None:
            line.point(progress.point, progress.total_steps, run.recipe.epochs)
        else:
            line.phase(progress.phase)

    with redirect_output(store.folder(run.id).log_path):
        return train_run(settings, store, run.id, on_progress)
