"""Too much dropout: in training, too little of the signal reaches the output."""

import math
from dataclasses import dataclass

from mnist_lab import formatting
from mnist_lab.insight.doctor.finding import Finding, Remedy
from mnist_lab.insight.doctor.remedies import with_dropout_rate, with_max_dropout
from mnist_lab.insight.doctor.run_curves import RunCurves
from mnist_lab.network import Dropout, SpatialDropout2D
from mnist_lab.network.diagnosis.smaller_network import value_count

GENTLE_RATE = 0.25
HEAVY_RATE = 0.6
"""A rate from which a single dropout layer is suspect."""
LOW_KEPT_SHARE = 0.3
"""Share of the signal that all dropout layers together keep, below which they are suspect."""
MIN_VALUES_LEFT = 16
"""Values that one dropout layer leaves, below which it is suspect: with fewer, ten digits are hard to tell apart."""
MAX_TRAINING_ACCURACY = 0.8
"""Training accuracy, with dropout active, above which dropout has done no harm."""
MAX_VALIDATION_ACCURACY = 0.95
"""Validation accuracy, without dropout, above which dropout has done no harm."""
VALIDATION_LEAD = 0.05
"""Accuracy by which validation, without dropout, is ahead of training when dropout is the cause."""
VERY_LOW_KEPT_SHARE = 0.1
"""Share of the signal below which a low training accuracy alone is sufficient evidence."""


@dataclass(frozen=True, slots=True)
class DropoutLayer:
    """A dropout layer with a rate above 0."""

    index: int
    rate: float
    units: int
    """Number of its inputs: values, or channels where whole channels are dropped."""
    unit: str
    """"value" or "channel"."""

    @property
    def left(self) -> float:
        """Mean number of inputs that are kept."""
        return self.units * (1 - self.rate)


def dropout_layers(curves: RunCurves) -> list[DropoutLayer]:
    """The dropout layers of the network, in order."""
    found = []
    for report in curves.analysis.layers:
        layer = report.layer
        if report.index is None or not isinstance(layer, Dropout | SpatialDropout2D) or not 0 < layer.rate <= 1:
            continue
        shape = report.input_shape
        if isinstance(layer, SpatialDropout2D) and shape is not None:
            found.append(DropoutLayer(report.index, layer.rate, shape[-1], "channel"))
        else:
            found.append(DropoutLayer(report.index, layer.rate, value_count(shape), "value"))
    return found


def kept_share(layers: list[DropoutLayer]) -> float:
    """Share of the signal that is left after all these layers, 0..1: the product of what each keeps."""
    return math.prod(1 - layer.rate for layer in layers)


def too_much_dropout(curves: RunCurves) -> Finding | None:
    """Find dropout that leaves so few values that the network learns badly."""
    layers = dropout_layers(curves)
    suspects = [layer for layer in layers if layer.rate >= HEAVY_RATE or _leaves_too_little(layer)]
    if not (suspects or kept_share(layers) < LOW_KEPT_SHARE) or not layers or not _learns_badly(curves):
        return None
    starved = [layer for layer in suspects if _leaves_too_little(layer)]
    worst = min(starved, key=lambda layer: layer.left) if starved else max(layers, key=lambda layer: layer.rate)
    return Finding(
        "too-much-dropout",
        "serious" if curves.last.validation_accuracy < MAX_TRAINING_ACCURACY else "moderate",
        "Too much dropout",
        _evidence(curves, layers, worst),
        "Dropout sets values to zero at random in every training step. In validation and test, and whenever the "
        "network is used, it is off. With so few values left, each step sees only small parts of a digit, different "
        "ones each time, so the gradients of successive steps contradict each other. The network learns slowly and "
        "stays far below what its layers could achieve. More layers or epochs would not help. The fewer values a layer "
        "outputs, the less dropout it tolerates; rates from 0.2 to 0.5 after wide layers are usual.",
        tuple(_remedies(curves, layers, worst)),
        worst.index,
    )


def _leaves_too_little(layer: DropoutLayer) -> bool:
    return layer.left < MIN_VALUES_LEFT and layer.rate >= 0.4


def _learns_badly(curves: RunCurves) -> bool:
    if not curves.epochs or not (curves.ended or len(curves.epochs) >= 4):
        return False
    last = curves.last
    if last.training_accuracy >= MAX_TRAINING_ACCURACY or last.validation_accuracy >= MAX_VALIDATION_ACCURACY:
        return False
    lead = last.validation_accuracy - last.training_accuracy
    keeps_almost_nothing = kept_share(dropout_layers(curves)) < VERY_LOW_KEPT_SHARE
    return lead >= VALIDATION_LEAD or keeps_almost_nothing or curves.is_chance(last.training_accuracy)


def _evidence(curves: RunCurves, layers: list[DropoutLayer], worst: DropoutLayer) -> str:
    last = curves.last
    evidence = (
        f"Layer {worst.index + 1}, dropout {formatting.dropout_rate(worst.rate)}, leaves about {worst.left:.0f} of "
        f"{formatting.quantity(worst.units, worst.unit)} per image"
    )
    if len(layers) > 1:
        evidence += f"; the {len(layers)} dropout layers together keep {formatting.probability(kept_share(layers))}"
    return (
        f"{evidence}. With dropout, in training, accuracy is {formatting.accuracy(last.training_accuracy, 1)}; "
        f"without it, in validation, {formatting.accuracy(last.validation_accuracy, 1)}."
    )


def _remedies(curves: RunCurves, layers: list[DropoutLayer], worst: DropoutLayer) -> list[Remedy]:
    network = curves.run.network
    remedies = list(with_max_dropout(network, GENTLE_RATE))
    if worst.rate > GENTLE_RATE:
        remedies.append(with_dropout_rate(network, worst.index, GENTLE_RATE))
    without = network
    for layer in reversed(layers):
        without = without.remove(layer.index)
    remedies.append(Remedy("No dropout at all", network=without))
    return remedies
