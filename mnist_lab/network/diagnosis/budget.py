"""Errors: networks that exceed the limits."""

from collections.abc import Iterator

from mnist_lab import formatting
from mnist_lab.network.completed import CompletedLayer, Stack, complete
from mnist_lab.network.diagnosis.problem import Problem, Repair, name_of, removal, replacement
from mnist_lab.network.diagnosis.smaller_network import capped, fewer_flattened, fewer_units
from mnist_lab.network.layers import Conv2D, Dense
from mnist_lab.network.limits import MAX_KERNEL, MAX_LAYERS, MAX_PARAMETERS
from mnist_lab.network.network import Network


def budget_errors(network: Network, stack: Stack) -> Iterator[Problem]:
    """Yield one problem for each limit that the network exceeds."""
    if len(network.layers) > MAX_LAYERS:
        yield _too_many_layers(network)
        return
    for completed in stack:
        if isinstance(completed.layer, Conv2D) and completed.index is not None and completed.output_shape is not None:
            yield from _kernel_beyond_limit(network, completed.index, completed.layer)
    total = _total(stack)
    if total > MAX_PARAMETERS:
        yield _too_many_parameters(network, stack, total)


def _too_many_layers(network: Network) -> Problem:
    shortened = Network(name=network.name, layers=network.layers[:MAX_LAYERS])
    return Problem(
        "too-many-layers",
        "error",
        None,
        f"A network may have at most {MAX_LAYERS} layers. Received: {len(network.layers):,}.",
        (Repair(f"Keep the first {MAX_LAYERS} layers", shortened),),
    )


def _kernel_beyond_limit(network: Network, index: int, layer: Conv2D) -> Iterator[Problem]:
    if max(layer.kernel_size) <= MAX_KERNEL:
        return
    fitting = tuple(min(extent, 5) for extent in layer.kernel_size)
    yield Problem(
        "kernel-beyond-limit",
        "error",
        index,
        f"{name_of(index, layer)}: a kernel may have at most {MAX_KERNEL} rows and columns, since images have 28; "
        f"the rest would only cover padding. Received: {formatting.shape(layer.kernel_size)}.",
        (
            replacement(network, index, f"Use a kernel of {formatting.shape(fitting)}", kernel_size=fitting),
            removal(network, index),
        ),
    )


def _too_many_parameters(network: Network, stack: Stack, total: int) -> Problem:
    largest = max(stack, key=lambda completed: completed.parameters.total)
    repairs = [repair for repair in _shrinking_repairs(network, stack, largest, total) if _fits(repair.network)]
    return Problem(
        "too-many-parameters",
        "error",
        largest.index,
        f"{name_of(largest.index, largest.layer)}: a network may have at most {MAX_PARAMETERS:,} parameters. "
        f"Received: {formatting.quantity(total, 'parameter')}, {largest.parameters.total:,} of them here.",
        tuple(repairs),
    )


def _shrinking_repairs(network: Network, stack: Stack, largest: CompletedLayer, total: int) -> Iterator[Repair]:
    # The output layer keeps its ten units; only its input can be made smaller.
    weighted = [index for index, layer in enumerate(network.layers) if isinstance(layer, Conv2D | Dense)]
    index = weighted[-1] if largest.index is None else largest.index
    yield from fewer_units(network, index, MAX_PARAMETERS / total)
    if not isinstance(largest.layer, Conv2D):
        # The smallest sufficient change comes first; only that one is offered.
        yield from [repair for repair in fewer_flattened(network, stack) if _fits(repair.network)][:1]
    yield capped(network)


def _fits(network: Network) -> bool:
    return _total(complete(network)) <= MAX_PARAMETERS


def _total(stack: Stack) -> int:
    return sum(completed.parameters.total for completed in stack)
