"""Estimate how long training on an image takes, from layers and shapes alone.

The time of a step is close to the sum of four parts: arithmetic, values written and read again, operations started, and
parameters updated. The amount of each part depends on the network; the time per unit depends on the machine.
"""

from dataclasses import dataclass
from math import prod

from mnist_lab.network.analysis import Analysis, LayerReport
from mnist_lab.network.layers import BatchNormalization, Conv2D, Dense, Dropout, SpatialDropout2D
from mnist_lab.network.shapes import INPUT_SHAPE

VECTOR_CHANNELS = 8
"""Channels that a convolution on a CPU computes at once; fewer channels take the same time."""
FIRST_LAYER_SHARE = 2 / 3
"""Work of the first convolution relative to later ones: the gradient with respect to its input is not computed."""
NORMALIZATION_COST, DROPOUT_COST, ACTIVATION_COST, POOLING_COST = 2.7, 2.5, 0.3, 0.1
"""Cost of a value in these layers relative to one in a convolution. Fitted, like the model as a whole, to the measured
speed of 35 networks on two cores (AVX2, float32); the fit is within 30 % for 33 of them."""


@dataclass(frozen=True, slots=True)
class TrainingWork:
    """Work of training on one image; work that is done once per step is divided by the batch size."""

    multiply_adds: float
    values: float
    operations: float
    parameters: float


@dataclass(frozen=True, slots=True)
class MachineSpeed:
    """Seconds per unit of each part of `TrainingWork` on a machine; none is negative, and not all are 0."""

    multiply_add: float
    value: float
    operation: float
    parameter: float

    def seconds(self, work: TrainingWork) -> float:
        """Seconds of training on one image, above 0."""
        return (
            work.multiply_adds * self.multiply_add
            + work.values * self.value
            + work.operations * self.operation
            + work.parameters * self.parameter
        )


TYPICAL_SPEED = MachineSpeed(multiply_add=5.8e-11, value=2.7e-9, operation=3.9e-4, parameter=3.1e-9)
"""Speed of two cores with AVX2, in float32; used for a machine that was not measured."""


def training_work(analysis: Analysis, batch_size: int) -> TrainingWork:
    """Work of training a valid network on one image of a batch of `batch_size`."""
    return TrainingWork(
        multiply_adds=sum(map(_multiply_adds, analysis.layers)),
        values=prod(INPUT_SHAPE) + sum(map(_values, analysis.layers)),
        # Flatten only changes the shape: no operation is started for it.
        operations=sum(report.layer.kind != "Flatten" for report in analysis.layers) / batch_size,
        parameters=(analysis.parameters or 0) / batch_size,
    )


def _multiply_adds(report: LayerReport) -> float:
    layer = report.layer
    if not isinstance(layer, Conv2D) or report.input_shape is None:
        return report.multiply_adds or 0
    channels = report.input_shape[-1]
    padded = (report.multiply_adds or 0) * _rounded_up(layer.filters) / layer.filters
    # There are special kernels for one channel, and the gradient with respect to the image is not needed.
    return padded * FIRST_LAYER_SHARE if channels == 1 else padded * _rounded_up(channels) / channels


def _values(report: LayerReport) -> float:
    if report.input_shape is None or report.output_shape is None:
        return 0.0
    inputs, outputs = prod(report.input_shape), prod(report.output_shape)
    layer = report.layer
    if isinstance(layer, BatchNormalization):
        return NORMALIZATION_COST * outputs
    if isinstance(layer, Dropout | SpatialDropout2D):
        return DROPOUT_COST * outputs
    if "Pooling" in layer.kind:
        return POOLING_COST * inputs
    activation = ACTIVATION_COST * outputs if getattr(layer, "activation", "linear") != "linear" else 0.0
    return activation + (outputs if isinstance(layer, Conv2D | Dense) else 0.0)


def _rounded_up(channels: int) -> int:
    return -(-channels // VECTOR_CHANNELS) * VECTOR_CHANNELS
