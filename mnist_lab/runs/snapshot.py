"""What can be seen of a network after an epoch: its guesses, first weights, feature maps and health."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

PROBES = 12
"""Test digits whose probabilities are kept: one of each class, in order, and two hard ones."""
MAP_DIGITS = 10
"""Of these, the first, one a class, whose feature maps are kept."""

_LARGEST = 1e37


@dataclass(frozen=True, slots=True)
class LayerHealth:
    """Signs of one layer's health after an epoch, measured on a fixed batch of training images."""

    layer: int
    """1-based place in the completed stack (`analyse(network).layers`)."""
    kind: str
    """Keras class name."""
    title: str
    """For people: "2 Convolution"."""
    dead: float | None
    """Share 0..1 of the layer's units (channels, or Dense units) that gave 0 for every probe image; relu only."""
    gradient: float | None
    """Root mean square of the loss's gradient by the layer's kernel; may be NaN or infinite; None without a kernel."""
    weight: float | None
    """Root mean square of the layer's kernel; may be NaN or infinite; None without a kernel."""


@dataclass(frozen=True, slots=True, eq=False)
class LayerMaps:
    """What one layer makes of ten digits, one a class: whole numbers 0 to 255 between the lowest and highest value."""

    layer: int
    """1-based place in the completed stack."""
    kind: str
    title: str
    shape: tuple[int, ...]
    """Of the layer's whole output, without the batch: (h, w, channels) or (units,)."""
    values: NDArray[np.uint8]
    """(10, channels, h, w), the first channels only where there are many; rows of units, and
    maps of a single value each, are (10, 1, 1, units)."""
    low: NDArray[np.float32]
    """(10,), what 0 stands for: at most 0; NaN where the layer gave no number at all."""
    high: NDArray[np.float32]
    """(10,), what 255 stands for: at least 0."""


@dataclass(frozen=True, slots=True, eq=False)
class FirstWeights:
    """The weights of the first layer that has any, as pictures."""

    layer: int
    """1-based place in the completed stack."""
    kind: str
    """"Conv2D", or "Dense" for a layer that looks at the whole picture."""
    title: str
    count: int
    """Filters or units that the layer has; `values` may hold fewer."""
    values: NDArray[np.float32]
    """(n, rows, columns); may be NaN or infinite."""


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """One epoch's. Epoch 0 is before the first step."""

    epoch: int
    images: NDArray[np.uint8]
    """(12, 28, 28), the probe digits: test images, the same for every run on a data set."""
    labels: NDArray[np.uint8]
    """(12,), what they are; the first ten are 0 to 9."""
    probabilities: NDArray[np.float32]
    """(12, 10); NaN where the network's weights are."""
    filters: FirstWeights | None
    """None for a network whose first weights are no pictures."""
    maps: tuple[LayerMaps, ...]
    """In the order of the layers, without those that change nothing when a network reads: dropout and Flatten."""
    health: tuple[LayerHealth, ...]
    """All layers that have a kernel or a relu."""


def layer_maps(layer: int, kind: str, title: str, shape: tuple[int, ...], outputs: NDArray[np.floating]) -> LayerMaps:
    """Put a layer's outputs (10, channels, h, w) on the scale of 256 steps, each digit on its own."""
    # Max pooling of nothing but NaN gives the lowest number that there is.
    numbers = np.abs(outputs) < _LARGEST
    values = np.where(numbers, outputs, 0).astype(np.float32)
    low = np.minimum(values.min(axis=(1, 2, 3)), 0)
    high = np.maximum(values.max(axis=(1, 2, 3)), 0)
    span = np.where(high > low, high - low, 1)
    steps = np.round((values - low[:, None, None, None]) / span[:, None, None, None] * 255)
    low = np.where(numbers.any(axis=(1, 2, 3)), low, np.nan)
    return LayerMaps(layer, kind, title, shape, steps.astype(np.uint8), low.astype(np.float32), high)
