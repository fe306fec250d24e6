"""Overfitting and underfitting: learning by heart, and not being able to learn enough."""

from collections.abc import Iterator

from mnist_lab import formatting
from mnist_lab.insight.doctor.finding import Finding, Severity, Treatment
from mnist_lab.insight.doctor.remedies import larger, more_images, repaired, with_dropout
from mnist_lab.insight.doctor.run_curves import Patient

BY_HEART = 0.5
"""Share of the validation loss that the training loss is below, when training images are read from memory."""
GAP = 0.04
"""Accuracy by which training is ahead of validation, from which on overfitting costs something."""
SMALL_GAP = 0.005
"""Accuracy by which training must be ahead for the gap to be worth a word."""
STALLED = 0.95
"""Share of what it was a third of the training ago, above which the validation loss is not falling any more."""
POOR = 0.9
"""Accuracy, in training and validation alike, below which a network may be too small: on MNIST even the linear model
gets to 0.92."""
POOR_LOSS = 0.5
"""Training loss that it keeps above even when it goes on as it does for as long again."""
STILL_FALLING = 0.2
"""Share by which the loss fell over the last third of the training, above which nobody knows where it will end."""
FEWEST_STEPS = 200
"""A training shorter than this may not have had the time."""

_TOO_SMALL = ("bottleneck", "linear-model", "narrow-view", "shrinks-fast", "skips-values", "no-activation")


def overfitting(patient: Patient) -> Finding | None:
    """Find a network that gets better on the training images only."""
    if len(patient.epochs) < 3:
        return None
    last, best = patient.last, patient.best
    rise = last.validation_loss / max(best.validation_loss, 1e-9)
    since = last.number - best.number
    if last.training_loss > BY_HEART * last.validation_loss:
        return None
    if not (since >= 3 and rise >= 1.15) and not (patient.ended and _has_stalled(patient)):
        return None
    gap = last.training_accuracy - last.validation_accuracy
    severity: Severity = "moderate" if gap >= max(GAP, patient.validation_luck) else "note"
    if gap < SMALL_GAP or (severity == "note" and rise < 1.05):
        return None
    return Finding(
        "overfitting",
        severity,
        "Overfitting: it learns the training images by heart",
        f"{_validation(patient)}, while the training loss fell to {formatting.loss(last.training_loss)}; "
        f"{last.accuracies}.",
        _why_overfitting(patient),
        tuple(_against_overfitting(patient)),
    )


def _has_stalled(patient: Patient) -> bool:
    before = patient.epochs[-patient.third - 1]
    return patient.last.validation_loss > STALLED * before.validation_loss


def _validation(patient: Patient) -> str:
    last, best = patient.last, patient.best
    if last.validation_loss < 1.02 * best.validation_loss:
        return f"The validation loss does not fall any more and is {formatting.loss(last.validation_loss)}"
    return (
        f"Since epoch {best.number} the validation loss rose from {formatting.loss(best.validation_loss)} to "
        f"{formatting.loss(last.validation_loss)}"
    )


def _why_overfitting(patient: Patient) -> str:
    data = patient.run.data
    images = f"the {data.training:,} training images" if data else "the training images"
    kept = (
        ", as does keeping the weights of the best epoch, which this run did" if patient.recipe.kept == "best" else ""
    )
    return (
        f"{formatting.quantity(patient.analysis.parameters, 'parameter')} can store a good deal of {images}, and from "
        "some "
        "point on it is easier to remember them one by one than to get the idea of each digit. What helps then is "
        "what makes remembering harder: more images, images that look different each time (augmentation), or dropout. "
        f"Stopping early keeps it from getting worse{kept}."
    )


def _against_overfitting(patient: Patient) -> Iterator[Treatment]:
    recipe = patient.recipe
    yield from more_images(recipe)
    if recipe.augmentation == "none":
        yield Treatment("Light augmentation", recipe=recipe.with_changes(augmentation="light"))
    yield from with_dropout(patient.run.network)
    if recipe.early_stopping is None:
        yield Treatment("Stop early, after 3 epochs without gain", recipe=recipe.with_changes(early_stopping=3))


def underfitting(patient: Patient) -> Finding | None:
    """Find a network that has learnt all it can, and that is little."""
    if not patient.ended or len(patient.epochs) < 4 or patient.steps < FEWEST_STEPS:
        return None
    last = patient.last
    reads_badly = max(last.training_accuracy, last.validation_accuracy) < POOR
    if not reads_badly or patient.fall > STILL_FALLING or patient.forecast < POOR_LOSS:
        return None
    return Finding(
        "underfitting",
        "moderate",
        "Underfitting: the network is too small for the task",
        f"At the end: {last.accuracies}. The training loss is {formatting.loss(last.training_loss)}; at the pace of "
        f"the last "
        f"epochs, {formatting.count(2 * last.number)} epochs would bring it to about "
        f"{formatting.loss(patient.forecast)}.",
        "The network has learnt nearly what it can, and it reads even the images that it learns from badly. "
        f"{formatting.quantity(patient.analysis.parameters, 'parameter')} in this arrangement cannot hold enough of "
        "what tells "
        "ten digits apart. Training longer will not change that; more filters or units will, or "
        "a convolution that sees the strokes before they are pooled away.",
        (*repaired(patient.run.network, _TOO_SMALL), *larger(patient.run.network)),
    )
