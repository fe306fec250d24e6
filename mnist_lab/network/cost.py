"""The cost of a layer: parameters with their arithmetic, multiply-adds and memory."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import prod
from typing import Protocol

from mnist_lab.network.layers import (
    AnyLayer,
    BatchNormalization,
    Conv2D,
    Dense,
)
from mnist_lab.network.shapes import Shape


@dataclass(frozen=True)
class Parameters:
    """Number of parameters of a layer, the trainable ones among them, and the calculation as text."""

    total: int = 0
    trainable: int = 0
    arithmetic: str = ""


def parameters(layer: AnyLayer, shape: Shape) -> Parameters:
    """Count the parameters of a layer with the input shape `shape`, as Keras does."""
    if isinstance(layer, Conv2D):
        rows, columns = layer.kernel_size
        count = rows * columns * shape[2] * layer.filters + layer.filters
        return Parameters(count, count, f"{rows}·{columns}·{shape[2]}·{layer.filters} + {layer.filters} = {count:,}")
    if isinstance(layer, Dense):
        count = shape[0] * layer.units + layer.units
        return Parameters(count, count, f"{shape[0]}·{layer.units} + {layer.units} = {count:,}")
    if isinstance(layer, BatchNormalization):
        # Scale and shift are trained; the running mean and variance are not.
        return Parameters(4 * shape[-1], 2 * shape[-1], f"4·{shape[-1]} = {4 * shape[-1]:,}")
    return Parameters()


def multiply_adds(layer: AnyLayer, shape: Shape, result: Shape) -> int:
    """Count the multiply-adds for one image.

    A convolution needs `rows·columns·filters` of its output times `kernel rows·kernel columns·channels` of its input, a
    dense layer needs inputs times units. All other layers and the biases count as 0, since their cost is negligible.
    """
    if isinstance(layer, Conv2D):
        return prod(result) * prod(layer.kernel_size) * shape[2]
    return shape[0] * layer.units if isinstance(layer, Dense) else 0


BYTES_PER_VALUE = 4
"""Bytes of a number in float32; mixed precision takes less."""
WEIGHT_COPIES = 7
"""Weights, gradients, two slots of the optimizer (Adam), and room for intermediate results of an update."""
OUTPUT_COPIES = 3
"""Output before and after the activation, and the gradient."""


class _SizedLayer(Protocol):
    @property
    def output_shape(self) -> tuple[int, ...] | None: ...
    @property
    def parameters(self) -> int | None: ...


def training_memory(layers: Iterable[_SizedLayer], batch_size: int) -> int:
    """Estimate the bytes that training takes: `4·(7·parameters + 3·batch_size·outputs + 2·batch_size·largest)`.

    `outputs` is the number of values in the outputs of all layers for one image, and `largest` the number in the
    largest output, counted twice more for the intermediate results of its gradient. The estimate lies above the memory
    that TensorFlow 2.21 was measured to take on a CPU: 1.1 to 2.1 times as much, for 9 networks and batch sizes.
    """
    layers = list(layers)
    weights = sum(layer.parameters or 0 for layer in layers)
    outputs = [prod(layer.output_shape) for layer in layers if layer.output_shape is not None]
    values_per_image = OUTPUT_COPIES * sum(outputs) + 2 * max(outputs, default=0)
    return BYTES_PER_VALUE * (WEIGHT_COPIES * weights + batch_size * values_per_image)
