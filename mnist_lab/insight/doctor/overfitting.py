"""Overfitting and underfitting: memorising the training images, and not being able to learn enough."""

from collections.abc import Iterator

from mnist_lab import formatting
from mnist_lab.insight.doctor.finding import Finding, Remedy, Severity
from mnist_lab.insight.doctor.remedies import with_dropout, with_larger_layers, with_more_images, with_repairs
from mnist_lab.insight.doctor.run_curves import RunCurves

MEMORISED_RATIO = 0.5
"""Training loss as a share of the validation loss, above which training images are not memorised."""
COSTLY_GAP = 0.04
"""Accuracy by which training is ahead of validation, from which overfitting does harm."""
MIN_GAP = 0.005
"""Accuracy by which training must be ahead of validation for overfitting to be reported."""
STALLED_RATIO = 0.95
"""Validation loss as a share of its value a third of the epochs ago, above which it does not fall any more."""
POOR_ACCURACY = 0.9
"""Accuracy, in training and validation alike, below which a network may be too small: on MNIST even the linear model
reaches 0.92."""
POOR_LOSS = 0.5
"""Training loss that the forecast for twice the epochs must stay above for a network to be too small."""
MAX_RECENT_DROP = 0.2
"""Share by which the loss fell over the last third of the training, above which its end cannot be predicted."""
MIN_STEPS = 200
"""A shorter training may not have had the time to learn."""

_TOO_SMALL = ("bottleneck", "linear-model", "narrow-view", "shrinks-fast", "skips-values", "no-activation")


def overfitting(curves: RunCurves) -> Finding | None:
    """Find a network that improves on the training images only."""
    if len(curves.epochs) < 3:
        return None
    last, best = curves.last, curves.best
    rise = last.validation_loss / max(best.validation_loss, 1e-9)
    since = last.number - best.number
    if last.training_loss > MEMORISED_RATIO * last.validation_loss:
        return None
    if not (since >= 3 and rise >= 1.15) and not (curves.ended and _has_stalled(curves)):
        return None
    gap = last.training_accuracy - last.validation_accuracy
    severity: Severity = "moderate" if gap >= max(COSTLY_GAP, curves.validation_margin) else "note"
    if gap < MIN_GAP or (severity == "note" and rise < 1.05):
        return None
    return Finding(
        "overfitting",
        severity,
        "Overfitting: it memorises the training images",
        f"{_validation_loss_text(curves)}, while the training loss fell to {formatting.loss(last.training_loss)}; "
        f"{last.accuracies}.",
        _why_overfitting(curves),
        tuple(_against_overfitting(curves)),
    )


def _has_stalled(curves: RunCurves) -> bool:
    before = curves.epochs[-curves.third - 1]
    return curves.last.validation_loss > STALLED_RATIO * before.validation_loss


def _validation_loss_text(curves: RunCurves) -> str:
    last, best = curves.last, curves.best
    if last.validation_loss < 1.02 * best.validation_loss:
        return f"The validation loss does not fall any more and is {formatting.loss(last.validation_loss)}"
    return (
        f"Since epoch {best.number} the validation loss rose from {formatting.loss(best.validation_loss)} to "
        f"{formatting.loss(last.validation_loss)}"
    )


def _why_overfitting(curves: RunCurves) -> str:
    data = curves.run.data
    images = f"the {data.training:,} training images" if data else "the training images"
    best = "; so does keeping the weights of the best epoch, which this run did" if curves.recipe.kept == "best" else ""
    return (
        f"{formatting.quantity(curves.analysis.parameters, 'parameter')} can memorise many of {images}. From some "
        "point on, memorising them lowers the training loss more easily than learning what the digits have in common. "
        "More images, images that are varied in each epoch (augmentation), or dropout make memorising harder. "
        f"Early stopping prevents the validation loss from rising further{best}."
    )


def _against_overfitting(curves: RunCurves) -> Iterator[Remedy]:
    recipe = curves.recipe
    yield from with_more_images(recipe)
    if recipe.augmentation == "none":
        yield Remedy("Light augmentation", recipe=recipe.with_changes(augmentation="light"))
    yield from with_dropout(curves.run.network)
    if recipe.early_stopping is None:
        yield Remedy("Stop early, after 3 epochs without gain", recipe=recipe.with_changes(early_stopping=3))


def underfitting(curves: RunCurves) -> Finding | None:
    """Find a network that has learned nearly all it can and still classifies badly."""
    if not curves.ended or len(curves.epochs) < 4 or curves.steps < MIN_STEPS:
        return None
    last = curves.last
    is_poor = max(last.training_accuracy, last.validation_accuracy) < POOR_ACCURACY
    if not is_poor or curves.recent_drop > MAX_RECENT_DROP or curves.forecast_loss < POOR_LOSS:
        return None
    return Finding(
        "underfitting",
        "moderate",
        "Underfitting: the network is too small for the task",
        f"At the end: {last.accuracies}. The training loss is {formatting.loss(last.training_loss)}; at the rate of "
        f"the last epochs, {formatting.count(2 * last.number)} epochs would bring it to about "
        f"{formatting.loss(curves.forecast_loss)}.",
        "The network has nearly stopped improving, and it misclassifies many of the very images it is trained on. "
        f"{formatting.quantity(curves.analysis.parameters, 'parameter')} in this architecture are not enough to "
        "distinguish ten digits. Training longer will not change that. More filters or units will, or a convolution "
        "that processes the strokes before pooling removes them.",
        (*with_repairs(curves.run.network, _TOO_SMALL), *with_larger_layers(curves.run.network)),
    )
