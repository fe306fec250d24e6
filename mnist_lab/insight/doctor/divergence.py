"""Divergence: the loss became NaN or infinite, or exploded."""

import math

from mnist_lab import formatting
from mnist_lab.insight.doctor.finding import Finding
from mnist_lab.insight.doctor.remedies import (
    optimizer_name,
    usual_learning_rate,
    with_adam,
    with_batch_normalization,
    with_learning_rate,
)
from mnist_lab.insight.doctor.run_curves import CHANCE_LOSS, RunCurves

EXPLODED_LOSS = 20 * CHANCE_LOSS
"""A training loss, 46, that cannot be chance: twenty times the loss of guessing."""
RECENT_SEGMENTS = 3
"""How many training losses in a row must be that high."""
_WHY = (
    "Each step moves the weights against the gradient of the loss; the learning rate sets how far. A step that is too "
    "long ends at a point with a higher loss and a larger gradient, so the next step is longer still. Weights and loss "
    "grow until they are too large to be represented (NaN means not a number). Nothing is broken in the lab or in your "
    "network: this happens to any network with steps that are too long. A smaller learning rate prevents it."
)


def diverged(curves: RunCurves) -> Finding | None:
    """Find a loss that is not a finite number any more, or that exploded and did not come down again."""
    evidence = _not_finite(curves) or _exploded(curves)
    if not evidence:
        return None
    recipe = curves.recipe
    rate = min(usual_learning_rate(recipe), curves.max_learning_rate / 10)
    remedies = (
        with_learning_rate(recipe, rate),
        *with_adam(recipe),
        *with_batch_normalization(curves.run.network),
    )
    return Finding("diverged", "serious", "The training diverged", evidence, _WHY, remedies)


def _not_finite(curves: RunCurves) -> str:
    since = curves.first_non_finite_epoch
    if since is None and not curves.run.diverged:
        return ""
    epoch = curves.run.epochs_done + 1 if since is None else max(1, math.ceil(since))
    before = f" Before that the loss was {formatting.loss(curves.segments[-1].loss)}." if curves.segments else ""
    return f"The loss became NaN or infinite in epoch {epoch}, at {_rate_text(curves)}.{curves.by_hand}{before}"


def _exploded(curves: RunCurves) -> str:
    # A single high loss in the first steps is harmless, so several in a row are required.
    newest = [segment.loss for segment in curves.segments[-RECENT_SEGMENTS:]]
    is_falling = not curves.ended and newest[-1:] < newest[:1]
    if len(newest) < RECENT_SEGMENTS or min(newest) < EXPLODED_LOSS or is_falling:
        return ""
    return (
        f"The training loss is {formatting.loss(newest[-1])}, at {_rate_text(curves)}; "
        f"guessing gives {CHANCE_LOSS:.2f}.{curves.by_hand}"
    )


def _rate_text(curves: RunCurves) -> str:
    return f"{optimizer_name(curves.recipe)}'s learning rate {formatting.learning_rate(curves.max_learning_rate)}"
