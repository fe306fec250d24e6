"""How layers, shapes and numbers are written for people."""

from collections.abc import Mapping
from types import MappingProxyType

from mnist_lab.formatting import count_text, rate_text, size_text
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
