"""How long a training will take, told before it starts: from the trainings that went before it on the same machine, and
from what was measured of the machine.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

from mnist_lab.network import TYPICAL_SPEED, MachineSpeed, Network, analyse, training_work

if TYPE_CHECKING:
    from mnist_lab.recipe import Recipe
    from mnist_lab.runs import Result, Run

MOST_PACES = 5
"""A median over the newest of these is not misled by one training that had the machine to itself, or did not."""
FORWARD_SHARE = 1 / 3
"""What reading an image costs of what training on it costs: the way back is twice the way forward (Kaplan et al.,
"Scaling Laws for Neural Language Models", 2020, section 2.1)."""
LONGEST_START_SECONDS = 10.0
"""What a past training took longer than that was not its start: the machine was busy."""
AUGMENTATION_SECONDS = {"none": 0.0, "light": 2.0e-5, "pen": 2.7e-5}
"""What augmenting an image takes besides, measured on two cores."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a past training went."""

    network: Network
    recipe: "Recipe"
    images_per_second: float
    """Training images; above 0."""
    start_seconds: float = 0.0
    """What the training took besides: its first steps, in which TensorFlow compiles."""


@dataclass(frozen=True, slots=True)
class Duration:
    """How long a training is expected to take."""

    seconds: float
    """Of training and validation, as a run counts them. With early stopping it is the most."""
    epoch_seconds: float
    """Of one epoch, its validation included."""
    is_rough: bool
    """Told from other networks' trainings: none had the same layers, and the machine was never measured."""


def paces(runs: Iterable["Run"], machine: Mapping[str, Any]) -> list[Pace]:
    """What the runs tell of this machine's speed, in their order.

    Args:
        runs: In any state; those without a result, or from another machine, are left out.
        machine: What `training.this_machine` says of this one.
    """
    return [
        Pace(run.network, run.recipe, run.result.samples_per_second, _start_seconds(run, run.result))
        for run in runs
        if run.result is not None
        and not run.is_reference
        and run.result.samples_per_second > 0
        and all(run.result.machine.get(name) == machine.get(name) for name in ("processor", "cores"))
    ]


def expected_duration(
    network: Network,
    recipe: "Recipe",
    past: Sequence[Pace],
    *,
    images: int,
    test_images: int,
    speed: MachineSpeed | None = None,
) -> Duration | None:
    """Foretell a training; None when nothing is known of this machine's speed.

    Args:
        network: A network that can be trained.
        recipe: How.
        past: Newest first.
        images: Training images of the data set, before the recipe's limit and held-out share.
        test_images: Test images of the data set.
        speed: What was measured of the machine.
    """
    if not past and speed is None:
        return None
    same = [pace for pace in past if pace.network.layers == network.layers]
    rates = _rates_of(same, recipe) if same else _scaled_rates(past, network, recipe, speed)
    start = median(pace.start_seconds for pace in (same or past)[:MOST_PACES]) if past else 0.0
    used = images if recipe.limit is None else min(recipe.limit, images)
    held_out = used * recipe.validation_fraction if recipe.validation == "holdout" else 0.0
    checked = held_out or test_images
    an_epoch = (used - held_out + checked * FORWARD_SHARE) / median(rates)
    return Duration(start + recipe.epochs * an_epoch, an_epoch, not same and speed is None)


def _start_seconds(run: "Run", result: "Result") -> float:
    if run.data is None:
        return 0.0
    work = result.epochs * (run.data.training + run.data.validation * FORWARD_SHARE)
    return min(max(0.0, result.seconds - work / result.samples_per_second), LONGEST_START_SECONDS)


def _rates_of(same: Sequence[Pace], recipe: "Recipe") -> list[float]:
    """Of the paces of one network: the newest among those that have most else in common with the recipe."""

    def alike(pace: Pace) -> int:
        names = ("batch_size", "augmentation", "precision")
        return sum(getattr(pace.recipe, name) == getattr(recipe, name) for name in names)

    most = max(map(alike, same))
    return [pace.images_per_second for pace in same if alike(pace) == most][:MOST_PACES]


def _scaled_rates(past: Sequence[Pace], network: Network, recipe: "Recipe", speed: MachineSpeed | None) -> list[float]:
    """What the machine's speed says, or the paces of the networks nearest in cost, scaled to the cost of this one."""
    cost = _seconds(network, recipe, speed)
    if speed is not None:
        return [1 / cost]
    scales = [(_seconds(pace.network, pace.recipe, speed) / cost, pace) for pace in past]
    nearest = sorted(scales, key=lambda scaled: abs(math.log(scaled[0])))[:MOST_PACES]
    return [pace.images_per_second * scale for scale, pace in nearest]


def _seconds(network: Network, recipe: "Recipe", speed: MachineSpeed | None) -> float:
    """What training on one image takes on a machine of this speed, or on a typical one; above 0."""
    work = training_work(analyse(network), recipe.batch_size)
    return (speed or TYPICAL_SPEED).seconds(work) + AUGMENTATION_SECONDS[recipe.augmentation]
