"""What one value of a layer's output was made of. Imports Keras."""

from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Cell = tuple[int, ...]
"""Index of a value in a layer's output: (row, column, channel) or (unit,)."""


def cell_sum(layer: keras.Layer, before: Array, after: Array, cell: Cell) -> dict[str, Any]:
    """The value of a cell; for a convolution or a dense layer also the sum behind it.

    Args:
        layer: The layer.
        before: Its input for one image, without the batch.
        after: Its output, likewise.
        cell: Index in the output.

    Returns:
        `value`; and `products` (their number), `sum` (of the products), `bias` and `activation`, where it is a sum.
    """
    found: dict[str, Any] = {"value": float(after[cell])}
    if isinstance(layer, keras.layers.Conv2D):
        inputs, weights = _window(layer, before, cell), np.asarray(layer.kernel)[..., cell[-1]]
    elif isinstance(layer, keras.layers.Dense):
        inputs, weights = before, np.asarray(layer.kernel)[:, cell[-1]]
    else:
        return found
    bias = float(np.asarray(layer.bias)[cell[-1]]) if layer.use_bias else 0.0
    total = float((inputs.astype(np.float64) * weights).sum())
    name = keras.activations.serialize(layer.activation)
    return {**found, "products": int(weights.size), "sum": total, "bias": bias, "activation": str(name)}


def _window(layer: keras.layers.Conv2D, before: Array, cell: Cell) -> Array:
    """The part of the input that a value is computed from, with zeros outside: (rows, columns, channels)."""
    padded = before
    if layer.padding == "same":
        padded = np.pad(before, [*map(_same_padding, before.shape[:2], layer.kernel_size, layer.strides), (0, 0)])
    row, column = cell[0] * layer.strides[0], cell[1] * layer.strides[1]
    return padded[row : row + layer.kernel_size[0], column : column + layer.kernel_size[1]]


def _same_padding(size: int, window: int, stride: int) -> tuple[int, int]:
    """Zeros before and after, as TensorFlow pads: where their number is odd, there is one more after."""
    total = max(0, (-(-size // stride) - 1) * stride + window - size)
    return total // 2, total - total // 2
