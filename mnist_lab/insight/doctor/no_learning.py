"""No learning at all: the network is no better than guessing."""

import math

from mnist_lab import formatting
from mnist_lab.insight.doctor.finding import Finding, Remedy
from mnist_lab.insight.doctor.remedies import (
    usual_learning_rate,
    with_activation,
    with_batch_normalization,
    with_learning_rate,
    with_repairs,
)
from mnist_lab.insight.doctor.run_curves import CHANCE_ACCURACY, CHANCE_LOSS, RunCurves

MIN_STEPS = 40
"""A shorter training may not have had the time to learn."""
CERTAIN_STEPS = 400
"""Steps after which a run under way that has not learned is reported: some networks start learning late."""
VANISHED_RATIO = 1e-3
"""Gradient of the first layer as a share of the last layer's, below which it has vanished."""
_SATURATES, _DEEP = "activation-saturates", "deep-without-normalization"


def no_learning(curves: RunCurves) -> Finding | None:
    """Find a training that is no better than guessing, on training and validation images alike."""
    if not curves.epochs or curves.steps < MIN_STEPS:
        return None
    if not curves.ended and (curves.steps < CERTAIN_STEPS or len(curves.epochs) < 2):
        return None
    last = curves.last
    images = curves.run.data.validation if curves.run.data else None
    if not curves.is_chance(last.training_accuracy) or not curves.is_chance(last.validation_accuracy, images):
        return None
    cause, remedies, index = _cause(curves)
    return Finding(
        "no-learning",
        "serious",
        "It does not learn",
        f"After {formatting.count(curves.steps)} steps: {last.accuracies}; always answering 1 gives "
        f"{formatting.accuracy(CHANCE_ACCURACY, 1)}. The training loss is {formatting.loss(last.training_loss)}; "
        f"guessing gives {formatting.loss(CHANCE_LOSS)}.{_vanishing_gradient(curves)}",
        f"The network gives every image the same answer. {cause}",
        remedies,
        index,
    )


def _vanishing_gradient(curves: RunCurves) -> str:
    sizes = [layer.gradient for layer in curves.health if layer.gradient is not None]
    if len(sizes) < 2 or not all(map(math.isfinite, sizes)) or sizes[0] >= VANISHED_RATIO * sizes[-1]:
        return ""
    return f" The gradient is {sizes[-1]:.0e} in the last layer and {sizes[0]:.0e} in the first."


def _cause(curves: RunCurves) -> tuple[str, tuple[Remedy, ...], int | None]:
    """The probable cause as text, the remedies for it, and the index of the layer concerned."""
    network, recipe = curves.run.network, curves.recipe
    warnings = {problem.rule: problem for problem in curves.analysis.warnings}
    if problem := warnings.get(_SATURATES):
        return (
            "Its layers use sigmoid, whose slope is at most 1/4: in backpropagation each such layer makes the gradient "
            "at least four times smaller, so that the first layers get almost none (vanishing gradient). relu has "
            "slope 1 for positive values and avoids this; batch normalization keeps the inputs of sigmoid where its "
            "slope is largest.",
            (*with_repairs(network, (_SATURATES,)), *with_batch_normalization(network)),
            problem.index,
        )
    if problem := warnings.get(_DEEP):
        return (
            "It is so deep that the gradient vanishes in backpropagation on its way to the first layers. Batch "
            "normalization between the layers keeps its size; a network with fewer layers loses less of it.",
            tuple(Remedy(repair.label, network=repair.network) for repair in problem.repairs),
            problem.index,
        )
    return (
        "The loss has no gradient that reaches the weights. Often relu units output 0 for every image, after a step "
        "that was too long or with unfortunate initial weights. A smaller learning rate, batch normalization or an "
        "activation whose slope is never 0 helps.",
        (
            with_learning_rate(recipe, usual_learning_rate(recipe) / 3),
            *with_batch_normalization(network),
            *with_activation(network, "leaky_relu", "relu"),
        ),
        None,
    )
