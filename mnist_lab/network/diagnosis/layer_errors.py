"""Errors: arguments that a layer cannot have, and layers that cannot take their input."""

from collections.abc import Iterator

from mnist_lab import formatting
from mnist_lab.network.completed import CompletedLayer, Stack, complete
from mnist_lab.network.diagnosis.problem import WINDOW_TERMS, Problem, Repair, name_of, removal, replacement
from mnist_lab.network.layers import (
    AnyLayer,
    AveragePooling2D,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    MaxPooling2D,
    SpatialDropout2D,
)
from mnist_lab.network.network import Network
from mnist_lab.network.shapes import Shape, has_usable_rate, has_usable_sizes, window_of

_GLOBAL = (GlobalAveragePooling2D, GlobalMaxPooling2D)


def validity_errors(network: Network, stack: Stack) -> Iterator[Problem]:
    """Yield every argument out of range, and the first layer that cannot take its input.

    The inputs of the layers after that one are not known, so these are not checked.
    """
    for completed in stack:
        if completed.index is None:
            continue
        if not has_usable_sizes(completed.layer):
            yield from _bad_sizes(network, completed.index, completed)
        elif isinstance(completed.layer, Dropout | SpatialDropout2D) and not has_usable_rate(completed.layer):
            yield _bad_rate(network, completed.index, completed.layer)
        elif completed.input_shape is not None and completed.output_shape is None:
            if len(completed.input_shape) == 3 and isinstance(
                completed.layer, Conv2D | MaxPooling2D | AveragePooling2D
            ):
                yield _window_too_large(network, completed.index, completed.layer, completed.input_shape)
            else:
                yield _needs_maps(network, stack, completed.index, completed.layer)


def _bad_sizes(network: Network, index: int, completed: CompletedLayer) -> Iterator[Problem]:
    layer = completed.layer
    if isinstance(layer, Conv2D):
        if layer.filters < 1:
            yield _bad_count(network, index, completed, "filters", layer.filters, 32)
        yield from _bad_pair(network, index, completed, "kernel_size", layer.kernel_size, 3)
        yield from _bad_pair(network, index, completed, "strides", layer.strides, 1)
    elif isinstance(layer, MaxPooling2D | AveragePooling2D):
        yield from _bad_pair(network, index, completed, "pool_size", layer.pool_size, 2)
        # Strides equal to the window change with it; one problem is enough.
        if layer.strides != layer.pool_size:
            yield from _bad_pair(network, index, completed, "strides", layer.strides, 2)
    elif isinstance(layer, Dense):
        yield _bad_count(network, index, completed, "units", layer.units, 64)


def _bad_count(
    network: Network, index: int, completed: CompletedLayer, argument: str, received: int, usual: int
) -> Problem:
    wanted = -received or usual
    noun = argument.removesuffix("s")
    return Problem(
        f"{argument}-below-1",
        "error",
        index,
        f"{name_of(index, completed.layer)}: {argument} must be at least 1. Received: {received:,}.",
        (
            replacement(network, index, f"Use {formatting.quantity(wanted, noun)}", **{argument: wanted}),
            removal(network, index),
        ),
    )


def _bad_pair(
    network: Network, index: int, completed: CompletedLayer, argument: str, received: tuple[int, int], usual: int
) -> Iterator[Problem]:
    if min(received) > 0:
        return
    sizes = (
        completed.input_shape[:2] if completed.input_shape is not None and len(completed.input_shape) == 3 else (1, 1)
    )
    wanted = tuple(number if number > 0 else min(usual, size) for number, size in zip(received, sizes, strict=True))
    yield Problem(
        f"{argument}-below-1",
        "error",
        index,
        f"{name_of(index, completed.layer)}: both numbers of {argument} must be at least 1. "
        f"Received: {formatting.shape(received)}.",
        (
            replacement(network, index, f"Use {argument} {formatting.shape(wanted)}", **{argument: wanted}),
            removal(network, index),
        ),
    )


def _bad_rate(network: Network, index: int, layer: Dropout | SpatialDropout2D) -> Problem:
    rate = layer.rate
    # A user who enters 25 means 25 %.
    wanted = rate / 100 if 2 <= rate <= 70 else 0.5 if rate > 1 else 0.25
    return Problem(
        "rate-outside-0-1",
        "error",
        index,
        f"{name_of(index, layer)}: rate is the share of values set to zero and must lie between 0 and 1. "
        f"Received: {formatting.dropout_rate(rate)}.",
        (
            replacement(network, index, f"Use rate {formatting.dropout_rate(wanted)}", rate=wanted),
            removal(network, index),
        ),
    )


def _window_too_large(
    network: Network, index: int, layer: Conv2D | MaxPooling2D | AveragePooling2D, shape: Shape
) -> Problem:
    argument, noun = WINDOW_TERMS[layer.kind]
    window = window_of(layer)
    fitting = (min(window[0], shape[0]), min(window[1], shape[1]))
    fixes = [
        replacement(network, index, f"Use a {noun} of {formatting.shape(fitting)}", **{argument: fitting}),
        replacement(network, index, "Use padding same", padding="same"),
    ]
    # Of a map of one value nothing can be pooled: any window has no effect then.
    pools_nothing = noun == "window" and shape[:2] == (1, 1)
    remove = removal(network, index)
    return Problem(
        f"{noun}-larger-than-input",
        "error",
        index,
        f"{name_of(index, layer)}: with padding valid the {noun} must fit into its input, but "
        f"{formatting.shape(window)} is larger than {formatting.shape(shape[:2])}, so nothing would be left.",
        (remove, *fixes) if pools_nothing else (*fixes, remove),
    )


def _needs_maps(network: Network, stack: Stack, index: int, layer: AnyLayer) -> Problem:
    cause, values = _first_to_flatten(stack)
    repairs: list[Repair] = []
    if isinstance(network.layers[cause], Flatten):
        without = network.remove(cause)
        # Another layer in between may flatten too; then this repair would not help.
        if _gets_maps(without, index - 1):
            repairs.append(Repair(f"Remove the Flatten, layer {cause + 1}", without))
    # Of two global pooling layers, the second one can never take its input: moving it would not help.
    if not isinstance(layer, _GLOBAL) or not isinstance(network.layers[cause], _GLOBAL):
        repairs.append(Repair(f"Move it in front of layer {cause + 1}", network.move(index, cause - index)))
    repairs.append(removal(network, index))
    return Problem(
        "needs-maps",
        "error",
        index,
        f"{name_of(index, layer)}: it needs maps (rows×columns×channels), but layer {cause + 1} "
        f"({network.layers[cause].kind}) has turned them into one row of {formatting.quantity(values, 'value')}.",
        tuple(repairs),
    )


def _first_to_flatten(stack: Stack) -> tuple[int, int]:
    """Return the index of the layer that turns the maps into one row of values, and the number of these values."""
    return next(
        (completed.index, completed.output_shape[0])
        for completed in stack
        if completed.index is not None and completed.output_shape is not None and len(completed.output_shape) == 1
    )


def _gets_maps(network: Network, index: int) -> bool:
    shape = next(completed.input_shape for completed in complete(network) if completed.index == index)
    return shape is not None and len(shape) == 3
