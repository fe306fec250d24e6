"""What shape a layer makes of a shape: pure functions of tuples, without the batch axis.

A shape has three parts, rows, columns and channels, `(28, 28, 1)`, or one, `(784,)`. The rules are Keras's own
(`keras/src/ops/operation_utils.py`); the tests compare the two. A result with a size of zero is no result.
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
"""Rows, columns and channels of one picture."""

CLASSES = 10
"""Number of probabilities that a network gives: one for each digit, 0 to 9."""

NEEDS_MAPS = (Conv2D, MaxPooling2D, AveragePooling2D, SpatialDropout2D, GlobalAveragePooling2D, GlobalMaxPooling2D)
"""Layers that work on maps (rows, columns, channels), not on a row of values."""


def window_of(layer: Conv2D | MaxPooling2D | AveragePooling2D) -> tuple[int, int]:
    """Return rows and columns of the window that a layer moves over its input."""
    return layer.kernel_size if isinstance(layer, Conv2D) else layer.pool_size


def has_usable_sizes(layer: AnyLayer) -> bool:
    """Say whether every size of the layer is one that a shape can be computed from: at least 1."""
    if isinstance(layer, Conv2D):
        return min(layer.filters, *layer.kernel_size, *layer.strides) > 0
    if isinstance(layer, MaxPooling2D | AveragePooling2D):
        return min(*layer.pool_size, *layer.strides) > 0
    return layer.units > 0 if isinstance(layer, Dense) else True


def has_usable_rate(layer: Dropout | SpatialDropout2D) -> bool:
    """Say whether the share of values to drop is one."""
    return 0 <= layer.rate <= 1


def output_shape(layer: AnyLayer, shape: Shape) -> Shape | None:
    """Return the shape that `layer` makes of `shape`, None where it cannot take it."""
    if not has_usable_sizes(layer) or (isinstance(layer, NEEDS_MAPS) and len(shape) != 3):
        return None
    if isinstance(layer, Conv2D | MaxPooling2D | AveragePooling2D):
        channels = layer.filters if isinstance(layer, Conv2D) else shape[2]
        sizes = _slide(layer, shape)
        return (*sizes, channels) if min(sizes) > 0 else None
    if isinstance(layer, GlobalAveragePooling2D | GlobalMaxPooling2D):
        return (shape[2],)
    if isinstance(layer, Flatten):
        return (prod(shape),)
    return (layer.units,) if isinstance(layer, Dense) else shape


def _slide(layer: Conv2D | MaxPooling2D | AveragePooling2D, shape: Shape) -> tuple[int, int]:
    """Return in how many places a window fits, down and across; 0 or less where it does not fit."""
    rows, columns = (
        (size - 1) // stride + 1 if layer.padding == "same" else (size - part) // stride + 1
        for size, part, stride in zip(shape, window_of(layer), layer.strides, strict=False)
    )
    return rows, columns
