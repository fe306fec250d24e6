"""Harmless gaps between training and validation metrics: those caused by dropout and by batch normalization."""

from collections.abc import Iterator

from mnist_lab import formatting
from mnist_lab.insight.doctor.finding import Finding, Remedy
from mnist_lab.insight.doctor.remedies import with_more_epochs, with_more_images
from mnist_lab.insight.doctor.run_curves import RunCurves
from mnist_lab.insight.doctor.too_much_dropout import dropout_layers
from mnist_lab.network import BatchNormalization

MOMENTUM = 0.99
"""Momentum of Keras's batch normalization: share of the running averages that each step keeps."""
SETTLED_SHARE = 0.01
"""Share of the initial values in the running averages, below which they have settled."""
STEPS_TO_SETTLE = 500
"""After so many steps, 0.7 % of the initial values is left."""
SMALL_BATCH = 32
MIN_GAP = 0.01
"""Accuracy by which one set must be ahead of the other for the gap to be visible."""
LATE_EPOCH = 4
"""From this epoch on, a network changes so little within an epoch that the mean over it does not lag behind. While a
run is under way, an earlier gap closes by itself and is not reported."""


def training_gap(curves: RunCurves) -> Finding | None:
    """Explain why training figures are worse than validation figures, if they are and there is a known reason."""
    if not curves.epochs:
        return None
    last = curves.last
    reasons = list(_reasons(curves))
    lead = last.validation_accuracy - last.training_accuracy
    if lead < MIN_GAP or not reasons:
        return None
    return Finding(
        "training-gap",
        "note",
        "Training looks worse than validation, which is normal here",
        f"Epoch {last.number}: {last.accuracies}, {formatting.points(lead)} more; the losses are "
        f"{formatting.loss(last.training_loss)} and {formatting.loss(last.validation_loss)}.",
        f"The two are not measured in the same way. {' '.join(reasons)} The validation figures show how good the "
        "network is.",
    )


def _reasons(curves: RunCurves) -> Iterator[str]:
    layers = curves.run.network.layers
    if dropped := len(dropout_layers(curves)):
        yield (
            f"In training, {formatting.quantity(dropped, 'dropout layer')} set{'s' if dropped == 1 else ''} values to "
            "zero at random, which makes classification harder; in validation nothing is dropped."
        )
    if any(isinstance(layer, BatchNormalization) for layer in layers):
        yield (
            "In training, batch normalization uses the mean and spread of each batch, which differ from batch to "
            "batch; in validation it uses running averages over many batches."
        )
    if curves.recipe.augmentation != "none":
        yield "In training, augmentation shifts and rotates the digits; in validation they are unchanged."
    if curves.ended and curves.last.number < LATE_EPOCH:
        yield (
            "The training figures are means over the whole epoch, including its beginning, when the network was worse; "
            "validation is measured at the end of the epoch."
        )


def unsettled_batch_norm(curves: RunCurves) -> Finding | None:
    """Find a training too short for the running averages that batch normalization uses in validation."""
    layers = curves.run.network.layers
    index = next((index for index, layer in enumerate(layers) if isinstance(layer, BatchNormalization)), None)
    if index is None or not curves.epochs:
        return None
    last, unsettled = curves.last, MOMENTUM**curves.steps
    behind = last.training_accuracy - last.validation_accuracy
    if unsettled < SETTLED_SHARE or behind < MIN_GAP or last.validation_loss < 1.25 * last.training_loss:
        return None
    return Finding(
        "unsettled-batch-norm",
        "moderate" if curves.ended and behind > 0.1 else "note",
        "Batch normalization has not settled yet",
        f"After {formatting.quantity(curves.steps, 'step')}, {formatting.probability(unsettled)} of its running "
        f"averages is still their initial value; {last.accuracies}.",
        "In training, batch normalization uses the mean and spread of each batch. In validation, and whenever the "
        "network is used, it uses running averages of them, which start at 0 and 1 and move by 1 % in each step. Until "
        "they have settled, after about 450 steps, the network computes with wrong values. This is not overfitting, "
        "and nothing is wrong with the network: more steps solve it, by more epochs, more images or smaller batches.",
        tuple(_more_steps(curves)),
        index,
    )


def _more_steps(curves: RunCurves) -> Iterator[Remedy]:
    recipe = curves.recipe
    steps_per_epoch = max(1, curves.steps // max(1, curves.last.number))
    yield from with_more_epochs(recipe, max(2 * recipe.epochs, -(-STEPS_TO_SETTLE // steps_per_epoch)))
    if recipe.batch_size > SMALL_BATCH:
        yield Remedy(f"Batches of {SMALL_BATCH}", recipe=recipe.with_changes(batch_size=SMALL_BATCH))
    yield from with_more_images(recipe)
