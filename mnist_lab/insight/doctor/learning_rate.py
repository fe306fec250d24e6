"""Learning rate too high or too low."""

from collections.abc import Iterator

from mnist_lab import formatting
from mnist_lab.insight.doctor.dead_relu import MANY
from mnist_lab.insight.doctor.finding import Finding
from mnist_lab.insight.doctor.remedies import normalised, optimizer_name, usual_rate, with_adam, with_rate
from mnist_lab.insight.doctor.run_curves import CHANCE_LOSS, Patient, bumpiness

FEWEST_STEPS = 50
"""A training shorter than this may be rough for other reasons."""
CERTAIN_STEPS = 200
"""A training under way that is rough at first may still come round; after so many steps it has had the time."""
SUSPECT_FACTOR = 3.0
"""How many times the usual rate is suspect; below, only a leap of the loss speaks against the rate."""
SLOW_FACTOR = 0.35
"""Share of the usual rate up to which it may be too low."""
RESTING_FACTOR = 0.05
"""Share of the usual rate up to which a network that is where it started has simply not moved."""
UNMOVED_LOSS = 0.9 * CHANCE_LOSS
LEAP = 2 * CHANCE_LOSS
"""A training loss, 4.6, that a start at random hardly reaches by itself; twice that of the start says the same."""
ROUGH_START = 1.05 * CHANCE_LOSS
"""A mean training loss of the first epoch that steps of a good length do not leave behind."""
LEARNT_LOSS = 0.5
"""Training loss below which a leap has done no harm, and a slow start is over."""


def rate_too_high(patient: Patient) -> Finding | None:
    """Find steps so long that the loss leaps, goes to and fro, or rises, and nothing good comes of it."""
    if not patient.epochs or patient.steps < (FEWEST_STEPS if patient.ended else CERTAIN_STEPS):
        return None
    if not patient.ended and patient.last.training_loss < UNMOVED_LOSS:
        return None
    if patient.top_rate <= SLOW_FACTOR * usual_rate(patient.recipe):
        return None
    signs = list(_signs(patient))
    if not signs:
        return None
    recipe, usual = patient.recipe, usual_rate(patient.recipe)
    rate = usual if patient.top_rate >= SUSPECT_FACTOR * usual else patient.top_rate / 10
    return Finding(
        "rate-too-high",
        "serious" if patient.last.validation_accuracy < 0.8 else "moderate",
        "The learning rate is too high",
        f"{' '.join(signs)} {_rate(patient, usual)}",
        "The learning rate is the length of each step. Steps that are too long jump over the low places of the loss: "
        "it leaps or swings instead of sinking, and relu units that a jump has pushed too far give 0 ever after. With "
        "shorter steps the same network learns calmly. Once the curve gets flat, a schedule that shortens the steps "
        "towards the end gets the last bit out of it.",
        (with_rate(recipe, rate), with_rate(recipe, rate / 3), *with_adam(recipe), *normalised(patient.run.network)),
    )


def _signs(patient: Patient) -> Iterator[str]:
    last, losses = patient.last, [epoch.training_loss for epoch in patient.epochs]
    peak = max([patient.peak, *losses])
    factor = patient.top_rate / usual_rate(patient.recipe)
    lowest = min(losses)
    leaps = peak > max(LEAP, 2 * patient.start)
    dead = max((layer.dead or 0.0 for layer in patient.health), default=0.0)
    if leaps and last.training_loss <= LEARNT_LOSS and dead >= MANY:
        yield (
            f"The training loss leapt to {formatting.loss(peak)}, and {formatting.probability(dead)} of the units "
            f"of a layer give "
            "0 ever since."
        )
    if leaps and last.training_loss > LEARNT_LOSS:
        yield (
            f"The training loss leapt to {formatting.loss(peak)}, where guessing costs {CHANCE_LOSS:.2f}, and is "
            f"{formatting.loss(last.training_loss)} now."
        )
    if factor < SUSPECT_FACTOR:
        return
    if not leaps and losses[0] > max(ROUGH_START, patient.start) and last.training_loss > LEARNT_LOSS:
        yield (
            f"In the first epoch the training loss was {formatting.loss(losses[0])} on average, worse than guessing "
            f"({CHANCE_LOSS:.2f}); it is {formatting.loss(last.training_loss)} now."
        )
    if patient.is_chance(last.training_accuracy):
        yield f"Training accuracy is {formatting.accuracy(last.training_accuracy, 1)}, no better than guessing."
    elif last.training_loss > 1.25 * lowest and last.training_loss > LEARNT_LOSS:
        yield f"The training loss rose again, from {formatting.loss(lowest)} to {formatting.loss(last.training_loss)}."
    elif bumpiness(losses) > 0.2 and last.training_loss > LEARNT_LOSS:
        yield f"The training loss goes up and down and is still {formatting.loss(last.training_loss)}."


def rate_too_low(patient: Patient) -> Finding | None:
    """Find steps so short that the loss sinks steadily and is still high at the end."""
    epochs, usual = patient.epochs, usual_rate(patient.recipe)
    if not patient.ended or not epochs or patient.top_rate > SLOW_FACTOR * usual:
        return None
    last, losses = patient.last, [epoch.training_loss for epoch in epochs]
    sinks = losses[-1] < losses[0] and bumpiness(losses) <= 0.1 and last.training_loss >= LEARNT_LOSS
    # Over one epoch or two, chance hides how slowly the loss sinks.
    rests = patient.top_rate <= RESTING_FACTOR * usual and last.training_loss > UNMOVED_LOSS
    if not sinks and not rests:
        return None
    recipe = patient.recipe
    moved = (
        f"sank steadily from {formatting.loss(losses[0])} to {formatting.loss(losses[-1])} in {len(epochs)} epochs "
        f"and was still "
        "sinking"
        if sinks
        else f"is {formatting.loss(losses[-1])}, about what it was at the start"
    )
    return Finding(
        "rate-too-low",
        "serious" if last.validation_accuracy < 0.8 else "moderate",
        "The learning rate is too low",
        f"The training loss {moved}; {last.accuracies}. {_rate(patient, usual)}",
        "The learning rate is the length of each step. These steps lead downhill, but they are so short that the "
        "training ends long before the bottom is near: a smooth curve that sinks like a straight line shows it. "
        "Longer steps get there in a fraction of the epochs; when the curve starts to swing, they are too long.",
        (with_rate(recipe, usual), with_rate(recipe, min(10 * recipe.learning_rate, usual)), *with_adam(recipe)),
    )


def _rate(patient: Patient, usual: float) -> str:
    factor = patient.top_rate / usual
    words = f"{factor:,.0f} times" if factor >= 2 else f"1/{1 / factor:,.0f} of" if factor <= 0.5 else "about"
    return (
        f"{formatting.learning_rate(patient.top_rate)} is {words} the {formatting.learning_rate(usual)} that is "
        f"usual with "
        f"{optimizer_name(patient.recipe)}."
    )
