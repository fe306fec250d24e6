"""Test of the notebook's conclusions on depth, dropout and batch normalization, with one change at a time.

    python -m benchmarks.conclusions [depth normalization] [--home DIR]

Networks of 3×3 convolutions with 32 filters, two poolings, and the same output layer, trained on 12,000 images with
the default recipe and three seeds each; accuracies are on the 10,000 test images or, after each epoch, on 1,200
held-out ones. Trainings that are already recorded are not repeated.
"""

import argparse
import statistics
from collections.abc import Iterator, Mapping
from pathlib import Path

import platformdirs

from benchmarks.reference_runs import Training, accuracy, trained
from mnist_lab.network import (
    Activation,
    AnyLayer,
    BatchNormalization,
    Conv2D,
    Dropout,
    Flatten,
    MaxPooling2D,
    Network,
    analyse,
)
from mnist_lab.recipe import Recipe
from mnist_lab.runs import Run, RunStore, open_store
from mnist_lab.settings import Settings

RECIPE = Recipe(epochs=5, limit=12_000, keep="last")
SEEDS = (0, 1, 2)
FILTERS = 32
DEPTHS = (1, 2, 3, 5, 8)
HEADS = "network | parameters | validation, epoch 1 | epoch 5 | test | training loss | validation loss | time"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("parts", nargs="*", metavar="part", help="depth or normalization; default: both")
    parser.add_argument("--home", type=Path, default=platformdirs.user_cache_path("mnist-lab-reference"))
    options = parser.parse_args()
    parts: Mapping[str, Mapping[str, Network]] = {"depth": dict(by_depth()), "normalization": dict(by_regularization())}
    if unknown := set(options.parts) - set(parts):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    settings = Settings(home=options.home, reference=False)
    store = open_store(settings)
    for part in options.parts or parts:
        print(HEADS)
        for name, network in parts[part].items():
            training = Training(network, RECIPE, SEEDS)
            runs = [trained(store, settings, name, training, seed) for seed in SEEDS]
            print(line(name, store, network, runs), flush=True)
    store.close()


def convolution(*, normalized: bool = False) -> list[AnyLayer]:
    plain = Conv2D(filters=FILTERS, padding="same", activation="linear" if normalized else "relu")
    return [plain, BatchNormalization(), Activation(activation="relu")] if normalized else [plain]


def by_depth() -> Iterator[tuple[str, Network]]:
    """Networks with more and more convolutions; the maps before the output layer are 7×7 in all of them."""
    for depth in DEPTHS:
        layers: list[AnyLayer] = []
        for index in range(depth):
            layers += convolution()
            if index < 2:
                layers.append(MaxPooling2D())
        if depth == 1:
            layers.append(MaxPooling2D())
        name = f"{depth} convolution{'' if depth == 1 else 's'}"
        yield name, Network(name=name, layers=(*layers, Flatten()))


def by_regularization() -> Iterator[tuple[str, Network]]:
    """Three convolutions, with and without dropout before the output layer and batch normalization."""
    for normalized in (False, True):
        for rate in (0.0, 0.5):
            layers = [
                *convolution(normalized=normalized),
                MaxPooling2D(),
                *convolution(normalized=normalized),
                MaxPooling2D(),
                *convolution(normalized=normalized),
                Flatten(),
                *([Dropout(rate=rate)] if rate else []),
            ]
            name = f"{'with' if normalized else 'without'} batch normalization, dropout {rate:g}"
            yield name, Network(name=name, layers=tuple(layers))


def line(name: str, store: RunStore, network: Network, runs: list[Run]) -> str:
    """One row of the table: medians over the seeds, with the range of the test accuracy."""
    epochs = [[point for point in store.points(run.id) if point.kind == "epoch"] for run in runs]
    tests = sorted(100 * accuracy(run) for run in runs)
    cells = [
        f"{analyse(network).parameters:,}",
        f"{statistics.median(100 * (each[0].validation_accuracy or 0.0) for each in epochs):.2f} %",
        f"{statistics.median(100 * (each[-1].validation_accuracy or 0.0) for each in epochs):.2f} %",
        f"{statistics.median(tests):.2f} % ({tests[0]:.2f} to {tests[-1]:.2f})",
        f"{statistics.median(each[-1].training_loss for each in epochs):.4f}",
        f"{statistics.median(each[-1].validation_loss or 0.0 for each in epochs):.4f}",
        f"{statistics.median(run.seconds for run in runs):.0f} s",
    ]
    return " | ".join([name, *cells])


if __name__ == "__main__":
    main()
