"""What can be wrong with a network, and what can be done about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from mnist_lab.network.labels import in_sentence
from mnist_lab.network.layers import AnyLayer
from mnist_lab.network.network import Network

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Repair:
    """A change that makes one problem go away: what a button says, and the network it leads to."""

    label: str
    network: Network


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong (`error`: it cannot be trained) or trains badly (`warning`).

    `rule` names the rule that is broken; `index` is the layer's place in the network, counted from 0, None if the
    network as a whole is meant; `sentence` says which layer (counted from 1), the rule and the numbers.
    """

    rule: str
    severity: Severity
    index: int | None
    sentence: str
    repairs: tuple[Repair, ...]


WINDOW_WORDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "Conv2D": ("kernel_size", "kernel"),
        "MaxPooling2D": ("pool_size", "window"),
        "AveragePooling2D": ("pool_size", "window"),
    }
)
"""Kind to the argument that sets its window, and what that is called."""


def name_of(index: int | None, layer: AnyLayer) -> str:
    """Return how a sentence begins that is about a layer: `Layer 3, max pooling 4×4`."""
    return "The closing layer" if index is None else f"Layer {index + 1}, {in_sentence(layer)}"


def removal(network: Network, index: int) -> Repair:
    """Return the repair that helps always: to do without the layer."""
    return Repair(f"Remove layer {index + 1}", network.remove(index))


def replacement(network: Network, index: int, label: str, **arguments: object) -> Repair:
    """Return the repair that changes arguments of one layer."""
    return Repair(label, network.replace(index, network.layers[index].changed(**arguments)))
