"""How long a training will take, told before it starts from the trainings that went before it on the same machine."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

from mnist_lab.network import Network, analyse

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
ADDS_PER_BYTE = 7.0
"""Multiply-adds that take as long as one byte of a layer's values does to be written and read again. Fitted to the
presets' speeds on two cores; multiply-adds alone would make a linear model a hundred times too fast."""


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
    same_network: bool
    """Whether past trainings had the same layers; otherwise speeds were scaled by what the networks cost."""


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
    network: Network, recipe: "Recipe", past: Sequence[Pace], *, images: int, test_images: int
) -> Duration | None:
    """Foretell a training; None when nothing is known of this machine's speed.

    Args:
        network: A network that can be trained.
        recipe: How.
        past: Newest first.
        images: Training images of the data set, before the recipe's limit and held-out share.
        test_images: Test images of the data set.
    """
    if not past:
        return None
    same = [pace for pace in past if pace.network.layers == network.layers]
    speeds = _speeds_of(same, recipe) if same else _scaled_speeds(past, network)
    start = median(pace.start_seconds for pace in (same or past)[:MOST_PACES])
    used = images if recipe.limit is None else min(recipe.limit, images)
    held_out = used * recipe.validation_fraction if recipe.validation == "holdout" else 0.0
    checked = held_out or test_images
    an_epoch = (used - held_out + checked * FORWARD_SHARE) / median(speeds)
    return Duration(start + recipe.epochs * an_epoch, an_epoch, bool(same))


def _start_seconds(run: "Run", result: "Result") -> float:
    if run.data is None:
        return 0.0
    work = result.epochs * (run.data.training + run.data.validation * FORWARD_SHARE)
    return min(max(0.0, result.seconds - work / result.samples_per_second), LONGEST_START_SECONDS)


def _speeds_of(same: Sequence[Pace], recipe: "Recipe") -> list[float]:
    """Of the paces of one network: the newest among those that have most else in common with the recipe."""

    def alike(pace: Pace) -> int:
        names = ("batch_size", "augmentation", "precision")
        return sum(getattr(pace.recipe, name) == getattr(recipe, name) for name in names)

    most = max(map(alike, same))
    return [pace.images_per_second for pace in same if alike(pace) == most][:MOST_PACES]


def _scaled_speeds(past: Sequence[Pace], network: Network) -> list[float]:
    """Of the paces of other networks: the nearest in cost, scaled to the cost of this one."""
    cost = _cost(network)
    scales = [(_cost(pace.network) / cost, pace) for pace in past]
    nearest = sorted(scales, key=lambda scaled: abs(math.log(scaled[0])))[:MOST_PACES]
    return [pace.images_per_second * scale for scale, pace in nearest]


def _cost(network: Network) -> float:
    """What training on one image costs, in multiply-adds; above 0."""
    analysis = analyse(network)
    return analysis.multiply_adds + ADDS_PER_BYTE * (analysis.memory(1) - analysis.memory(0))
