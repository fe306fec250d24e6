"""Profile of a training step: TensorFlow's operations by processor time.

    python -m benchmarks.step_profile [--presets notebook-1 …] [--steps 30]

Trains on noise with batches of 100, in the precision that the lab chooses on this machine, and reads TensorFlow's own
profile of the steps. "Cores busy" is the processor time of the process divided by wall-clock time.
"""

import argparse
import os
import re
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from mnist_lab.network import PRESETS, get_preset
from mnist_lab.recipe import Recipe
from mnist_lab.settings import load_settings

BATCH = 100
MAX_SHOWN = 8
NAMES = {
    "Conv2D": "convolution, forward",
    "Conv2DBackpropFilter": "convolution, gradient of the filters",
    "Conv2DBackpropInput": "convolution, gradient of the input",
}
_ONEDNN = re.compile("^_?(Mkl)?(Native)?(Fused)?|WithBias$")
"""Prefixes and suffixes of oneDNN's variants of TensorFlow's operations."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument(
        "--presets", nargs="+", choices=list(PRESETS), default=["notebook-1", "notebook-2", "notebook-3", "small-cnn"]
    )
    parser.add_argument("--steps", type=int, default=30)
    options = parser.parse_args()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
    for preset in options.presets:
        report(preset, options.steps)


def report(preset: str, count: int) -> None:
    import tensorflow as tf

    from mnist_lab.training.engine.model import build, make_optimizer
    from mnist_lab.training.engine.precision import choose_precision
    from mnist_lab.training.engine.train_step import StepRunner

    recipe = Recipe(batch_size=BATCH)
    precision = choose_precision(load_settings(), "auto")
    model = build(get_preset(preset).network, seed=0, precision=precision)
    step_runner = StepRunner(model, make_optimizer(recipe), recipe)
    images, labels = tf.zeros((BATCH * count, 28, 28), tf.uint8), tf.zeros(BATCH * count, tf.uint8)
    order, rates = tf.range(BATCH * count), tf.constant(np.full(count, 1e-3, np.float32))

    def run() -> tuple[float, float]:
        start, processor_start = time.perf_counter(), time.process_time()
        step_runner.run(images, labels, order, rates, first_batch=0, first_step=0, count=count)
        return time.perf_counter() - start, time.process_time() - processor_start

    run()
    seconds, processor_seconds = run()
    with tempfile.TemporaryDirectory() as folder:
        tf.profiler.experimental.start(folder)
        run()
        tf.profiler.experimental.stop()
        times = operations(next(Path(folder).rglob("*.xplane.pb")))
    busy = processor_seconds / seconds
    print(f"\n{preset}, {precision}: {1000 * seconds / count:.1f} ms per step of {BATCH} images, {busy:.2f} cores busy")
    total = sum(times.values())
    for name, picoseconds in times.most_common(MAX_SHOWN):
        print(f"  {picoseconds / total:6.1%}  {NAMES.get(name, name)}")
    print(f"  {1 - sum(shown for _, shown in times.most_common(MAX_SHOWN)) / total:6.1%}  all others")


def operations(path: Path) -> "Counter[str]":
    """Picoseconds of each kind of operation, summed over all threads."""
    from tensorflow.tsl.profiler.protobuf import xplane_pb2

    space: Any = xplane_pb2.XSpace()
    space.ParseFromString(path.read_bytes())
    times: Counter[str] = Counter()
    for plane in space.planes:
        for line in plane.lines:
            for event in line.events:
                # Operations are named "name:kind"; other events have no kind.
                name, _, kind = plane.event_metadata[event.metadata_id].name.rpartition(":")
                if name and not name.endswith(":") and kind.isidentifier():
                    times[_ONEDNN.sub("", kind)] += event.duration_ps
    return times


if __name__ == "__main__":
    main()
