"""A problem of a network, and the repairs offered for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from mnist_lab.network.labels import inline_label
from mnist_lab.network.layers import AnyLayer
from mnist_lab.network.network import Network

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Repair:
    """A change that solves one problem: the label for its button, and the changed network."""

    label: str
    network: Network


@dataclass(frozen=True)
class Problem:
    """A problem of a network: with an `error` it cannot be trained, with a `warning` it trains badly.

    `rule` names the rule that is broken. `index` is the index of the layer in `network.layers`; None if the problem
    concerns the network as a whole or its output layer. `message` names the layer, counted from 1, the rule and the
    numbers.
    """

    rule: str
    severity: Severity
    index: int | None
    message: str
    repairs: tuple[Repair, ...]


WINDOW_TERMS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "Conv2D": ("kernel_size", "kernel"),
        "MaxPooling2D": ("pool_size", "window"),
        "AveragePooling2D": ("pool_size", "window"),
    }
)
"""For each kind with a window: the argument that sets its size, and the term for it."""


def name_of(index: int | None, layer: AnyLayer) -> str:
    """Return the start of a message about a layer: `Layer 3, max pooling 4×4`."""
    return "The output layer" if index is None else f"Layer {index + 1}, {inline_label(layer)}"


def removal(network: Network, index: int) -> Repair:
    """Return the repair that removes the layer."""
    return Repair(f"Remove layer {index + 1}", network.remove(index))


def replacement(network: Network, index: int, label: str, **arguments: object) -> Repair:
    """Return the repair that changes arguments of one layer."""
    return Repair(label, network.replace(index, network.layers[index].with_changes(**arguments)))
