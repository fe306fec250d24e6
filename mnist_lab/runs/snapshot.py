"""The snapshot of a network after an epoch: its predictions, first weights, feature maps and layers' health."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

PROBES = 12
"""Test images whose probabilities are recorded: one of each class, in order, and two difficult ones."""
MAP_DIGITS = 10
"""The first of these images, one per class, whose feature maps are recorded."""

_MAX_MAGNITUDE = 1e37


@dataclass(frozen=True, slots=True)
class LayerHealth:
    """Measures of one layer's health after an epoch, on a fixed batch of training images."""

    layer: int
    """1-based index in the completed network (`analyse(network).layers`)."""
    kind: str
    """Keras class name."""
    title: str
    """Its name in the app: "2 Convolution"."""
    dead: float | None
    """Share 0..1 of the layer's units (channels, or Dense units) that gave 0 for every probe image; relu only."""
    gradient: float | None
    """Root mean square of the loss's gradient by the layer's kernel; may be NaN or infinite; None without a kernel."""
    weight: float | None
    """Root mean square of the layer's kernel; may be NaN or infinite; None without a kernel."""


@dataclass(frozen=True, slots=True, eq=False)
class LayerMaps:
    """One layer's feature maps of ten images, one per class, scaled to 0..255 between lowest and highest value."""

    layer: int
    """1-based index in the completed network."""
    kind: str
    title: str
    shape: tuple[int, ...]
    """Shape of the layer's output without the batch: (h, w, channels) or (units,)."""
    values: NDArray[np.uint8]
    """(10, channels, h, w), the first channels only where there are many; rows of units, and
    maps of a single value each, are (10, 1, 1, units)."""
    low: NDArray[np.float32]
    """(10,), the value that 0 stands for: at most 0; NaN where the layer's output is not finite at all."""
    high: NDArray[np.float32]
    """(10,), the value that 255 stands for: at least 0."""


@dataclass(frozen=True, slots=True, eq=False)
class FirstWeights:
    """The weights of the first layer that has any, as images."""

    layer: int
    """1-based index in the completed network."""
    kind: str
    """"Conv2D", or "Dense" for a layer that reads the whole image."""
    title: str
    count: int
    """Number of the layer's filters or units; `values` may hold fewer."""
    values: NDArray[np.float32]
    """(n, rows, columns); may be NaN or infinite."""


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """The snapshot of one epoch. Epoch 0 is before the first step."""

    epoch: int
    images: NDArray[np.uint8]
    """(12, 28, 28), the probe images: test images, the same for every run on a data set."""
    labels: NDArray[np.uint8]
    """(12,), their labels; the first ten are 0 to 9."""
    probabilities: NDArray[np.float32]
    """(12, 10); NaN where the network's weights are."""
    filters: FirstWeights | None
    """None for a network whose first weights cannot be shown as images."""
    maps: tuple[LayerMaps, ...]
    """In the order of the layers, without those that change no values at prediction: dropout and Flatten."""
    health: tuple[LayerHealth, ...]
    """All layers that have a kernel or a relu."""


def layer_maps(layer: int, kind: str, title: str, shape: tuple[int, ...], outputs: NDArray[np.floating]) -> LayerMaps:
    """Put a layer's outputs (10, channels, h, w) on the scale of 256 steps, each digit on its own."""
    # Max pooling of NaN alone gives the lowest float.
    numbers = np.abs(outputs) < _MAX_MAGNITUDE
    values = np.where(numbers, outputs, 0).astype(np.float32)
    low = np.minimum(values.min(axis=(1, 2, 3)), 0)
    high = np.maximum(values.max(axis=(1, 2, 3)), 0)
    span = np.where(high > low, high - low, 1)
    steps = np.round((values - low[:, None, None, None]) / span[:, None, None, None] * 255)
    low = np.where(numbers.any(axis=(1, 2, 3)), low, np.nan)
    return LayerMaps(layer, kind, title, shape, steps.astype(np.uint8), low.astype(np.float32), high)
