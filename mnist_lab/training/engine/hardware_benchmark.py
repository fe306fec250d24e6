"""How fast this machine trains: measured once, on a few small networks, and kept."""

import os
import time
from collections.abc import Iterator, Sequence

import keras
import numpy as np
import psutil
import tensorflow as tf
from scipy.optimize import nnls

from mnist_lab.network import PRESETS, Network, TrainingWork, analyse, training_work
from mnist_lab.recipe import Recipe
from mnist_lab.settings import Settings
from mnist_lab.training.engine.model import build, make_optimizer
from mnist_lab.training.engine.precision import choose_precision
from mnist_lab.training.engine.train_step import Steps
from mnist_lab.training.hardware import SPEED, keep, machine_speed

PROBES = ("dense-only", "tiny", "batch-norm", "strong")
"""Presets that differ in what they spend their time on; of many choices this one told the speed of others best."""
SECONDS = 0.4
"""Of training on each probe, after its first steps."""
IMAGES = 2_000
MOST_DISTURBED = 0.15
"""Share of all cores that other programs may take beside a probe: an open page takes less."""
TRIES = 4


def calibrate(settings: Settings) -> Iterator[None]:
    """Measure the machine's speed if it is not known, and keep it: a probe at each step, of one to two seconds each.

    Whoever has better things to do lets the rest of the iterator be, and the machine is measured another time. So it is
    when other programs leave no peace: a probe that they disturbed is made anew, a few times at most.
    """
    if machine_speed(settings) is not None:
        return
    precision = choose_precision(settings, "auto")
    works, seconds = [], []
    for name in PROBES:
        network = PRESETS[name].network
        for _ in range(TRIES):
            others = Others()
            taken = seconds_an_image(network, Recipe(), precision)
            disturbed = others.share() > MOST_DISTURBED
            yield
            if not disturbed:
                break
        else:
            return
        seconds.append(taken)
        works.append(training_work(analyse(network), Recipe().batch_size))
    keep(settings, SPEED, fitted(works, seconds))


class Others:
    """What other programs take of the processor, from when this is made."""

    def __init__(self) -> None:
        self._since, self._busy, self._own = time.perf_counter(), _busy_seconds(), time.process_time()

    def share(self) -> float:
        """Of all cores, 0..1."""
        passed = (time.perf_counter() - self._since) * (os.cpu_count() or 1)
        others = (_busy_seconds() - self._busy) - (time.process_time() - self._own)
        return min(1.0, max(0.0, others / passed))


def _busy_seconds() -> float:
    times = psutil.cpu_times()
    return float(sum(times) - times.idle - getattr(times, "iowait", 0.0))


def seconds_an_image(network: Network, recipe: Recipe, precision: str, *, seconds: float = SECONDS) -> float:
    """How long training on one image takes, above 0: the median over chunks of steps on noise, compiling left out."""
    model = build(network, seed=0, precision=precision)
    steps = Steps(model, make_optimizer(recipe), recipe)
    images = tf.cast(tf.random.stateless_uniform((IMAGES, 28, 28), (1, 2), maxval=256, dtype=tf.int32), tf.uint8)
    labels = tf.cast(tf.range(IMAGES) % 10, tf.uint8)
    rates, order = tf.constant(np.full(IMAGES, 1e-3, np.float32)), tf.range(IMAGES)

    def timed(count: int) -> float:
        start = time.perf_counter()
        steps.run(images, labels, order, rates, first_batch=0, first_step=0, count=count)
        return (time.perf_counter() - start) / (count * recipe.batch_size)

    most = max(1, IMAGES // recipe.batch_size)
    timed(min(2, most))
    times: list[float] = []
    count, end = 1, time.perf_counter() + seconds
    # The first chunk in which the counts have grown is the first that the start of a call does not weigh on.
    while len(times) < 3 or time.perf_counter() < end:
        times.append(timed(count))
        count = min(2 * count, most)
    keras.backend.clear_session()
    return float(np.median(times[1:]))


def fitted(works: Sequence[TrainingWork], seconds: Sequence[float]) -> tuple[float, float, float, float]:
    """The costs, none below 0, of a multiply-add, a value, an operation and a parameter, that explain the seconds best.

    Least squares of the relative errors (Lawson and Hanson, "Solving Least Squares Problems", 1974, chapter 23).
    """
    parts = np.array([[work.multiply_adds, work.values, work.operations, work.parameters] for work in works])
    scale = parts.max(axis=0)
    costs, _ = nnls(parts / scale / np.array(seconds)[:, None], np.ones(len(seconds)))
    multiply_add, value, operation, parameter = (float(cost) for cost in costs / scale)
    return multiply_add, value, operation, parameter
