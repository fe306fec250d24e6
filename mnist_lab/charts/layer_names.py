"""Short names of layers for diagrams, in two lines."""

from typing import assert_never

from mnist_lab.formatting import shortened
from mnist_lab.network import (
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    Layer,
    MaxPooling2D,
    SpatialDropout2D,
)


def short_lines(layer: Layer) -> tuple[str, str]:
    """The kind of a layer and its main argument: ("conv", "3×3"), ("dropout", "0.25")."""
    match layer:
        case Conv2D():
            return "conv", _window(layer.kernel_size)
        case MaxPooling2D():
            return "max pool", _window(layer.pool_size)
        case AveragePooling2D():
            return "avg pool", _window(layer.pool_size)
        case GlobalAveragePooling2D():
            return "average", "of map"
        case GlobalMaxPooling2D():
            return "maximum", "of map"
        case BatchNormalization():
            return "batch", "norm"
        case Dropout() | SpatialDropout2D():
            return "dropout", f"{layer.rate:g}"
        case Activation():
            return layer.activation, ""
        case Flatten():
            return "flatten", ""
        case Dense():
            return "dense", "" if layer.activation == "linear" else layer.activation
    assert_never(layer)


def short_name(layer: Layer) -> str:
    """Both lines as one: "conv 3×3"."""
    return shortened(" ".join(short_lines(layer)), 24)


def _window(size: tuple[int, int]) -> str:
    return shortened(f"{size[0]}×{size[1]}", 9)
