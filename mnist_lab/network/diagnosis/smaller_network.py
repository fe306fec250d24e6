"""Repairs that make a network smaller; the caller checks whether one is sufficient."""

from collections.abc import Iterator
from math import prod

from mnist_lab import formatting
from mnist_lab.network.completed import Stack
from mnist_lab.network.diagnosis.problem import Repair, replacement
from mnist_lab.network.layers import AnyLayer, Conv2D, Dense, Flatten, GlobalAveragePooling2D, MaxPooling2D
from mnist_lab.network.network import Network

CAP_FILTERS = 64
CAP_KERNEL = 5


def fewer_flattened(network: Network, stack: Stack) -> Iterator[Repair]:
    """Yield repairs that flatten fewer values: the feature maps are pooled first, or averaged."""
    flatten = next((completed for completed in stack if isinstance(completed.layer, Flatten)), None)
    if flatten is None or flatten.input_shape is None or len(flatten.input_shape) != 3:
        return
    after = stack[stack.index(flatten) + 1].index
    index = next((index for index in (flatten.index, after) if index is not None), len(network.layers))
    for window in (2, 4, 7, 14):
        if window <= min(flatten.input_shape[:2]):
            pooling = MaxPooling2D(pool_size=(window, window), strides=(window, window))
            yield Repair(
                f"Pool {formatting.shape(pooling.pool_size)} before the values are flattened",
                network.add(pooling, index),
            )
    average = GlobalAveragePooling2D()
    averaged = network.add(average, index) if flatten.index is None else network.replace(index, average)
    yield Repair("Average each map instead of flattening it", averaged)


def fewer_units(network: Network, index: int, factor: float) -> Iterator[Repair]:
    """Yield the repair that keeps `factor` (0..1) of the filters or units at `index`, as a power of two."""
    layer = network.layers[index]
    if isinstance(layer, Conv2D):
        wanted = _power_of_two(layer.filters * factor)
        yield replacement(
            network, index, f"Use {formatting.quantity(wanted, 'filter')} in layer {index + 1}", filters=wanted
        )
    elif isinstance(layer, Dense):
        wanted = _power_of_two(layer.units * factor)
        yield replacement(
            network, index, f"Use {formatting.quantity(wanted, 'unit')} in layer {index + 1}", units=wanted
        )


def capped(network: Network) -> Repair:
    """Return the repair that limits every layer to 64 filters, 64 units and kernels of 5×5."""
    layers: list[AnyLayer] = []
    for layer in network.layers:
        if isinstance(layer, Conv2D):
            kernel = tuple(min(extent, CAP_KERNEL) for extent in layer.kernel_size)
            layers.append(layer.with_changes(filters=min(layer.filters, CAP_FILTERS), kernel_size=kernel))
        elif isinstance(layer, Dense):
            layers.append(layer.with_changes(units=min(layer.units, CAP_FILTERS)))
        else:
            layers.append(layer)
    label = f"Use at most {CAP_FILTERS} filters or units and kernels of {CAP_KERNEL}×{CAP_KERNEL} everywhere"
    return Repair(label, Network(name=network.name, layers=tuple(layers)))


def value_count(shape: tuple[int, ...] | None) -> int:
    """Return the number of values of a shape; 0 if the shape is not known."""
    return prod(shape) if shape is not None else 0


def _power_of_two(number: float) -> int:
    return 1 << max(0, int(number).bit_length() - 1)
