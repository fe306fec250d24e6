"""Learning-rate schedules: the learning rate of every step of a training, computed before it starts."""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from mnist_lab.recipe.recipe import Recipe, Schedule

ONE_CYCLE_WARM_UP = 0.3
ONE_CYCLE_START = 1 / 25
ONE_CYCLE_END = 1 / 25 / 10_000
STEP_MILESTONES = (0.5, 0.75)
STEP_FACTOR = 0.1

Factors = NDArray[np.float64]


def learning_rates(recipe: Recipe, total_steps: int) -> NDArray[np.float32]:
    """The learning rate of each step: float32, shape (total_steps,), highest value `recipe.learning_rate`.

    Args:
        recipe: Its `schedule` and `learning_rate` are used.
        total_steps: Steps (batches) of the whole training, at least 1.

    Raises:
        ValueError: `total_steps` is below 1.
    """
    if total_steps < 1:
        raise ValueError(f"total_steps must be at least 1. Received: {total_steps}.")
    factors = FACTORS[recipe.schedule](np.arange(total_steps, dtype=np.float64), total_steps)
    return (factors * recipe.learning_rate).astype(np.float32)


def constant(steps: Factors, total_steps: int) -> Factors:  # noqa: ARG001 - every schedule has this signature
    """1 at every step."""
    return np.ones_like(steps)


def cosine(steps: Factors, total_steps: int) -> Factors:
    """(1 + cos(π·t/T)) / 2: from the full rate to 0 (Loshchilov & Hutter 2016, arXiv:1608.03983, eq. 5, one period)."""
    return (1 + np.cos(np.pi * steps / total_steps)) / 2


def one_cycle(steps: Factors, total_steps: int) -> Factors:
    """One-cycle (Smith 2018, arXiv:1803.09820), computed as in PyTorch's `OneCycleLR`.

    Cosine from 1/25 up to the full rate over the first 30 % of the steps, then cosine down to 1/250,000 of it. The
    momentum stays constant.
    """
    top = max(ONE_CYCLE_WARM_UP * total_steps - 1, 0.0)
    last = max(total_steps - 1, top)
    rising = _cosine_between(ONE_CYCLE_START, 1.0, steps / top if top > 0 else np.ones_like(steps))
    falling = _cosine_between(1.0, ONE_CYCLE_END, (steps - top) / (last - top) if last > top else np.ones_like(steps))
    return np.where(steps <= top, rising, falling)


def step(steps: Factors, total_steps: int) -> Factors:
    """×0.1 at 50 % and again at 75 % of the training (He et al. 2015, arXiv:1512.03385, section 4.2)."""
    passed = sum((steps >= milestone * total_steps).astype(np.float64) for milestone in STEP_MILESTONES)
    return np.asarray(STEP_FACTOR**passed, dtype=np.float64)


def _cosine_between(start: float, end: float, share: Factors) -> Factors:
    return end + (start - end) * (1 + np.cos(np.pi * share)) / 2


FACTORS: Mapping[Schedule, Callable[[Factors, int], Factors]] = {
    "constant": constant,
    "cosine": cosine,
    "one-cycle": one_cycle,
    "step": step,
}
