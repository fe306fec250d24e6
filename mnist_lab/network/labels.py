"""How layers, shapes and numbers are written for people."""

from collections.abc import Mapping
from types import MappingProxyType

from mnist_lab.network.layers import (
    Activation,
    AnyLayer,
    AveragePooling2D,
    Conv2D,
    Dense,
    Dropout,
    MaxPooling2D,
    SpatialDropout2D,
)

TITLES: Mapping[str, str] = MappingProxyType(
    {
        "Conv2D": "Convolution",
        "MaxPooling2D": "Max pooling",
        "AveragePooling2D": "Average pooling",
        "BatchNormalization": "Batch normalization",
        "Dropout": "Dropout",
        "SpatialDropout2D": "Spatial dropout",
        "Activation": "Activation",
        "GlobalAveragePooling2D": "Global average pooling",
        "GlobalMaxPooling2D": "Global max pooling",
        "Flatten": "Flatten",
        "Dense": "Dense",
    }
)
"""Kind to its name on a card."""


def size_text(size: tuple[int, ...]) -> str:
    """Write a shape or a window: `(28, 28, 1)` as `28×28×1`."""
    return "×".join(str(part) for part in size)


def rate_text(rate: float) -> str:
    """Write a rate the short way: 0.25, 1, -0.5."""
    return f"{rate:g}"


def count_text(number: int, one: str, many: str | None = None) -> str:
    """Write a number with its noun: `1 filter`, `829,760 parameters`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def summary(layer: AnyLayer) -> str:
    """Return the arguments of a layer in a few words: `32 filters 3×3 · relu`; empty if it has none."""
    if isinstance(layer, Conv2D):
        words = [f"{count_text(layer.filters, 'filter')} {size_text(layer.kernel_size)}"]
        if layer.strides != (1, 1):
            words.append(f"strides {size_text(layer.strides)}")
        return " · ".join([*words, *_same(layer.padding), *_activation(layer.activation)])
    if isinstance(layer, MaxPooling2D | AveragePooling2D):
        words = [size_text(layer.pool_size)]
        if layer.strides != layer.pool_size:
            words.append(f"strides {size_text(layer.strides)}")
        return " · ".join([*words, *_same(layer.padding)])
    if isinstance(layer, Dropout | SpatialDropout2D):
        return f"rate {rate_text(layer.rate)}"
    if isinstance(layer, Activation):
        return layer.activation
    if isinstance(layer, Dense):
        return " · ".join([count_text(layer.units, "unit"), *_activation(layer.activation)])
    return ""


def label(layer: AnyLayer) -> str:
    """Return a layer in one line: `Convolution 32 filters 3×3 · relu`."""
    return f"{TITLES[layer.kind]} {summary(layer)}".strip()


def in_sentence(layer: AnyLayer) -> str:
    """Return a layer as sentences call it: `max pooling 4×4`, `dropout 0.7`, `convolution 32 filters 3×3`."""
    name = TITLES[layer.kind].lower()
    if isinstance(layer, Conv2D):
        return f"{name} {count_text(layer.filters, 'filter')} {size_text(layer.kernel_size)}"
    if isinstance(layer, MaxPooling2D | AveragePooling2D):
        return f"{name} {size_text(layer.pool_size)}"
    if isinstance(layer, Dropout | SpatialDropout2D):
        return f"{name} {rate_text(layer.rate)}"
    if isinstance(layer, Activation):
        return f"{name} {layer.activation}"
    if isinstance(layer, Dense):
        return f"{name} {count_text(layer.units, 'unit')}"
    return name


def _same(padding: str) -> list[str]:
    return ["same padding"] if padding == "same" else []


def _activation(activation: str) -> list[str]:
    return [] if activation == "linear" else [activation]


def percent(share: float) -> str:
    """A share 0..1 as whole per cent: "90 %"."""
    return f"{share * 100:.0f} %"
