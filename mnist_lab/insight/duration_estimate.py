"""Estimated duration of a training before it starts, from past trainings on this machine and its measured speed."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

from mnist_lab.network import TYPICAL_SPEED, MachineSpeed, Network, analyse, training_work

if TYPE_CHECKING:
    from mnist_lab.recipe import Recipe
    from mnist_lab.runs import Result, Run

MAX_THROUGHPUTS = 5
"""Number of newest past trainings used: their median tolerates a single outlier."""
FORWARD_SHARE = 1 / 3
"""Cost of evaluating an image as a share of training on it: the backward pass costs twice the forward pass (Kaplan et
al., "Scaling Laws for Neural Language Models", 2020, section 2.1)."""
MAX_START_SECONDS = 10.0
"""A longer start is not counted: the machine was busy with something else."""
AUGMENTATION_SECONDS = {"none": 0.0, "light": 2.0e-5, "pen": 2.7e-5, "styles": 2.5e-5}
"""Additional seconds per image, measured on two cores."""
Margins = tuple[float, float]
KNOWN: Margins = (1.0, 1.0)
"""The same layers were trained here before."""
MEASURED: Margins = (0.75, 1.6)
"""From the measured speed of the machine: nine of ten networks took between so many times the estimate."""
ROUGH: Margins = (0.5, 2.5)
"""From other networks, without a measurement."""


@dataclass(frozen=True, slots=True)
class Throughput:
    """Speed of a past training."""

    network: Network
    recipe: "Recipe"
    images_per_second: float
    """Training images; above 0."""
    start_seconds: float = 0.0
    """Additional seconds of its first steps, in which TensorFlow compiles."""


@dataclass(frozen=True, slots=True)
class DurationEstimate:
    """Estimated duration of a training."""

    seconds: float
    """Of training and validation, as a run counts them. With early stopping, an upper limit."""
    epoch_seconds: float
    """Of one epoch, its validation included."""
    margins: Margins
    """It takes at least and at most so many times the estimate, in nine of ten cases."""

    @property
    def least(self) -> float:
        """Seconds that the training takes at least."""
        return self.seconds * self.margins[0]

    @property
    def most(self) -> float:
        """Seconds that the training takes at most."""
        return self.seconds * self.margins[1]


def past_throughputs(runs: Iterable["Run"], machine: Mapping[str, Any]) -> list[Throughput]:
    """Throughputs of the runs that were trained on this machine, in their order.

    Args:
        runs: In any state; those without a result or from another machine are skipped.
        machine: Description of this machine, as `training.hardware.machine_info` returns it.
    """
    return [
        Throughput(run.network, run.recipe, run.result.samples_per_second, _start_seconds(run, run.result))
        for run in runs
        if run.result is not None
        and run.result.samples_per_second > 0
        and not run.is_reference
        and _is_same(run.result.machine, machine)
    ]


def was_trained_elsewhere(run: "Run", machine: Mapping[str, Any]) -> bool:
    """Whether a run with a result was trained on another machine, so that its times say little about this one.

    Args:
        run: In any state.
        machine: Description of this machine, as `training.hardware.machine_info` returns it.
    """
    if run.result is None:
        return False
    return run.is_reference or bool(run.result.machine and not _is_same(run.result.machine, machine))


def _is_same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return all(one.get(name) == other.get(name) for name in ("processor", "cores"))


def estimate_duration(
    network: Network,
    recipe: "Recipe",
    past: Sequence[Throughput],
    *,
    images: int,
    test_images: int,
    speed: MachineSpeed | None = None,
) -> DurationEstimate | None:
    """Estimate the duration of a training; None if nothing is known about this machine's speed.

    Args:
        network: A network that can be trained.
        recipe: How it is trained.
        past: Past trainings on this machine, newest first.
        images: Training images of the data set, before the recipe's limit and held-out share.
        test_images: Test images of the data set.
        speed: Measured speed of the machine, if known.
    """
    if not past and speed is None:
        return None
    same = [throughput for throughput in past if throughput.network.layers == network.layers]
    rates = _rates_of(same, recipe) if same else _scaled_rates(past, network, recipe, speed)
    start = median(throughput.start_seconds for throughput in (same or past)[:MAX_THROUGHPUTS]) if past else 0.0
    used = images if recipe.limit is None else min(recipe.limit, images)
    held_out = used * recipe.validation_fraction if recipe.validation == "holdout" else 0.0
    validated = held_out or test_images
    epoch_seconds = (used - held_out + validated * FORWARD_SHARE) / median(rates)
    margins = KNOWN if same else ROUGH if speed is None else MEASURED
    return DurationEstimate(start + recipe.epochs * epoch_seconds, epoch_seconds, margins)


def _start_seconds(run: "Run", result: "Result") -> float:
    if run.data is None:
        return 0.0
    work = result.epochs * (run.data.training + run.data.validation * FORWARD_SHARE)
    return min(max(0.0, result.seconds - work / result.samples_per_second), MAX_START_SECONDS)


def _rates_of(same: Sequence[Throughput], recipe: "Recipe") -> list[float]:
    """Images per second of one network: of the newest runs whose recipes have most in common with this one."""

    def in_common(throughput: Throughput) -> int:
        names = ("batch_size", "augmentation", "precision")
        return sum(getattr(throughput.recipe, name) == getattr(recipe, name) for name in names)

    maximum = max(map(in_common, same))
    return [throughput.images_per_second for throughput in same if in_common(throughput) == maximum][:MAX_THROUGHPUTS]


def _scaled_rates(
    past: Sequence[Throughput], network: Network, recipe: "Recipe", speed: MachineSpeed | None
) -> list[float]:
    """Images per second by the machine's speed, or by the networks nearest in cost, scaled to the cost of this one."""
    cost = _seconds(network, recipe, speed)
    if speed is not None:
        return [1 / cost]
    scales = [(_seconds(throughput.network, throughput.recipe, speed) / cost, throughput) for throughput in past]
    nearest = sorted(scales, key=lambda scaled: abs(math.log(scaled[0])))[:MAX_THROUGHPUTS]
    return [throughput.images_per_second * scale for scale, throughput in nearest]


def _seconds(network: Network, recipe: "Recipe", speed: MachineSpeed | None) -> float:
    """Seconds for training on one image on a machine of this speed, or on a typical one; above 0."""
    work = training_work(analyse(network), recipe.batch_size)
    return (speed or TYPICAL_SPEED).seconds(work) + AUGMENTATION_SECONDS[recipe.augmentation]
