"""How long one picture takes through the predictor process, in milliseconds.

    python -m benchmarks.prediction [--preset NAME] [--pictures N] [--while-training]

Trains the preset for one epoch on few images in a lab of its own, starts the predictor as the app does, and measures
from the call of `Predictor.predict` to its return. With `--while-training`, a worker trains the same network all the
while, started as the launcher starts it. The digits are random: what is in a picture makes no difference.
"""

import argparse
import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from mnist_lab.inference import Predictor
from mnist_lab.network import PRESETS
from mnist_lab.recipe import Recipe
from mnist_lab.runs import RunState, RunStore, open_store
from mnist_lab.settings import Settings, load_settings


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--preset", choices=list(PRESETS), default="notebook-3")
    parser.add_argument("--pictures", type=int, default=500)
    parser.add_argument("--while-training", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        os.environ["MNIST_LAB_HOME"] = home
        settings = load_settings()
        store = open_store(settings)
        run_id = make_run(store, options.preset)
        with contextlib.ExitStack() as stack:
            if options.while_training:
                stack.enter_context(training(settings, store, options.preset))
            report(settings, run_id, options.preset, options.pictures, while_training=options.while_training)
        store.close()


def make_run(store: RunStore, preset: str) -> str:
    """Train the preset's network as little as possible; returns the run's id."""
    run = store.create(PRESETS[preset].network, Recipe(epochs=1, limit=200))
    worker = [sys.executable, "-m", "mnist_lab", "worker", "--run", run.id]
    subprocess.run(worker, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    return run.id


@contextlib.contextmanager
def training(settings: Settings, store: RunStore, preset: str) -> Iterator[None]:
    """Train the preset's network in a worker of its own, from the first step on until the end of the context."""
    run = store.create(PRESETS[preset].network, Recipe(epochs=1000))
    log = (settings.home / "worker.log").open("wb")
    worker = subprocess.Popen([sys.executable, "-m", "mnist_lab", "worker"], stdin=subprocess.PIPE, stderr=log)
    try:
        while not store.points(run.id):
            if worker.poll() is not None or store.get(run.id).state is RunState.FAILED:
                sys.exit(f"The training failed: {store.get(run.id).message} {Path(log.name).read_text()}")
            time.sleep(0.2)
        yield
    finally:
        worker.kill()
        worker.communicate()
        log.close()


def report(settings: Settings, run_id: str, preset: str, pictures: int, *, while_training: bool) -> None:
    """Print the times of the first question, with start and loading, and of the warm ones."""
    random = np.random.default_rng(0)
    predictor = Predictor(settings)
    started = time.perf_counter()
    predictor.start()
    predictor.predict(run_id, np.zeros((28, 28), np.float32))
    first = time.perf_counter() - started
    times = []
    for _ in range(pictures):
        picture = random.random((28, 28), dtype=np.float32)
        started = time.perf_counter()
        predictor.predict(run_id, picture)
        times.append(1000 * (time.perf_counter() - started))
        time.sleep(0.02)  # a person draws in between; a tight loop would keep the caches warmer than life does
    predictor.close()
    half, most, worst = np.percentile(times, [50, 95, 100])
    load = "while a training runs" if while_training else "quiet machine"
    print(f"{preset}, {load}: first picture {first:.1f} s (start, load, read)")
    print(f"{preset}, {load}: one warm picture p50 {half:.1f} ms, p95 {most:.1f} ms, max {worst:.1f} ms ({pictures})")


if __name__ == "__main__":
    main()
