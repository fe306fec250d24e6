"""Still improving at the end: more epochs would have helped."""

from mnist_lab import formatting
from mnist_lab.insight.doctor.finding import Finding
from mnist_lab.insight.doctor.remedies import with_more_epochs
from mnist_lab.insight.doctor.run_curves import RunCurves

MIN_RECENT_DROP = 0.1
"""Share by which both losses must have fallen over the last third of the training."""
HIGH_LOSS = 0.5
"""Training loss above which any recent fall means that the network had only begun to learn."""
SCHEDULES_ENDING_AT_ZERO = frozenset({"cosine", "one-cycle"})
"""Schedules whose learning rate is almost 0 in the last epoch."""


def still_improving(curves: RunCurves) -> Finding | None:
    """Find a training that ended while both losses were still falling."""
    epochs = curves.epochs
    if not curves.ended or len(epochs) < 2:
        return None
    before, last = epochs[-curves.third - 1], epochs[-1]
    drops = (curves.recent_drop, 1 - last.validation_loss / max(before.validation_loss, 1e-9))
    has_just_begun = last.training_loss > HIGH_LOSS and min(drops) > 0
    # A rate that ends at 0 makes the losses fall until the end, whatever the number of epochs.
    ended_by_schedule = curves.recipe.schedule in SCHEDULES_ENDING_AT_ZERO and last.number >= curves.recipe.epochs
    is_falling = min(drops) >= MIN_RECENT_DROP and not ended_by_schedule
    if not (is_falling or has_just_begun) or curves.best.number < last.number:
        return None
    return Finding(
        "still-improving",
        "note",
        "It was still improving when it ended",
        f"From epoch {before.number} to {last.number} the validation loss fell from "
        f"{formatting.loss(before.validation_loss)} to {formatting.loss(last.validation_loss)} and validation "
        f"accuracy went from {formatting.accuracy(before.validation_accuracy, 1)} to "
        f"{formatting.accuracy(last.validation_accuracy, 1)}.",
        "Both losses were still falling, and the last epoch was the best one. Nothing is wrong. More epochs would "
        "probably improve the network further, until the validation loss stays constant or rises.",
        tuple(with_more_epochs(curves.recipe, 2 * curves.recipe.epochs)),
    )
