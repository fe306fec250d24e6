"""The cost of snapshots: their share of the training time, and the time a page takes to show them.

    python -m benchmarks.watching [--presets small-cnn notebook-3] [--images 60000] [--epochs 2] [--repeats 3]

Trains each preset alternately with and without snapshots, in this process, on real MNIST, and compares the medians from
the first chunk of steps to the end. On a busy machine wall-clock time varies by more than the share to be measured.
Processor time varies less, and the time of the snapshots themselves is measured directly.
"""

import argparse
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mnist_lab.data import Split, find_mnist, load_mnist, split_dataset
from mnist_lab.network import PRESETS, Network
from mnist_lab.recipe import Recipe
from mnist_lab.runs import Command, MetricPoint
from mnist_lab.settings import load_settings
from mnist_lab.training.callbacks import TrainingCallback
from mnist_lab.training.engine.snapshot_capture import SnapshotCapture
from mnist_lab.training.engine.trainer import Trainer
from mnist_lab.training.recorders.snapshot_recorder import SnapshotRecorder
from mnist_lab.ui.services import snapshot_cache

TARGET = 0.03


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--presets", nargs="+", choices=list(PRESETS), default=["small-cnn", "notebook-3"])
    parser.add_argument("--images", type=int, default=60_000)
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    path = find_mnist(load_settings())
    if path is None:
        sys.exit("MNIST is not on this machine; set MNIST_LAB_DATA.")
    data = split_dataset(load_mnist(path), validation="holdout", fraction=0.1, limit=options.images, seed=0)
    with tempfile.TemporaryDirectory() as folder:
        for preset in options.presets:
            report(preset, data, Recipe(epochs=options.epochs, precision="float32"), options.repeats, Path(folder))


@dataclass
class Timing:
    """One training from its first chunk to its end; seconds."""

    wall: float
    processor: float
    captures: tuple[float, ...] = ()


class Stopwatch(TrainingCallback):
    """Measures from the first chunk on: before it, TensorFlow compiles."""

    def __init__(self) -> None:
        self.first = (0.0, 0.0)

    def on_chunk_end(self, point: MetricPoint) -> Command:  # noqa: ARG002
        if self.first == (0.0, 0.0):
            self.first = (time.perf_counter(), time.process_time())
        return Command.NONE

    def timing(self) -> Timing:
        return Timing(time.perf_counter() - self.first[0], time.process_time() - self.first[1])


class TimedCapture(SnapshotCapture):
    """Measures how long each capture takes."""

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)  # type: ignore[arg-type]
        self.seconds: list[float] = []

    def capture(self, *arguments: object) -> object:  # type: ignore[override]
        started = time.perf_counter()
        snapshot = super().capture(*arguments)  # type: ignore[arg-type]
        self.seconds.append(time.perf_counter() - started)
        return snapshot


def trained(network: Network, recipe: Recipe, data: Split, folder: Path, *, watch: bool) -> Timing:
    files = {"best_path": folder / "best.keras", "last_path": folder / "last.keras"}
    stopwatch = Stopwatch()
    if not watch:
        Trainer(network, recipe, data, **files, precision="float32", callbacks=[stopwatch]).train()
        return stopwatch.timing()
    captures: list[TimedCapture] = []

    def make_capture(trainer: Trainer) -> TimedCapture:
        captures.append(TimedCapture(trainer.model, trainer.network, trainer.split))
        return captures[-1]

    shutil.rmtree(folder / "watch", ignore_errors=True)
    with SnapshotRecorder(folder / "watch", make_capture) as recorder:
        Trainer(network, recipe, data, **files, precision="float32", callbacks=[recorder, stopwatch]).train()
    timing = stopwatch.timing()
    timing.captures = tuple(captures[0].seconds)
    return timing


def report(preset: str, data: Split, recipe: Recipe, repeats: int, folder: Path) -> None:
    network = PRESETS[preset].network
    plain, seen = [], []
    for repeat in range(repeats):
        # Alternately, each first equally often, so that a machine that warms up favours neither.
        for watch in (False, True) if repeat % 2 == 0 else (True, False):
            (seen if watch else plain).append(trained(network, recipe, data, folder, watch=watch))

    def share(value: Callable[[Timing], float]) -> float:
        without, with_ = (statistics.median(value(timing) for timing in timings) for timings in (plain, seen))
        return with_ / without - 1

    direct = statistics.median(sum(timing.captures) / (timing.wall - sum(timing.captures)) for timing in seen)
    look = statistics.median(seconds for timing in seen for seconds in timing.captures)
    size = sum(path.stat().st_size for path in (folder / "watch").iterdir())
    print(
        f"{preset}, {recipe.epochs} epochs of {len(data.train_labels):,} images, medians of {repeats}:"
        f" {statistics.median(timing.wall for timing in plain):.1f} s without snapshots\n"
        f"  {len(seen[0].captures)} snapshots, {1000 * look:.0f} ms each, {size / 1024:.0f} KB on disk\n"
        f"  share of the training: {100 * direct:.2f} % measured directly;"
        f" {100 * share(lambda timing: timing.wall):+.2f} % by wall-clock time,"
        f" {100 * share(lambda timing: timing.processor):+.2f} % by processor time"
        f" (target: at most {100 * TARGET:.0f} %)"
    )
    show(folder / "watch")


def show(folder: Path) -> None:
    """Print the time of the page process for a panel's first viewer, and for each further viewer."""
    there = snapshot_cache.snapshot_versions(folder)
    for panel in snapshot_cache.PANELS:
        fresh, again = ([timed(folder, there[-1].epoch, panel) for _ in range(count)] for count in (1, 50))
        print(f"  {panel}: {fresh[0]:.1f} ms at first, {statistics.median(again):.2f} ms per refresh after that")


def timed(folder: Path, epoch: int, panel: snapshot_cache.Panel) -> float:
    """Milliseconds from listing the snapshots to the HTML."""
    started = time.perf_counter()
    snapshot_cache.panel_html(folder, snapshot_cache.snapshot_versions(folder), epoch, panel, 3, "light")
    return 1000 * (time.perf_counter() - started)


if __name__ == "__main__":
    main()
