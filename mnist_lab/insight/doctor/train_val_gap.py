"""Gaps between training and validation figures that are no illness of the network: of dropout and of batch norm."""

from collections.abc import Iterator

from mnist_lab import formatting
from mnist_lab.insight.doctor.finding import Finding, Treatment
from mnist_lab.insight.doctor.remedies import more_epochs, more_images
from mnist_lab.insight.doctor.run_curves import Patient
from mnist_lab.insight.doctor.too_much_dropout import dropout_layers
from mnist_lab.network import BatchNormalization

MOMENTUM = 0.99
"""Of Keras's batch normalization: what its running averages keep of themselves in each step."""
SETTLED = 0.01
"""Share of their starting values in the running averages, below which they are settled."""
ENOUGH_STEPS = 500
"""After so many steps, 0.7 % of the starting values is left."""
SMALL_BATCH = 32
FEWEST_POINTS = 0.01
"""Accuracy by which validation must be ahead of training for the gap to be seen, and asked about."""
LATE_EPOCH = 4
"""From this epoch on the network no longer changes so much within an epoch that its mean lags behind. While a run is
under way that passes by itself and is not worth a word."""


def training_gap(patient: Patient) -> Finding | None:
    """Explain why training looks worse than validation, when it does and there is a reason."""
    if not patient.epochs:
        return None
    last = patient.last
    reasons = list(_reasons(patient))
    ahead = last.validation_accuracy - last.training_accuracy
    if ahead < FEWEST_POINTS or not reasons:
        return None
    return Finding(
        "training-gap",
        "note",
        "Training looks worse than validation, and that is all right",
        f"Epoch {last.number}: {last.accuracies}, {formatting.points(ahead)} more; the losses are "
        f"{formatting.loss(last.training_loss)} and {formatting.loss(last.validation_loss)}.",
        f"The two are not measured alike. {' '.join(reasons)} The validation curve is the one that tells how well the "
        "network reads.",
    )


def _reasons(patient: Patient) -> Iterator[str]:
    layers = patient.run.network.layers
    if dropped := len(dropout_layers(patient)):
        yield (
            f"In training, {formatting.quantity(dropped, 'dropout layer')} set{'s' if dropped == 1 else ''} values to "
            "zero at "
            "random, which makes reading harder; in validation nothing is dropped."
        )
    if any(isinstance(layer, BatchNormalization) for layer in layers):
        yield (
            "In training, batch normalization uses the mean and spread of each batch, which differ from batch to "
            "batch; in validation it uses the steadier averages over many batches."
        )
    if patient.recipe.augmentation != "none":
        yield "In training, augmentation shifts and turns the digits; in validation they are as they are."
    if patient.ended and patient.last.number < LATE_EPOCH:
        yield (
            "The training figures are means over the whole epoch, its clumsy beginning included; validation comes at "
            "the epoch's end."
        )


def unsettled_batch_norm(patient: Patient) -> Finding | None:
    """Find a training too short for the running averages that batch normalization reads with."""
    layers = patient.run.network.layers
    index = next((place for place, layer in enumerate(layers) if isinstance(layer, BatchNormalization)), None)
    if index is None or not patient.epochs:
        return None
    last, unsettled = patient.last, MOMENTUM**patient.steps
    behind = last.training_accuracy - last.validation_accuracy
    if unsettled < SETTLED or behind < FEWEST_POINTS or last.validation_loss < 1.25 * last.training_loss:
        return None
    return Finding(
        "unsettled-batch-norm",
        "moderate" if patient.ended and behind > 0.1 else "note",
        "Batch normalization has not settled yet",
        f"After {formatting.quantity(patient.steps, 'step')}, {formatting.probability(unsettled)} of its running "
        "averages is "
        f"still "
        f"what they started with; {last.accuracies}.",
        "In training, batch normalization uses the mean and spread of each batch; in validation, and whenever the "
        "network is used, it uses running averages of them, which start at 0 and 1 and move by a hundredth in each "
        "step. Until they have caught up, which takes about 450 steps, the network reads with wrong ones. This is "
        "neither overfitting nor a fault of the network: more steps settle it, by more epochs, more images or "
        "smaller batches.",
        tuple(_more_steps(patient)),
        index,
    )


def _more_steps(patient: Patient) -> Iterator[Treatment]:
    recipe = patient.recipe
    steps_an_epoch = max(1, patient.steps // max(1, patient.last.number))
    yield from more_epochs(recipe, max(2 * recipe.epochs, -(-ENOUGH_STEPS // steps_an_epoch)))
    if recipe.batch_size > SMALL_BATCH:
        yield Treatment(f"Batches of {SMALL_BATCH}", recipe=recipe.with_changes(batch_size=SMALL_BATCH))
    yield from more_images(recipe)
