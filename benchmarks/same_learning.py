"""Compares the test accuracy of the lab's training loop with that of plain Keras, over several seeds.

    python -m benchmarks.same_learning [--seeds 5] [--presets small-cnn notebook-3]

Both get the same network, images, batch size, optimizer, number of epochs and seeds. The figure is the difference of
the means in standard errors of the difference (Welch); the target is at most two.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.figures import Figure
from mnist_lab.recipe import Recipe

EPOCHS = {"small-cnn": 1, "notebook-3": 2}
MAX_STANDARD_ERRORS = 2.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--presets", nargs="+", choices=list(EPOCHS), default=list(EPOCHS))
    options = parser.parse_args()
    for figure in figures(options.seeds, options.presets):
        print(figure.line(), flush=True)


def figures(seeds: int = 5, presets: Sequence[str] = tuple(EPOCHS)) -> Iterator[Figure]:
    for preset in presets:
        both = [(by_the_lab(preset, seed), by_keras(preset, seed)) for seed in range(seeds)]
        lab, keras = ([pair[index] for pair in both] for index in (0, 1))
        error = (statistics.variance(lab) / seeds + statistics.variance(keras) / seeds) ** 0.5
        apart = abs(statistics.mean(lab) - statistics.mean(keras)) / error
        detail = f"lab {_shown(lab)}, Keras {_shown(keras)}, {seeds} seeds, {EPOCHS[preset]} epochs"
        yield Figure(f"{preset}: difference of mean accuracies", apart, MAX_STANDARD_ERRORS, "standard errors", detail)


def _shown(accuracies: Sequence[float]) -> str:
    return f"{100 * statistics.mean(accuracies):.2f} ± {100 * statistics.stdev(accuracies):.2f} %"


def by_the_lab(preset: str, seed: int) -> float:
    """Test accuracy after the last epoch, in the precision that the worker chooses."""
    with tempfile.TemporaryDirectory() as home:
        path = Path(home) / "recipe.json"
        path.write_text(Recipe(epochs=EPOCHS[preset], seed=seed, keep="last").to_json(), encoding="utf-8")
        command = [sys.executable, "-m", "mnist_lab", "train", "--preset", preset, "--recipe", str(path), "--json"]
        environment = {**os.environ, "MNIST_LAB_HOME": home, "MNIST_LAB_REFERENCE": "false"}
        done = subprocess.run(command, check=True, env=environment, capture_output=True, text=True)
    return float(json.loads(done.stdout)["test_accuracy"])


def by_keras(preset: str, seed: int) -> float:
    """Test accuracy of `fit` in float32 after the last epoch."""
    command = [sys.executable, "-m", "benchmarks.speed_peers", "accuracy", preset]
    command += ["--images", "60000", "--epochs", str(EPOCHS[preset]), "--seed", str(seed)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()[-1])


if __name__ == "__main__":
    main()
