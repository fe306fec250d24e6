"""The output shape of a layer for an input shape, without the batch axis.

A shape is (rows, columns, channels), such as `(28, 28, 1)`, or (values,), such as `(784,)`. The rules are Keras's own
(`keras/src/ops/operation_utils.py`); the tests compare the two. A layer whose output would have a size of zero has no
output shape.
"""

from math import prod

from mnist_lab.network.layers import (
    AnyLayer,
    AveragePooling2D,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    MaxPooling2D,
    SpatialDropout2D,
)

Shape = tuple[int, ...]
"""`(rows, columns, channels)` or `(values,)`."""

INPUT_SHAPE: Shape = (28, 28, 1)
"""Rows, columns and channels of one image."""

CLASSES = 10
"""Number of classes, the digits 0 to 9; the output has one probability for each."""

NEEDS_MAPS = (Conv2D, MaxPooling2D, AveragePooling2D, SpatialDropout2D, GlobalAveragePooling2D, GlobalMaxPooling2D)
"""Layers whose input must be maps (rows, columns, channels), not a row of values."""


def window_of(layer: Conv2D | MaxPooling2D | AveragePooling2D) -> tuple[int, int]:
    """Return the rows and columns of the window that a layer moves over its input."""
    return layer.kernel_size if isinstance(layer, Conv2D) else layer.pool_size


def has_usable_sizes(layer: AnyLayer) -> bool:
    """Whether every size of the layer is at least 1, so that an output shape can be computed."""
    if isinstance(layer, Conv2D):
        return min(layer.filters, *layer.kernel_size, *layer.strides) > 0
    if isinstance(layer, MaxPooling2D | AveragePooling2D):
        return min(*layer.pool_size, *layer.strides) > 0
    return layer.units > 0 if isinstance(layer, Dense) else True


def has_usable_rate(layer: Dropout | SpatialDropout2D) -> bool:
    """Whether the share of values to drop lies in 0..1."""
    return 0 <= layer.rate <= 1


def output_shape(layer: AnyLayer, shape: Shape) -> Shape | None:
    """Return the output shape of `layer` for the input shape `shape`; None if the layer cannot take it."""
    if not has_usable_sizes(layer) or (isinstance(layer, NEEDS_MAPS) and len(shape) != 3):
        return None
    if isinstance(layer, Conv2D | MaxPooling2D | AveragePooling2D):
        channels = layer.filters if isinstance(layer, Conv2D) else shape[2]
        sizes = _window_positions(layer, shape)
        return (*sizes, channels) if min(sizes) > 0 else None
    if isinstance(layer, GlobalAveragePooling2D | GlobalMaxPooling2D):
        return (shape[2],)
    if isinstance(layer, Flatten):
        return (prod(shape),)
    return (layer.units,) if isinstance(layer, Dense) else shape


def _window_positions(layer: Conv2D | MaxPooling2D | AveragePooling2D, shape: Shape) -> tuple[int, int]:
    """Return the number of positions of the window, down and across; 0 or less if it does not fit."""
    rows, columns = (
        (size - 1) // stride + 1 if layer.padding == "same" else (size - extent) // stride + 1
        for size, extent, stride in zip(shape, window_of(layer), layer.strides, strict=False)
    )
    return rows, columns
