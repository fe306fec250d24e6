"""How accurately the lab estimates the duration of an epoch, for ten networks not yet trained on this machine.

    python -m benchmarks.estimates [--networks small-cnn …]

The machine is measured as a standby worker measures it, in a lab without runs, and again before each network, because
the speed of a shared machine varies by more than the error to be measured. Then the network is trained for three epochs
by `python -m mnist_lab train`, on so few images that an epoch takes some seconds, and the mean of the last two epochs
is compared with the estimate, and with the interval that the pages show ("20 to 40 s").
"""

import argparse
import itertools
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.figures import Figure
from mnist_lab.insight import estimate_duration
from mnist_lab.insight.duration_estimate import MEASURED
from mnist_lab.network import PRESETS, MachineSpeed
from mnist_lab.recipe import Recipe
from mnist_lab.runs import open_store
from mnist_lab.settings import Settings
from mnist_lab.training.hardware import machine_speed

NETWORKS = (
    "small-cnn",
    "fast",
    "champion",
    "lenet-5",
    "all-convolutional",
    "wide-first",
    "too-much-dropout",
    "notebook-1",
    "notebook-2",
    "notebook-3",
)
"""None of them is one of `mnist_lab.training.engine.hardware_benchmark.PROBES`."""
WITHIN, HOLDS_IN = 0.3, 0.9
EPOCHS, EPOCH_SECONDS, MIN_IMAGES, MAX_IMAGES = 3, 4.0, 1_000, 60_000
TRIES, PAUSE_SECONDS = 5, 20.0
CALIBRATE = (
    "from mnist_lab.settings import load_settings\n"
    "from mnist_lab.training.engine.hardware_benchmark import calibrate\n"
    "list(calibrate(load_settings()))"
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--networks", nargs="+", choices=list(PRESETS), default=list(NETWORKS))
    for figure in figures(parser.parse_args().networks):
        print(figure.line(), flush=True)


def figures(networks: Sequence[str] = NETWORKS) -> Iterator[Figure]:
    """The number of networks that took as long as the lab tells, with the relative error of each estimate."""
    with tempfile.TemporaryDirectory() as home:
        errors = []
        for name in networks:
            estimated, took = epoch_seconds(name, measured_speed(home), home)
            errors.append(estimated / took - 1)
            print(f"{name}: estimated {estimated:.1f} s, took {took:.1f} s: {errors[-1]:+.0%}", file=sys.stderr)
    low, high = MEASURED
    told = sum(low <= 1 / (1 + error) <= high for error in errors)
    good = sum(abs(error) <= WITHIN for error in errors)
    detail = ", ".join(f"{name} {error:+.0%}" for name, error in zip(networks, errors, strict=True))
    what = f"epochs that took as long as told, {low:g} to {high:g} times, of {len(errors)}"
    yield Figure(what, told, None, "networks", f"{detail}; {good} within 30 %", round(HOLDS_IN * len(errors)), 0)


def measured_speed(home: str) -> MachineSpeed:
    settings = Settings(home=Path(home))
    shutil.rmtree(settings.cache_folder, ignore_errors=True)
    environment = {**os.environ, "MNIST_LAB_HOME": home, "TF_ENABLE_ONEDNN_OPTS": "1"}
    for _ in range(TRIES):
        subprocess.run([sys.executable, "-c", CALIBRATE], check=True, env=environment, capture_output=True)
        if (speed := machine_speed(settings)) is not None:
            return speed
        # The machine is still busy with the previous training or another program.
        time.sleep(PAUSE_SECONDS)
    raise RuntimeError("The machine could not be measured: other programs keep it busy.")


def epoch_seconds(name: str, speed: MachineSpeed, home: str) -> tuple[float, float]:
    """Estimated and measured seconds per epoch."""
    network = PRESETS[name].network
    sizes = {"images": MAX_IMAGES, "test_images": 10_000, "speed": speed}
    whole = estimate_duration(network, Recipe(epochs=1), [], **sizes)
    assert whole is not None, "a measured machine always gives an estimate"  # noqa: S101
    limit = round(min(max(MAX_IMAGES * EPOCH_SECONDS / whole.epoch_seconds, MIN_IMAGES), MAX_IMAGES))
    recipe = Recipe(epochs=EPOCHS, limit=limit)
    estimated = estimate_duration(network, recipe, [], **sizes)
    assert estimated is not None, "a measured machine always gives an estimate"  # noqa: S101
    command = [sys.executable, "-m", "mnist_lab", "train", "--preset", name, "--name", name, "--limit", str(limit)]
    # The preset's own recipe may differ.
    path = Path(home) / "recipe.json"
    path.write_text(recipe.to_json(), encoding="utf-8")
    environment = {**os.environ, "MNIST_LAB_HOME": home, "MNIST_LAB_REFERENCE": "false"}
    done = [*command, "--recipe", str(path)]
    subprocess.run(done, check=True, env=environment, capture_output=True)
    store = open_store(Settings(home=Path(home)))
    ends = [point.seconds for point in store.points(store.find(name).id) if point.kind == "epoch"]
    store.close()
    return estimated.epoch_seconds, statistics.mean(later - end for end, later in itertools.pairwise(ends))


if __name__ == "__main__":
    main()
