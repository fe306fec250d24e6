"""Measures how fast this machine trains a few small networks, and saves the result."""

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
from mnist_lab.training.engine.train_step import StepRunner
from mnist_lab.training.hardware import SPEED, machine_speed, save_measurement

PROBES = ("dense-only", "tiny", "batch-norm", "strong")
"""Presets that spend their time on different operations; of many sets tried, this one predicts other networks best."""
SECONDS = 0.4
"""Seconds of training on each probe, after its first steps."""
IMAGES = 2_000
MAX_CONTENTION = 0.15
"""Share of all cores that other programs may use during a probe: an open page uses less."""
MAX_TRIES = 4


def calibrate(settings: Settings) -> Iterator[None]:
    """Measure the machine's speed if it is not known, and save it. Each iteration is a probe of one to two seconds.

    The caller may stop iterating early; then nothing is saved. A probe during which other programs used the processor
    is repeated up to `MAX_TRIES` times; if all tries are disturbed, nothing is saved. The next call starts again.
    """
    if machine_speed(settings) is not None:
        return
    precision = choose_precision(settings, "auto")
    works, seconds = [], []
    for name in PROBES:
        network = PRESETS[name].network
        for _ in range(MAX_TRIES):
            contention = CpuContention()
            taken = seconds_per_image(network, Recipe(), precision)
            disturbed = contention.share() > MAX_CONTENTION
            yield
            if not disturbed:
                break
        else:
            return
        seconds.append(taken)
        works.append(training_work(analyse(network), Recipe().batch_size))
    save_measurement(settings, SPEED, fit_costs(works, seconds))


class CpuContention:
    """Measures how much processor time other programs use since the creation of this object."""

    def __init__(self) -> None:
        self._since, self._busy, self._own = time.perf_counter(), _busy_seconds(), time.process_time()

    def share(self) -> float:
        """The other programs' share of all cores, 0..1."""
        passed = (time.perf_counter() - self._since) * (os.cpu_count() or 1)
        others = (_busy_seconds() - self._busy) - (time.process_time() - self._own)
        return min(1.0, max(0.0, others / passed))


def _busy_seconds() -> float:
    times = psutil.cpu_times()
    return float(sum(times) - times.idle - getattr(times, "iowait", 0.0))


def seconds_per_image(network: Network, recipe: Recipe, precision: str, *, seconds: float = SECONDS) -> float:
    """Seconds of training per image, above 0: the median over chunks of steps on noise, without compilation."""
    model = build(network, seed=0, precision=precision)
    step_runner = StepRunner(model, make_optimizer(recipe), recipe)
    images = tf.cast(tf.random.stateless_uniform((IMAGES, 28, 28), (1, 2), maxval=256, dtype=tf.int32), tf.uint8)
    labels = tf.cast(tf.range(IMAGES) % 10, tf.uint8)
    rates, order = tf.constant(np.full(IMAGES, 1e-3, np.float32)), tf.range(IMAGES)

    def timed(count: int) -> float:
        start = time.perf_counter()
        step_runner.run(images, labels, order, rates, first_batch=0, first_step=0, count=count)
        return (time.perf_counter() - start) / (count * recipe.batch_size)

    max_count = max(1, IMAGES // recipe.batch_size)
    timed(min(2, max_count))
    times: list[float] = []
    count, end = 1, time.perf_counter() + seconds
    # The first chunk is left out: it has one step only, so the overhead of the call counts most in it.
    while len(times) < 3 or time.perf_counter() < end:
        times.append(timed(count))
        count = min(2 * count, max_count)
    keras.backend.clear_session()
    return float(np.median(times[1:]))


def fit_costs(works: Sequence[TrainingWork], seconds: Sequence[float]) -> tuple[float, float, float, float]:
    """Seconds per multiply-add, value, operation and parameter, none below 0, that fit the measured seconds best.

    Non-negative least squares of the relative errors (Lawson and Hanson, "Solving Least Squares Problems", 1974,
    chapter 23).
    """
    parts = np.array([[work.multiply_adds, work.values, work.operations, work.parameters] for work in works])
    scale = parts.max(axis=0)
    costs, _ = nnls(parts / scale / np.array(seconds)[:, None], np.ones(len(seconds)))
    multiply_add, value, operation, parameter = (float(cost) for cost in costs / scale)
    return multiply_add, value, operation, parameter
