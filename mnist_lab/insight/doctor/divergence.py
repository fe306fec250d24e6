"""Diverged: the loss left the numbers, or everything that is sensible."""

import math

from mnist_lab import formatting
from mnist_lab.insight.doctor.finding import Finding
from mnist_lab.insight.doctor.remedies import normalised, optimizer_name, usual_rate, with_adam, with_rate
from mnist_lab.insight.doctor.run_curves import CHANCE_LOSS, Patient

EXPLODED = 20 * CHANCE_LOSS
"""A training loss, 46, that no bad luck explains: twenty times that of guessing."""
NEWEST = 3
"""How many values in a row must be so high."""
_WHY = (
    "Each step moves the weights against the slope of the loss, as far as the learning rate says. A step that is too "
    "long lands higher up on the other side, where the slope is steeper, so the next step is longer still: the weights "
    "and the loss grow until they are too large to be numbers (NaN means not a number). Nothing is broken in the lab "
    "or in your network; the training has run away. Shorter steps keep it from doing so."
)


def diverged(patient: Patient) -> Finding | None:
    """Find a loss that is no number any more, or that exploded and never came back."""
    evidence = _no_number(patient) or _exploded(patient)
    if not evidence:
        return None
    recipe = patient.recipe
    rate = min(usual_rate(recipe), patient.top_rate / 10)
    treatments = (with_rate(recipe, rate), *with_adam(recipe), *normalised(patient.run.network))
    return Finding("diverged", "serious", "The training diverged", evidence, _WHY, treatments)


def _no_number(patient: Patient) -> str:
    if patient.broken_at is None and not patient.run.diverged:
        return ""
    epoch = patient.run.epochs_done + 1 if patient.broken_at is None else max(1, math.ceil(patient.broken_at))
    before = f" Before that it was {formatting.loss(patient.stretches[-1].loss)}." if patient.stretches else ""
    return f"The loss became NaN or infinite in epoch {epoch}, at {_rate(patient)}.{before}"


def _exploded(patient: Patient) -> str:
    # A leap in the first steps may pass, so one high value is not enough.
    newest = [stretch.loss for stretch in patient.stretches[-NEWEST:]]
    comes_back = not patient.ended and newest[-1:] < newest[:1]
    if len(newest) < NEWEST or min(newest) < EXPLODED or comes_back:
        return ""
    return f"The training loss is {formatting.loss(newest[-1])}, at {_rate(patient)}; guessing costs {CHANCE_LOSS:.2f}."


def _rate(patient: Patient) -> str:
    return f"{optimizer_name(patient.recipe)}'s learning rate {formatting.learning_rate(patient.top_rate)}"
