"""Training steps with the lab's faster operations beside the same steps with the layers' own, in paired turns.

    python -m benchmarks.training_steps [--presets notebook-3 …] [--rounds 5] [--precision auto]

Both train the same network on the same images in one process, by turns of half a second. A ratio above 1 means that the
faster operations are faster; it is computed for each round, from wall-clock time and from processor time.
"""

import argparse
import os
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.figures import Figure
from mnist_lab.network import PRESETS, get_preset
from mnist_lab.recipe import Recipe
from mnist_lab.settings import load_settings

BATCH = 100
IMAGES = 6_000
SECONDS = 0.5
"""Of one turn."""
TARGETS = {"notebook-3": 1.3}
"""At least so many times the steps of the layers' own operations; the other presets must not be slower."""
NOISE = 0.95
"""A preset counts as slower below this ratio: nothing changed for some, and their ratios vary by as much."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--presets", nargs="+", choices=list(PRESETS), default=list(PRESETS))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--precision", choices=["auto", "float32", "mixed_bfloat16"], default="auto")
    options = parser.parse_args()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    for figure in figures(options.rounds, options.presets, options.precision):
        print(figure.line(), flush=True)


def figures(rounds: int = 5, presets: Sequence[str] = tuple(PRESETS), precision: Any = "auto") -> Iterator[Figure]:
    for preset in presets:
        turns = measured(preset, rounds, precision)
        ratios = [slow.seconds / fast.seconds for fast, slow in turns]
        of_processor = statistics.median(slow.processor / fast.processor for fast, slow in turns)
        milliseconds = [1000 * statistics.median(turn[kind].seconds for turn in turns) for kind in (0, 1)]
        detail = (
            f"{min(ratios):.2f} to {max(ratios):.2f}, processor time {of_processor:.2f}; "
            f"{milliseconds[0]:.1f} instead of {milliseconds[1]:.1f} ms"
        )
        least = TARGETS.get(preset, NOISE)
        yield Figure(f"{preset}: steps with faster operations", statistics.median(ratios), None, "times", detail, least)


@dataclass(frozen=True)
class Turn:
    """Of one step."""

    seconds: float
    processor: float


def measured(preset: str, rounds: int, precision: Any) -> list[tuple[Turn, Turn]]:
    """Each round's turns: with the faster operations, and with the layers' own."""
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
    import keras
    import numpy as np
    import tensorflow as tf

    from mnist_lab.training.engine.model import build, make_optimizer
    from mnist_lab.training.engine.precision import choose_precision
    from mnist_lab.training.engine.train_step import StepRunner

    recipe = Recipe(batch_size=BATCH)
    chosen = choose_precision(load_settings(), precision)
    images = tf.cast(tf.random.stateless_uniform((IMAGES, 28, 28), (1, 2), maxval=256, dtype=tf.int32), tf.uint8)
    labels, order = tf.cast(tf.range(IMAGES) % 10, tf.uint8), tf.range(IMAGES)
    rates = tf.constant(np.full(IMAGES, 1e-3, np.float32))

    def runner(*, fast: bool) -> Any:
        model = build(get_preset(preset).network, seed=0, precision=chosen)
        if fast:
            return StepRunner(model, make_optimizer(recipe), recipe)
        return StepRunner(model, make_optimizer(recipe), recipe, forward=lambda images: model(images, training=True))

    def turn(runner: Any, count: int) -> Turn:
        start, processor = time.perf_counter(), time.process_time()
        runner.run(images, labels, order, rates, first_batch=0, first_step=0, count=count)
        return Turn((time.perf_counter() - start) / count, (time.process_time() - processor) / count)

    runners = [runner(fast=True), runner(fast=False)]
    for each in runners:
        turn(each, 3)
    count = max(1, min(IMAGES // BATCH, round(SECONDS / turn(runners[1], 3).seconds)))
    turns = [(turn(runners[0], count), turn(runners[1], count)) for _ in range(rounds)]
    keras.backend.clear_session()
    return turns


if __name__ == "__main__":
    main()
