"""The receptive field: which part of the image one value of a feature map depends on."""

from dataclasses import dataclass

from mnist_lab.network.layers import (
    AnyLayer,
    AveragePooling2D,
    Conv2D,
    Dense,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    MaxPooling2D,
)
from mnist_lab.network.shapes import INPUT_SHAPE, Shape


@dataclass(frozen=True)
class ReceptiveField:
    """The part of the image that one value of a feature map depends on.

    `size` is in pixels, rows and columns, not cut off at the image's edge. `jump` is the distance in pixels between
    the fields of two neighbouring values, and `positions` the number of values, down and across.
    """

    size: tuple[int, int] = (1, 1)
    jump: tuple[int, int] = (1, 1)
    positions: tuple[int, int] = (INPUT_SHAPE[0], INPUT_SHAPE[1])

    @property
    def visible_size(self) -> tuple[int, int]:
        """Rows and columns of the image inside the field, at most the whole image."""
        return min(self.size[0], INPUT_SHAPE[0]), min(self.size[1], INPUT_SHAPE[1])


def receptive_field_after(layer: AnyLayer, result: Shape, field: ReceptiveField) -> ReceptiveField:
    """Return the receptive field of a value in the output of `layer`.

    A window of k covers `size + (k - 1)·jump` pixels, a stride of s makes the jump s times as large: Araujo, Norris and
    Sim, "Computing Receptive Fields of Convolutional Neural Networks", Distill 2019. A layer that combines all
    positions (dense, global pooling) is a window as large as the map.

    Args:
        layer: The layer.
        result: Shape of its output.
        field: Receptive field of a value in its input.
    """
    if isinstance(layer, Conv2D):
        return _after_window(field, layer.kernel_size, layer.strides, (result[0], result[1]))
    if isinstance(layer, MaxPooling2D | AveragePooling2D):
        return _after_window(field, layer.pool_size, layer.strides, (result[0], result[1]))
    if isinstance(layer, Dense | GlobalAveragePooling2D | GlobalMaxPooling2D):
        return _after_window(field, field.positions, (1, 1), (1, 1))
    return field


def _after_window(
    field: ReceptiveField, window: tuple[int, int], strides: tuple[int, int], positions: tuple[int, int]
) -> ReceptiveField:
    rows, columns = (
        (size + (extent - 1) * jump, jump * stride)
        for size, jump, extent, stride in zip(field.size, field.jump, window, strides, strict=True)
    )
    return ReceptiveField((rows[0], columns[0]), (rows[1], columns[1]), positions)
