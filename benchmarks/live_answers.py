"""How many bytes `/live` answers to a browser that shows a training, as a whole and only what has changed.

    python -m benchmarks.live_answers [--epochs 100] [--points 60]

Puts a run into a store of its own as a worker would, and asks at moments spread over the training.
"""

import argparse
import gzip
import json
import math
import os
import statistics
import tempfile

from mnist_lab.network import PRESETS
from mnist_lab.recipe import Recipe
from mnist_lab.runs import MetricPoint, Run, RunState, RunStore, open_store
from mnist_lab.settings import load_settings
from mnist_lab.ui.live import run_feed
from mnist_lab.ui.services import store_cache

POINTS_PER_REQUEST = 8
"""A point comes about every quarter of a second, and a browser asks about every two seconds."""
REQUESTS = 40


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--epochs", type=int, default=100)
    parser.add_argument("--points", type=int, default=60, help="points within an epoch")
    options = parser.parse_args()
    # Every request sees the newest points.
    store_cache.SHARED_SECONDS = 0.0
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"MNIST_LAB_HOME": folder, "MNIST_LAB_REFERENCE": "false"}
        store = open_store(load_settings())
        whole, changed, unchanged = measure(store, training(store, options.epochs), options.epochs, options.points)
        store.close()
    print(f"{options.epochs} epochs, {len(whole)} requests; bytes of an answer: median, largest (before compression)")
    print_row("everything", whole)
    print_row("changes", changed)
    print_row("unchanged run", unchanged)


def training(store: RunStore, epochs: int) -> Run:
    """A run under way that has no points yet."""
    run = store.claim(store.create(PRESETS["tiny"].network, Recipe(epochs=epochs), name="Measured").id, "benchmark")
    if run is None:
        raise RuntimeError("The run could not be claimed.")
    store.attempt(run).move(RunState.RUNNING)
    return run


def measure(store: RunStore, run: Run, epochs: int, per_epoch: int) -> tuple[list[bytes], list[bytes], list[bytes]]:
    """The answers to a browser that has nothing, to one that has the answer before, and to one that has everything."""
    whole, changed, unchanged = [], [], []
    total = epochs * per_epoch

    def train(steps: range) -> None:
        points = [point for step in steps for point in points_of(step, per_epoch)]
        store.attempt(run).heartbeat(points=points, phase="training", total_steps=total)

    for end in range(total // REQUESTS, total + 1, total // REQUESTS):
        train(range(end - total // REQUESTS + 1, end - POINTS_PER_REQUEST + 1))
        before = version_of(run_feed.answer({"run": run.id}))
        train(range(end - POINTS_PER_REQUEST + 1, end + 1))
        changed.append(run_feed.answer({"run": run.id, "version": before}))
        whole.append(run_feed.answer({"run": run.id}))
        unchanged.append(run_feed.answer({"run": run.id, "version": version_of(whole[-1])}))
    return whole, changed, unchanged


def version_of(answer: bytes) -> str:
    return str(json.loads(gzip.decompress(answer))["version"])


def points_of(step: int, per_epoch: int) -> list[MetricPoint]:
    """The points of a step: noisy curves that fall."""
    epoch = step / per_epoch
    loss = 0.02 + 2.2 / (1 + epoch) + 0.05 * math.sin(12.9898 * step) ** 2
    numbers = (0.001, step * 0.25, 1000.0)
    points = [MetricPoint(step, epoch, "step", loss, 1 - loss / 3, None, None, *numbers)]
    if step % per_epoch == 0:
        points.append(MetricPoint(step, epoch, "epoch", loss, 1 - loss / 3, loss + 0.1, 1 - loss / 3, *numbers))
    return points


def print_row(name: str, answers: list[bytes]) -> None:
    sizes, plain = [len(answer) for answer in answers], [len(gzip.decompress(answer)) for answer in answers]
    print(
        f"  {name}: {statistics.median(sizes):,.0f}, {max(sizes):,} ({statistics.median(plain):,.0f}, {max(plain):,})"
    )


if __name__ == "__main__":
    main()
