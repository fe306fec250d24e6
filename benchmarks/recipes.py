"""Results of the recipes, and the notebook's results beside the lab's, from recorded trainings.

    python -m benchmarks.recipes

The trainings take hours, so they are not repeated here: `python -m benchmarks.reference_runs` trains them and records
their results with machine and date. A time is valid for its machine only; two recipes are compared by the number of
images trained on.
"""

import statistics
from collections.abc import Iterator

from benchmarks.figures import Figure
from benchmarks.reference_runs import TRAININGS, Training, recorded
from mnist_lab.reference import FOLDER

REACHES = {"fast": (0.99, 12.0), "strong": (0.995, 120.0), "champion": (0.9965, 1200.0), "reader": (0.995, 600.0)}
"""Minimum test accuracy, and maximum seconds of training on two cores with bfloat16."""
NOTEBOOK = {"notebook-1": (0.0465, 0.9927), "notebook-2": (0.4806, 0.8004), "notebook-3": (0.1052, 0.9751)}
"""Test loss and accuracy of the notebook, after 20 epochs of all images."""
MAX_IMAGE_SHARE = 0.25
MAX_MB = 16.0
MNIST_TRAINING = 60_000


def main() -> None:
    for figure in figures():
        print(figure.line(), flush=True)


def figures() -> Iterator[Figure]:
    known = recorded()
    for name, (least, max_seconds) in REACHES.items():
        if rows := known.get(name):
            accuracies = [100 * row["test_accuracy"] for row in rows]
            detail = ", ".join(f"{each:.2f}" for each in accuracies)
            yield Figure(f"{name}: test accuracy", statistics.median(accuracies), None, "%", detail, 100 * least)
            seconds = statistics.median(row["seconds"] for row in rows)
            machine = f"{rows[0]['processor']}, {rows[0]['precision']}"
            yield Figure(f"{name}: training time", seconds, max_seconds, "s", machine, digits=1)
    for name, (loss, accuracy) in NOTEBOOK.items():
        for way in (name, f"{name}-better"):
            if rows := known.get(way):
                yield from _beside_the_notebook(way, rows, loss, accuracy)
        if f"{name}-better" in known:
            share = images(TRAININGS[f"{name}-better"]) / images(TRAININGS[name])
            yield Figure(f"{name}-better: images of the notebook's", share, MAX_IMAGE_SHARE, "times")
    size = sum(path.stat().st_size for path in FOLDER.glob("*.zip")) / 1e6
    yield Figure("Reference runs that ship", size, MAX_MB, "MB", f"{len(list(FOLDER.glob('*.zip')))} runs", digits=1)


def _beside_the_notebook(way: str, rows: list[dict[str, float]], loss: float, accuracy: float) -> Iterator[Figure]:
    detail = ", ".join(f"{row['test_accuracy']:.4f} / {row['test_loss']:.4f} in {row['seconds']:.0f} s" for row in rows)
    mean = 100 * statistics.median(row["test_accuracy"] for row in rows)
    yield Figure(f"{way}: test accuracy, the notebook's {100 * accuracy:.2f}", mean, None, "%", detail, 100 * accuracy)
    middle = statistics.median(row["test_loss"] for row in rows)
    yield Figure(f"{way}: test loss, the notebook's {loss:.4f}", middle, loss, "", digits=4)


def images(training: Training) -> int:
    """Number of images trained on over all epochs of a training."""
    recipe = training.recipe
    held_out = recipe.validation_fraction if recipe.validation == "holdout" else 0.0
    return round(recipe.epochs * (recipe.limit or MNIST_TRAINING) * (1 - held_out))


if __name__ == "__main__":
    main()
