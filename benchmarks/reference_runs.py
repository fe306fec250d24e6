"""Trains the reference runs that the lab ships, and the notebook's three networks; keeps what each seed came to.

    python -m benchmarks.reference_runs [fast strong …] [--home DIR] [--ship]
    python -m benchmarks.reference_runs --add-subspaces

Each training is `python -m mnist_lab train`, in a lab of its own in DIR. What is there already is not trained again,
and what was broken off goes on from its last epoch: a command that takes hours may be stopped and started anew.
Results are written to `benchmarks/recorded/trainings.json`; `--ship` puts the median run of those that ship, with
weights and predictions, into `mnist_lab/reference/runs`. `--add-subspaces` trains nothing: it adds the subspaces of the
digits to shipped runs that lack them, so that no lab has to work them out before it can tell what is no digit.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import platformdirs

from benchmarks import recording
from mnist_lab.data import load_mnist
from mnist_lab.inference.weights import Weights
from mnist_lab.network import PRESETS, Network
from mnist_lab.novelty.subspaces_file import write_subspaces
from mnist_lab.recipe import PRESET_RECIPES, Recipe
from mnist_lab.reference import (
    FOLDER,
    read_archive,
    shipped_archives,
    unpack,
    write_archive,
    write_checksums,
)
from mnist_lab.runs import Run, RunFolder, RunState, RunStore, open_store
from mnist_lab.runs.snapshot_files import list_epochs, snapshot_path
from mnist_lab.settings import Settings, load_settings

RECORDED = "trainings"
TEN, THREE, ONE = tuple(range(10)), (0, 1, 2), (0,)
MOST_SNAPSHOT_BYTES = 360_000
"""Seven runs with so many bytes of snapshots, their weights and predictions are 13 MB."""


@dataclass(frozen=True)
class Training:
    """One network with one recipe, trained with several seeds."""

    network: Network
    recipe: Recipe
    seeds: Sequence[int]
    ships_as: str = ""
    """Id of the reference run; "" if it does not ship."""


AS_THE_NOTEBOOK = Recipe(epochs=20, batch_size=100, learning_rate=0.001, validation="test")


MANY_SMALL_STEPS = Recipe(epochs=7, batch_size=50, schedule="cosine", validation_fraction=0.02, keep="last")
"""For notebook-3, where there is time for seven epochs; in three, its preset's large steps come further."""


def _of(preset: str, recipe: Recipe | None = None, seeds: Sequence[int] = ONE, ships_as: str = "") -> Training:
    return Training(PRESETS[preset].network, recipe or PRESET_RECIPES[preset].recipe, seeds, ships_as)


TRAININGS: Mapping[str, Training] = {
    "fast": _of("fast", seeds=TEN, ships_as="reffast0"),
    "strong": _of("strong", seeds=THREE, ships_as="refstron"),
    "champion": _of("champion", seeds=THREE, ships_as="refchamp"),
    "reader": _of("reader", seeds=THREE, ships_as="refreadr"),
    "notebook-1": _of("notebook-1", AS_THE_NOTEBOOK, ships_as="refnote1"),
    "notebook-2": _of("notebook-2", AS_THE_NOTEBOOK, ships_as="refnote2"),
    "notebook-3": _of("notebook-3", AS_THE_NOTEBOOK, ships_as="refnote3"),
    "notebook-1-better": _of("notebook-1"),
    "notebook-2-better": _of("notebook-2"),
    "notebook-3-better": _of("notebook-3", MANY_SMALL_STEPS, seeds=THREE),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("names", nargs="*", metavar="name", help=f"of {', '.join(TRAININGS)}; all if none is named")
    parser.add_argument("--home", type=Path, default=platformdirs.user_cache_path("mnist-lab-reference"))
    parser.add_argument("--ship", action="store_true", help="write the archives that come with the lab")
    parser.add_argument("--add-subspaces", action="store_true", help="complete the archives that come with the lab")
    options = parser.parse_args()
    if options.add_subspaces:
        add_subspaces()
        return
    if unknown := set(options.names) - set(TRAININGS):
        parser.error(f"no such training: {', '.join(sorted(unknown))}")
    settings = Settings(home=options.home, reference=False)
    store = open_store(settings)
    for name in options.names or TRAININGS:
        training = TRAININGS[name]
        ended = [trained(store, settings, name, training, seed) for seed in training.seeds]
        record(name, ended)
        accuracies = [accuracy(run) for run in ended]
        print(f"{name:20} median {statistics.median(accuracies):.4f} of {', '.join(f'{a:.4f}' for a in accuracies)}")
        if options.ship and training.ships_as:
            ship(store, training, ended)
    store.close()


def trained(store: RunStore, settings: Settings, name: str, training: Training, seed: int) -> Run:
    """The finished run of a training with one seed; trains it, or what is left of it, if need be."""
    recipe = training.recipe.with_changes(seed=seed)
    title = f"{name}, seed {seed}"

    def is_it(run: Run) -> bool:
        return (run.name, run.network, run.recipe) == (title, training.network, recipe)

    store.reap_stale_runs()
    found = [run for run in store.list() if is_it(run)]
    if done := next((run for run in found if run.state is RunState.FINISHED), None):
        return done
    if under_way := next((run for run in found if not run.state.is_ended), None):
        raise SystemExit(f"{title} is under way already, or waits: run {under_way.id} in {settings.home}.")
    if broken_off := next((run for run in found if run.state in {RunState.INTERRUPTED, RunState.FAILED}), None):
        command = ["resume", broken_off.id]
    else:
        paths = [settings.home / name for name in ("network.json", "recipe.json")]
        for path, plan in zip(paths, (training.network, recipe), strict=True):
            path.write_text(plan.to_json(), encoding="utf-8")
        command = ["train", "--network", str(paths[0]), "--recipe", str(paths[1]), "--name", title]
    environment = {**os.environ, "MNIST_LAB_HOME": str(settings.home), "MNIST_LAB_REFERENCE": "false"}
    environment.pop("MNIST_LAB_DB", None)
    status = subprocess.run([sys.executable, "-m", "mnist_lab", *command], check=False, env=environment).returncode
    if status:
        raise SystemExit(status)
    return next(run for run in store.list({RunState.FINISHED}) if is_it(run))


def accuracy(run: Run) -> float:
    if run.result is None or run.data is None or run.data.source != "mnist":
        raise SystemExit(f"Run {run.id} has no result on MNIST; set MNIST_LAB_DATA.")
    return run.result.test_accuracy


def record(name: str, ended: Sequence[Run]) -> None:
    """Put what the runs came to into the file of recorded trainings, in place of what it had of that name."""
    recording.put(RECORDED, name, [_row(run) for run in ended])


def recorded() -> dict[str, list[dict[str, Any]]]:
    """By training: the rows of its seeds."""
    return recording.read(RECORDED)


def _row(run: Run) -> dict[str, Any]:
    result = run.result
    assert result is not None, "only finished runs are recorded"  # noqa: S101
    return {
        "seed": run.recipe.seed,
        "test_accuracy": result.test_accuracy,
        "test_loss": round(result.test_loss, 6),
        "epochs": result.epochs,
        "best_epoch": result.best_epoch,
        "kept": result.kept,
        "seconds": round(result.seconds, 1),
        "images_per_second": round(result.samples_per_second),
        "precision": result.precision,
        "processor": f"{result.machine['processor']}, {result.machine['cores']} cores",
        "date": (run.ended or run.created).date().isoformat(),
    }


def ship(store: RunStore, training: Training, ended: Sequence[Run]) -> None:
    """Write the archive of the median run."""
    run = sorted(ended, key=accuracy)[len(ended) // 2]
    of = f"the median of {len(ended)} seeds" if len(ended) > 1 else f"seed {run.recipe.seed}"
    how = "trained as the notebook did it" if training.recipe == AS_THE_NOTEBOOK else "trained with its own recipe"
    shown = replace(
        run,
        id=training.ships_as,
        name=f"{run.network.name} (reference)",
        note=f"Comes with MNIST Lab: {how}, {of}.",
    )
    folder = store.folder(run.id)
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / f"{training.ships_as}.zip"
    write_archive(path, shown, store.points(run.id), folder, snapshots=telling_epochs(folder))
    write_checksums()
    print(f"{path.name}: {path.stat().st_size / 1e6:.1f} MB")


def add_subspaces() -> None:
    """Fit the digits' subspaces of each shipped run that lacks them, and write its archive anew."""
    from mnist_lab.inference.engine.model_cache import LoadedModel
    from mnist_lab.novelty.engine.features import fit_to_model

    data = load_settings().data
    if data is None:
        raise SystemExit("MNIST_LAB_DATA must name the folder that holds mnist.npz.")
    mnist = load_mnist(data / "mnist.npz")
    for path in shipped_archives():
        shipped = read_archive(path)
        with tempfile.TemporaryDirectory() as temporary:
            folder = RunFolder(Path(temporary))
            unpack(path, folder)
            if folder.digit_subspaces.exists():
                continue
            weights = next(file for file in (folder.best_weights, folder.last_weights) if file.exists())
            model = LoadedModel(Weights(path.stem, weights)).model
            subspaces = fit_to_model(model, mnist.train_images, mnist.train_labels, mnist.test_images)
            if subspaces is None:
                raise SystemExit(f"{path.name}: its network gives numbers that are not finite.")
            write_subspaces(folder.digit_subspaces, subspaces, weights)
            write_archive(path, shipped.run, shipped.points, folder, snapshots=list_epochs(folder.snapshots))
        print(f"{path.name}: {path.stat().st_size / 1e6:.1f} MB", flush=True)
    write_checksums()


def telling_epochs(folder: RunFolder) -> list[int]:
    """The epochs whose snapshots ship: the first and the last tell most, and most is learnt early."""
    there = list_epochs(folder.snapshots)
    early_first = sorted(there[1:-1], key=lambda epoch: (epoch & (epoch - 1) != 0, epoch))
    chosen: list[int] = []
    room = MOST_SNAPSHOT_BYTES
    for epoch in [*there[:1], *there[-1:], *early_first]:
        room -= snapshot_path(folder.snapshots, epoch).stat().st_size
        if room < 0:
            break
        chosen.append(epoch)
    return sorted(set(chosen))


if __name__ == "__main__":
    main()
