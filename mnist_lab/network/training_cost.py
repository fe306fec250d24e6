"""What training on a network costs a machine, and from that how long it takes: told from layers and shapes alone.

A step's time is close to a sum of four: arithmetic, values written and read again, operations started, and parameters
updated. What each costs depends on the machine; how much of each there is depends on the network.
"""

from dataclasses import dataclass
from math import prod

from mnist_lab.network.analysis import Analysis, LayerReport
from mnist_lab.network.layers import BatchNormalization, Conv2D, Dense, Dropout, SpatialDropout2D
from mnist_lab.network.shapes import INPUT_SHAPE

VECTOR = 8
"""Kernels of convolutions work on so many channels at once; fewer take as long."""
OF_FIRST = 2 / 3
"""Forward and the gradient of the filters, without that of the input."""
NORMALIZED, DROPPED, ACTIVATED, POOLED = 2.7, 2.5, 0.3, 0.1
"""What a value of these layers costs, next to one of a convolution. Fitted, as is the sum itself, to the measured
speed of 35 networks on two cores (AVX2, float32), of which it then told 33 within 30 %."""


@dataclass(frozen=True, slots=True)
class Work:
    """What training on one image costs; what is done once a step is shared among the batch."""

    multiply_adds: float
    values: float
    operations: float
    parameters: float


@dataclass(frozen=True, slots=True)
class MachineSpeed:
    """Seconds that each part of `Work` takes on a machine; none is negative, and not all are 0."""

    multiply_add: float
    value: float
    operation: float
    parameter: float

    def seconds(self, work: Work) -> float:
        """How long training on one image takes, above 0."""
        return (
            work.multiply_adds * self.multiply_add
            + work.values * self.value
            + work.operations * self.operation
            + work.parameters * self.parameter
        )


TYPICAL = MachineSpeed(multiply_add=5.8e-11, value=2.7e-9, operation=3.9e-4, parameter=3.1e-9)
"""Two cores with AVX2, in float32: what is taken for a machine that was not measured."""


def training_work(analysis: Analysis, batch_size: int) -> Work:
    """The work of a valid network, for one training image out of `batch_size`."""
    return Work(
        multiply_adds=sum(map(_multiply_adds, analysis.layers)),
        values=prod(INPUT_SHAPE) + sum(map(_values, analysis.layers)),
        # Flattened values are the same ones in the same places: nothing is started for that.
        operations=sum(report.layer.kind != "Flatten" for report in analysis.layers) / batch_size,
        parameters=analysis.parameters / batch_size,
    )


def _multiply_adds(report: LayerReport) -> float:
    layer = report.layer
    if not isinstance(layer, Conv2D) or report.input_shape is None:
        return report.multiply_adds
    channels = report.input_shape[-1]
    padded = report.multiply_adds * _up(layer.filters) / layer.filters
    # A picture's one channel is not filled up, as there are kernels for it; and nobody asks for the picture's gradient.
    return padded * OF_FIRST if channels == 1 else padded * _up(channels) / channels


def _values(report: LayerReport) -> float:
    if report.input_shape is None or report.output_shape is None:
        return 0.0
    given, made = prod(report.input_shape), prod(report.output_shape)
    layer = report.layer
    if isinstance(layer, BatchNormalization):
        return NORMALIZED * made
    if isinstance(layer, Dropout | SpatialDropout2D):
        return DROPPED * made
    if "Pooling" in layer.kind:
        return POOLED * given
    activated = ACTIVATED * made if getattr(layer, "activation", "linear") != "linear" else 0.0
    return activated + (made if isinstance(layer, Conv2D | Dense) else 0.0)


def _up(channels: int) -> int:
    return -(-channels // VECTOR) * VECTOR
