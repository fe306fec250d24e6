"""How well the lab foretells how long an epoch takes, on ten networks that it has never trained on this machine.

    python -m benchmarks.estimates [--networks small-cnn …]

The machine is measured as a standby worker does it, in a lab that knows no run, and right before each network, as the
speed of a shared machine wanders by more than what is looked for. Then the network is trained for three epochs by
`python -m mnist_lab train`, on so few images that an epoch takes some seconds, and the last two epochs are compared
with what was foretold.
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
from mnist_lab.insight import expected_duration
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
WITHIN = 0.3
EPOCHS, EPOCH_SECONDS, FEWEST, MOST = 3, 4.0, 1_000, 60_000
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
    """How far each network was off, and how many of them were within the target."""
    with tempfile.TemporaryDirectory() as home:
        offs = []
        for name in networks:
            foretold, took = epoch_seconds(name, measured_speed(home), home)
            offs.append(foretold / took - 1)
            print(f"{name}: foretold {foretold:.1f} s, took {took:.1f} s: {offs[-1]:+.0%}", file=sys.stderr)
    good = sum(abs(off) <= WITHIN for off in offs)
    words = ", ".join(f"{name} {off:+.0%}" for name, off in zip(networks, offs, strict=True))
    yield Figure(f"epochs foretold within 30 %, of {len(offs)}", good, None, "networks", words, len(offs), 0)


def measured_speed(home: str) -> MachineSpeed:
    settings = Settings(home=Path(home))
    shutil.rmtree(settings.cache_folder, ignore_errors=True)
    environment = {**os.environ, "MNIST_LAB_HOME": home, "TF_ENABLE_ONEDNN_OPTS": "1"}
    for _ in range(TRIES):
        subprocess.run([sys.executable, "-c", CALIBRATE], check=True, env=environment, capture_output=True)
        if (speed := machine_speed(settings)) is not None:
            return speed
        # What the benchmark did before it, or another program, leaves no peace.
        time.sleep(PAUSE_SECONDS)
    raise RuntimeError("Other programs leave the machine no peace in which it could be measured.")


def epoch_seconds(name: str, speed: MachineSpeed, home: str) -> tuple[float, float]:
    """What an epoch was foretold to take, and what it took."""
    network = PRESETS[name].network
    sizes = {"images": MOST, "test_images": 10_000, "speed": speed}
    whole = expected_duration(network, Recipe(epochs=1), [], **sizes)
    assert whole is not None, "a machine that was measured can always be told of"  # noqa: S101
    limit = round(min(max(MOST * EPOCH_SECONDS / whole.epoch_seconds, FEWEST), MOST))
    recipe = Recipe(epochs=EPOCHS, limit=limit)
    foretold = expected_duration(network, recipe, [], **sizes)
    assert foretold is not None, "a machine that was measured can always be told of"  # noqa: S101
    command = [sys.executable, "-m", "mnist_lab", "train", "--preset", name, "--name", name, "--limit", str(limit)]
    # Not the preset's own recipe, which may be another one.
    path = Path(home) / "recipe.json"
    path.write_text(recipe.to_json(), encoding="utf-8")
    environment = {**os.environ, "MNIST_LAB_HOME": home, "MNIST_LAB_REFERENCE": "false"}
    done = [*command, "--recipe", str(path)]
    subprocess.run(done, check=True, env=environment, capture_output=True)
    store = open_store(Settings(home=Path(home)))
    ends = [point.seconds for point in store.points(store.find(name).id) if point.kind == "epoch"]
    store.close()
    return foretold.epoch_seconds, statistics.mean(later - end for end, later in itertools.pairwise(ends))


if __name__ == "__main__":
    main()
