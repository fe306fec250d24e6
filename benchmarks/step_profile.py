"""Where the time of a training step goes: the operations that TensorFlow ran, by the processor time they took.

    python -m benchmarks.step_profile [--presets notebook-1 …] [--steps 30]

Trains on noise with batches of 100, in the precision that the lab chooses on this machine, and reads TensorFlow's own
profile of the steps. "Cores busy" is what the process took of the processors, over the time of the clock.
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
MOST_SHOWN = 8
NAMES = {
    "Conv2D": "convolution, forward",
    "Conv2DBackpropFilter": "convolution, gradient of the filters",
    "Conv2DBackpropInput": "convolution, gradient of the input",
}
_ONEDNN = re.compile("^_?(Mkl)?(Native)?(Fused)?|WithBias$")
"""What oneDNN's operations have around the name of TensorFlow's own."""


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
    from mnist_lab.training.engine.train_step import Steps

    recipe = Recipe(batch_size=BATCH)
    precision = choose_precision(load_settings(), "auto")
    model = build(get_preset(preset).network, seed=0, precision=precision)
    steps = Steps(model, make_optimizer(recipe), recipe)
    images, labels = tf.zeros((BATCH * count, 28, 28), tf.uint8), tf.zeros(BATCH * count, tf.uint8)
    order, rates = tf.range(BATCH * count), tf.constant(np.full(count, 1e-3, np.float32))

    def run() -> tuple[float, float]:
        start, worked = time.perf_counter(), time.process_time()
        steps.run(images, labels, order, rates, first_batch=0, first_step=0, count=count)
        return time.perf_counter() - start, time.process_time() - worked

    run()
    seconds, worked = run()
    with tempfile.TemporaryDirectory() as folder:
        tf.profiler.experimental.start(folder)
        run()
        tf.profiler.experimental.stop()
        times = operations(next(Path(folder).rglob("*.xplane.pb")))
    busy = worked / seconds
    print(f"\n{preset}, {precision}: {1000 * seconds / count:.1f} ms a step of {BATCH} images, {busy:.2f} cores busy")
    whole = sum(times.values())
    for name, took in times.most_common(MOST_SHOWN):
        print(f"  {took / whole:6.1%}  {NAMES.get(name, name)}")
    print(f"  {1 - sum(took for _, took in times.most_common(MOST_SHOWN)) / whole:6.1%}  all others")


def operations(path: Path) -> "Counter[str]":
    """Picoseconds by kind of operation, of all threads."""
    from tensorflow.tsl.profiler.protobuf import xplane_pb2

    space: Any = xplane_pb2.XSpace()
    space.ParseFromString(path.read_bytes())
    times: Counter[str] = Counter()
    for plane in space.planes:
        for line in plane.lines:
            for event in line.events:
                # An operation goes by "name:kind"; what else a thread did has no kind.
                name, _, kind = plane.event_metadata[event.metadata_id].name.rpartition(":")
                if name and not name.endswith(":") and kind.isidentifier():
                    times[_ONEDNN.sub("", kind)] += event.duration_ps
    return times


if __name__ == "__main__":
    main()
