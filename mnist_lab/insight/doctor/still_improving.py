"""Still improving when it ended: more epochs would have paid."""

from mnist_lab import formatting
from mnist_lab.insight.doctor.finding import Finding
from mnist_lab.insight.doctor.remedies import more_epochs
from mnist_lab.insight.doctor.run_curves import Patient

WORTHWHILE = 0.1
"""Share by which the losses must still fall over the last third of the training."""

HIGH_LOSS = 0.5
"""Training loss above which any fall says that the training had hardly begun."""

TO_NOTHING = frozenset({"cosine", "one-cycle"})
"""Schedules whose learning rate is next to nothing in the last epoch."""


def still_improving(patient: Patient) -> Finding | None:
    """Find a training that ended on its way down."""
    epochs = patient.epochs
    if not patient.ended or len(epochs) < 2:
        return None
    third = max(1, len(epochs) // 3)
    before, last = epochs[-third - 1], epochs[-1]
    gains = (patient.fall, 1 - last.validation_loss / max(before.validation_loss, 1e-9))
    far_from_done = last.training_loss > HIGH_LOSS and min(gains) > 0
    # A rate that ends at nothing makes the curves fall to the end, whatever the number of epochs.
    fell_with_the_rate = patient.recipe.schedule in TO_NOTHING and last.number >= patient.recipe.epochs
    on_its_way = min(gains) >= WORTHWHILE and not fell_with_the_rate
    if not (on_its_way or far_from_done) or patient.best.number < last.number:
        return None
    return Finding(
        "still-improving",
        "note",
        "It was still improving when it ended",
        f"From epoch {before.number} to {last.number} the validation loss fell from "
        f"{formatting.loss(before.validation_loss)} to {formatting.loss(last.validation_loss)} and validation "
        f"accuracy went from "
        f"{formatting.accuracy(before.validation_accuracy, 1)} to {formatting.accuracy(last.validation_accuracy, 1)}.",
        "Both curves were on their way down, and the last epoch was the best one. Nothing is wrong; more epochs would "
        "most likely make it better still, until the validation curve gets flat or turns up.",
        tuple(more_epochs(patient.recipe, 2 * patient.recipe.epochs)),
    )
