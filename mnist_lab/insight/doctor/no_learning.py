"""No learning at all: the network guesses as well as at the start."""

import math

from mnist_lab import formatting
from mnist_lab.insight.doctor.finding import Finding, Treatment
from mnist_lab.insight.doctor.remedies import normalised, repaired, usual_rate, with_activation, with_rate
from mnist_lab.insight.doctor.run_curves import CHANCE_ACCURACY, CHANCE_LOSS, Patient

FEWEST_STEPS = 40
"""A training shorter than this may not have had the time."""
CERTAIN_STEPS = 400
"""A training that is under way has had its chance after so many steps; some sit still for a while and then take off."""
FADED = 1e-3
"""Size of the first layer's gradient as a share of the last one's, below which hardly anything gets there."""
_SATURATES, _DEEP = "activation-saturates", "deep-without-normalization"


def no_learning(patient: Patient) -> Finding | None:
    """Find a training that ends where guessing is, on training and validation images alike."""
    if not patient.epochs or patient.steps < FEWEST_STEPS:
        return None
    if not patient.ended and (patient.steps < CERTAIN_STEPS or len(patient.epochs) < 2):
        return None
    last = patient.last
    images = patient.run.data.validation if patient.run.data else None
    if not patient.is_chance(last.training_accuracy) or not patient.is_chance(last.validation_accuracy, images):
        return None
    cause, treatments, index = _cause(patient)
    return Finding(
        "no-learning",
        "serious",
        "It does not learn",
        f"After {formatting.count(patient.steps)} steps: {last.accuracies}, where always answering 1 gets "
        f"{formatting.accuracy(CHANCE_ACCURACY, 1)}. The training loss is {formatting.loss(last.training_loss)}; "
        f"guessing costs "
        f"{formatting.loss(CHANCE_LOSS)}."
        f"{_faded(patient)}",
        f"The network has found nothing better than to give every picture the same answer. {cause}",
        treatments,
        index,
    )


def _faded(patient: Patient) -> str:
    sizes = [layer.gradient for layer in patient.health if layer.gradient is not None]
    if len(sizes) < 2 or not all(map(math.isfinite, sizes)) or sizes[0] >= FADED * sizes[-1]:
        return ""
    return f" The gradient is {sizes[-1]:.0e} in the last layer and {sizes[0]:.0e} in the first."


def _cause(patient: Patient) -> tuple[str, tuple[Treatment, ...], int | None]:
    network, recipe = patient.run.network, patient.recipe
    rules = {problem.rule: problem for problem in patient.analysis.warnings}
    if problem := rules.get(_SATURATES):
        return (
            "Its layers use sigmoid, whose slope is at most a quarter: on its way back through each layer the signal "
            "that tells the weights where to go shrinks at least four times, and the first layers get next to nothing "
            "of it. relu has slope 1 and lets it through; batch normalization keeps sigmoid where it is steep.",
            (*repaired(network, (_SATURATES,)), *normalised(network)),
            problem.index,
        )
    if problem := rules.get(_DEEP):
        return (
            "It is so deep that the signal which tells the weights where to go fades on its way back through the "
            "layers. Batch normalization between them keeps its size, and fewer layers have less far to send it.",
            tuple(Treatment(repair.label, network=repair.network) for repair in problem.repairs),
            problem.index,
        )
    return (
        "No signal gets from the loss back to the weights: often because relu units give 0 for every picture, after a "
        "step that was too long or a start that was unlucky. A smaller learning rate, batch normalization or an "
        "activation that is never quite 0 helps.",
        (
            with_rate(recipe, usual_rate(recipe) / 3),
            *normalised(network),
            *with_activation(network, "leaky_relu", "relu"),
        ),
        None,
    )
