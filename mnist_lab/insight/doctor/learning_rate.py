"""A learning rate that is too high or too low."""

from collections.abc import Iterator

from mnist_lab import formatting
from mnist_lab.insight.doctor.dead_relu import COSTLY_DEAD_SHARE
from mnist_lab.insight.doctor.finding import Finding
from mnist_lab.insight.doctor.remedies import (
    optimizer_name,
    usual_learning_rate,
    with_adam,
    with_batch_normalization,
    with_learning_rate,
)
from mnist_lab.insight.doctor.run_curves import CHANCE_LOSS, RunCurves, bumpiness

MIN_STEPS = 50
"""The loss of a shorter training may be uneven for other reasons."""
CERTAIN_STEPS = 200
"""Steps after which an uneven loss of a run under way is reported; earlier it may still settle."""
SUSPECT_FACTOR = 3.0
"""Multiple of the usual rate from which on a rate is suspect; below it, only a jump of the loss is a symptom."""
SLOW_FACTOR = 0.35
"""Share of the usual rate up to which a rate may be too low."""
UNMOVED_FACTOR = 0.05
"""Share of the usual rate up to which a network with an unchanged loss has simply not moved."""
UNMOVED_LOSS = 0.9 * CHANCE_LOSS
JUMP_LOSS = 2 * CHANCE_LOSS
"""A training loss, 4.6, that random initial weights very rarely have; twice the initial loss is also a jump."""
BAD_START_LOSS = 1.05 * CHANCE_LOSS
"""Mean training loss of the first epoch that is only exceeded when steps are too long."""
LEARNED_LOSS = 0.5
"""Training loss below which an earlier jump has done no harm and the network has learned."""


def rate_too_high(curves: RunCurves) -> Finding | None:
    """Find steps so long that the loss jumps, oscillates or rises, and stays high."""
    if not curves.epochs or curves.steps < (MIN_STEPS if curves.ended else CERTAIN_STEPS):
        return None
    if not curves.ended and curves.last.training_loss < UNMOVED_LOSS:
        return None
    recipe, usual = curves.recipe, usual_learning_rate(curves.recipe)
    if curves.max_learning_rate <= SLOW_FACTOR * usual:
        return None
    signs = list(_signs(curves))
    if not signs:
        return None
    rate = usual if curves.max_learning_rate >= SUSPECT_FACTOR * usual else curves.max_learning_rate / 10
    return Finding(
        "rate-too-high",
        "serious" if curves.last.validation_accuracy < 0.8 else "moderate",
        "The learning rate is too high",
        f"{' '.join(signs)} {_rate_text(curves, usual)}",
        "The learning rate is the length of each step. Steps that are too long overshoot the minimum: the loss jumps "
        "or oscillates instead of falling, and relu units that were moved too far output 0 from then on. With shorter "
        "steps the same network learns steadily. A schedule that lowers the rate towards the end improves the result "
        "further.",
        (
            with_learning_rate(recipe, rate),
            with_learning_rate(recipe, rate / 3),
            *with_adam(recipe),
            *with_batch_normalization(curves.run.network),
        ),
    )


def _signs(curves: RunCurves) -> Iterator[str]:
    last, losses = curves.last, [epoch.training_loss for epoch in curves.epochs]
    peak, lowest = max([curves.max_loss, *losses]), min(losses)
    factor = curves.max_learning_rate / usual_learning_rate(curves.recipe)
    jumps = peak > max(JUMP_LOSS, 2 * curves.initial_loss)
    dead = max((layer.dead or 0.0 for layer in curves.health), default=0.0)
    if jumps and last.training_loss <= LEARNED_LOSS and dead >= COSTLY_DEAD_SHARE:
        yield (
            f"The training loss jumped to {formatting.loss(peak)}, and {formatting.probability(dead)} of the units "
            "of a layer have output 0 since."
        )
    if jumps and last.training_loss > LEARNED_LOSS:
        yield (
            f"The training loss jumped to {formatting.loss(peak)} (guessing gives {CHANCE_LOSS:.2f}) and is "
            f"{formatting.loss(last.training_loss)} now."
        )
    if factor < SUSPECT_FACTOR:
        return
    if not jumps and losses[0] > max(BAD_START_LOSS, curves.initial_loss) and last.training_loss > LEARNED_LOSS:
        yield (
            f"In the first epoch the mean training loss was {formatting.loss(losses[0])}, worse than guessing "
            f"({CHANCE_LOSS:.2f}); it is {formatting.loss(last.training_loss)} now."
        )
    if curves.is_chance(last.training_accuracy):
        yield f"Training accuracy is {formatting.accuracy(last.training_accuracy, 1)}, no better than guessing."
    elif last.training_loss > 1.25 * lowest and last.training_loss > LEARNED_LOSS:
        yield f"The training loss rose again, from {formatting.loss(lowest)} to {formatting.loss(last.training_loss)}."
    elif bumpiness(losses) > 0.2 and last.training_loss > LEARNED_LOSS:
        yield f"The training loss goes up and down and is still {formatting.loss(last.training_loss)}."


def rate_too_low(curves: RunCurves) -> Finding | None:
    """Find steps so short that the loss falls steadily and is still high at the end."""
    epochs, usual = curves.epochs, usual_learning_rate(curves.recipe)
    if not curves.ended or not epochs or curves.max_learning_rate > SLOW_FACTOR * usual:
        return None
    last, losses = curves.last, [epoch.training_loss for epoch in epochs]
    falls = losses[-1] < losses[0] and bumpiness(losses) <= 0.1 and last.training_loss >= LEARNED_LOSS
    # Within one or two epochs, random variation hides how slowly the loss falls.
    unmoved = curves.max_learning_rate <= UNMOVED_FACTOR * usual and last.training_loss > UNMOVED_LOSS
    if not falls and not unmoved:
        return None
    recipe = curves.recipe
    change = (
        f"fell steadily from {formatting.loss(losses[0])} to {formatting.loss(losses[-1])} in {len(epochs)} epochs "
        "and was still falling"
        if falls
        else f"is {formatting.loss(losses[-1])}, about the same as at the start"
    )
    return Finding(
        "rate-too-low",
        "serious" if last.validation_accuracy < 0.8 else "moderate",
        "The learning rate is too low",
        f"The training loss {change}; {last.accuracies}. {_rate_text(curves, usual)}",
        "The learning rate is the length of each step. These steps go in the right direction, but they are so short "
        "that the training ends far from the minimum: the loss falls like a straight line. Longer steps get there in a "
        "fraction of the epochs; if the loss starts to oscillate, they are too long.",
        (
            with_learning_rate(recipe, usual),
            with_learning_rate(recipe, min(10 * recipe.learning_rate, usual)),
            *with_adam(recipe),
        ),
    )


def _rate_text(curves: RunCurves, usual: float) -> str:
    factor = curves.max_learning_rate / usual
    times = f"{factor:,.0f} times" if factor >= 2 else f"1/{1 / factor:,.0f} of" if factor <= 0.5 else "about"
    return (
        f"{formatting.learning_rate(curves.max_learning_rate)} is {times} the {formatting.learning_rate(usual)} that "
        f"is usual with {optimizer_name(curves.recipe)}.{curves.by_hand}"
    )
