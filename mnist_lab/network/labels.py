"""Layers as text for users."""

from collections.abc import Mapping
from types import MappingProxyType

from mnist_lab import formatting
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
"""Kind to its name for users."""


def summary(layer: AnyLayer) -> str:
    """Return the arguments of a layer as text: `32 filters 3×3 · relu`; empty if it has none."""
    if isinstance(layer, Conv2D):
        parts = [f"{formatting.quantity(layer.filters, 'filter')} {formatting.shape(layer.kernel_size)}"]
        if layer.strides != (1, 1):
            parts.append(f"strides {formatting.shape(layer.strides)}")
        return " · ".join([*parts, *_same(layer.padding), *_activation(layer.activation)])
    if isinstance(layer, MaxPooling2D | AveragePooling2D):
        parts = [formatting.shape(layer.pool_size)]
        if layer.strides != layer.pool_size:
            parts.append(f"strides {formatting.shape(layer.strides)}")
        return " · ".join([*parts, *_same(layer.padding)])
    if isinstance(layer, Dropout | SpatialDropout2D):
        return f"rate {formatting.dropout_rate(layer.rate)}"
    if isinstance(layer, Activation):
        return layer.activation
    if isinstance(layer, Dense):
        return " · ".join([formatting.quantity(layer.units, "unit"), *_activation(layer.activation)])
    return ""


def label(layer: AnyLayer) -> str:
    """Return a layer in one line: `Convolution 32 filters 3×3 · relu`."""
    return f"{TITLES[layer.kind]} {summary(layer)}".strip()


def inline_label(layer: AnyLayer) -> str:
    """Return the name of a layer inside a message: `max pooling 4×4`, `dropout 0.7`, `convolution 32 filters 3×3`."""
    name = TITLES[layer.kind].lower()
    if isinstance(layer, Conv2D):
        return f"{name} {formatting.quantity(layer.filters, 'filter')} {formatting.shape(layer.kernel_size)}"
    if isinstance(layer, MaxPooling2D | AveragePooling2D):
        return f"{name} {formatting.shape(layer.pool_size)}"
    if isinstance(layer, Dropout | SpatialDropout2D):
        return f"{name} {formatting.dropout_rate(layer.rate)}"
    if isinstance(layer, Activation):
        return f"{name} {layer.activation}"
    if isinstance(layer, Dense):
        return f"{name} {formatting.quantity(layer.units, 'unit')}"
    return name


def _same(padding: str) -> list[str]:
    return ["same padding"] if padding == "same" else []


def _activation(activation: str) -> list[str]:
    return [] if activation == "linear" else [activation]
