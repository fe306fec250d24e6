"""Too much dropout: while training, hardly anything reaches the end of the network."""

from dataclasses import dataclass

from mnist_lab import formatting
from mnist_lab.insight.doctor.finding import Finding, Treatment
from mnist_lab.insight.doctor.remedies import with_dropout_rate, with_dropouts_at_most
from mnist_lab.insight.doctor.run_curves import Patient
from mnist_lab.network import Dropout, SpatialDropout2D
from mnist_lab.network.diagnosis.shrink import values

GENTLE_RATE = 0.25
HEAVY_RATE = 0.6
"""A rate from which on a single dropout layer is suspect."""
LITTLE_LEFT = 0.3
"""Share of the signal that all dropout layers together let through, below which they are suspect."""
FEW_LEFT = 16
"""Values, left over by one dropout layer, below which it is suspect: with fewer, ten digits are hard to tell apart."""
POOR_TRAINING = 0.8
"""Training accuracy, with dropout at work, above which no suspect has done harm."""
GOOD_VALIDATION = 0.95
"""Validation accuracy above which it has done none either."""
GAP = 0.05
"""Accuracy by which validation, where nothing is dropped, is ahead of training when dropout is what holds it back."""
HARDLY_ANYTHING = 0.1
"""Share of the signal below which all dropout layers together need no more proof than poor training."""


@dataclass(frozen=True, slots=True)
class DropoutLayer:
    """A dropout layer that drops something."""

    index: int
    rate: float
    units: int
    """What reaches it: values, or channels where whole ones are dropped."""
    unit: str
    """"value" or "channel"."""

    @property
    def left(self) -> float:
        """How many of them are left over on average."""
        return self.units * (1 - self.rate)


def dropout_layers(patient: Patient) -> list[DropoutLayer]:
    """The dropout layers of the network, in order."""
    found = []
    for report in patient.analysis.layers:
        layer = report.layer
        if report.index is None or not isinstance(layer, Dropout | SpatialDropout2D) or not 0 < layer.rate <= 1:
            continue
        shape = report.input_shape
        if isinstance(layer, SpatialDropout2D) and shape is not None:
            found.append(DropoutLayer(report.index, layer.rate, shape[-1], "channel"))
        else:
            found.append(DropoutLayer(report.index, layer.rate, values(shape), "value"))
    return found


def kept_share(layers: list[DropoutLayer]) -> float:
    """Share of the signal that is left after all of them, 0..1: the product of what each keeps."""
    share = 1.0
    for layer in layers:
        share *= 1 - layer.rate
    return share


def too_much_dropout(patient: Patient) -> Finding | None:
    """Find dropout that leaves so little that the network hardly learns."""
    layers = dropout_layers(patient)
    suspects = [layer for layer in layers if layer.rate >= HEAVY_RATE or _starves(layer)]
    if not (suspects or kept_share(layers) < LITTLE_LEFT) or not layers or not _learns_badly(patient):
        return None
    starving = [layer for layer in suspects if _starves(layer)]
    worst = min(starving, key=lambda layer: layer.left) if starving else max(layers, key=lambda layer: layer.rate)
    return Finding(
        "too-much-dropout",
        "serious" if patient.last.validation_accuracy < POOR_TRAINING else "moderate",
        "Too much dropout",
        _evidence(patient, layers, worst),
        "Dropout sets values to zero at random in every training step; when the network is used, validation and test "
        "included, all of them are there. With so little left over, each step sees only scraps of a digit, other ones "
        "each time, and what one step teaches the next one contradicts. So the network learns slowly and stays far "
        "below what its layers could do. It is no lack of layers or of training: the fewer values a layer hands on, "
        "the less dropout it bears. Rates from 0.2 to 0.5 are usual, after wide layers only.",
        tuple(_treatments(patient, layers, worst)),
        worst.index,
    )


def _starves(layer: DropoutLayer) -> bool:
    return layer.left < FEW_LEFT and layer.rate >= 0.4


def _learns_badly(patient: Patient) -> bool:
    if not patient.epochs or not (patient.ended or len(patient.epochs) >= 4):
        return False
    last = patient.last
    if last.training_accuracy >= POOR_TRAINING or last.validation_accuracy >= GOOD_VALIDATION:
        return False
    gap = last.validation_accuracy - last.training_accuracy
    hardly_anything = kept_share(dropout_layers(patient)) < HARDLY_ANYTHING
    return gap >= GAP or hardly_anything or patient.is_chance(last.training_accuracy)


def _evidence(patient: Patient, layers: list[DropoutLayer], worst: DropoutLayer) -> str:
    last = patient.last
    sentence = (
        f"Layer {worst.index + 1}, dropout {formatting.dropout_rate(worst.rate)}, leaves about {worst.left:.0f} of "
        f"{formatting.quantity(worst.units, worst.unit)} a picture"
    )
    if len(layers) > 1:
        sentence += f"; together {len(layers)} dropout layers let {formatting.probability(kept_share(layers))} through"
    return (
        f"{sentence}. With dropout at work, in training, {formatting.accuracy(last.training_accuracy, 1)} of the "
        f"digits are "
        f"read right; without it, in validation, {formatting.accuracy(last.validation_accuracy, 1)}."
    )


def _treatments(patient: Patient, layers: list[DropoutLayer], worst: DropoutLayer) -> list[Treatment]:
    network = patient.run.network
    treatments = list(with_dropouts_at_most(network, GENTLE_RATE))
    if worst.rate > GENTLE_RATE:
        treatments.append(with_dropout_rate(network, worst.index, GENTLE_RATE))
    without = network
    for layer in reversed(layers):
        without = without.remove(layer.index)
    treatments.append(Treatment("No dropout at all", network=without))
    return treatments
