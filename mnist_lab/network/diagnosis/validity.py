"""Errors: arguments that no layer can have, and layers that cannot take what they get."""

from collections.abc import Iterator

from mnist_lab.formatting import count_text, rate_text, size_text
from mnist_lab.network.completed import Step, complete
from mnist_lab.network.diagnosis.problem import WINDOW_WORDS, Problem, Repair, name_of, removal, replacement
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


def faults(network: Network, steps: tuple[Step, ...]) -> Iterator[Problem]:
    """Yield every argument out of range, and the first layer that cannot take its input.

    Nothing is said about the layers after that one: what they would get is not known.
    """
    for step in steps:
        if step.index is None:
            continue
        if not has_usable_sizes(step.layer):
            yield from _bad_sizes(network, step.index, step)
        elif isinstance(step.layer, Dropout | SpatialDropout2D) and not has_usable_rate(step.layer):
            yield _bad_rate(network, step.index, step.layer)
        elif step.input_shape is not None and step.output_shape is None:
            if len(step.input_shape) == 3 and isinstance(step.layer, Conv2D | MaxPooling2D | AveragePooling2D):
                yield _window_too_large(network, step.index, step.layer, step.input_shape)
            else:
                yield _needs_maps(network, steps, step.index, step.layer)


def _bad_sizes(network: Network, index: int, step: Step) -> Iterator[Problem]:
    layer = step.layer
    if isinstance(layer, Conv2D):
        if layer.filters < 1:
            yield _bad_count(network, index, step, "filters", layer.filters, 32)
        yield from _bad_pair(network, index, step, "kernel_size", layer.kernel_size, 3)
        yield from _bad_pair(network, index, step, "strides", layer.strides, 1)
    elif isinstance(layer, MaxPooling2D | AveragePooling2D):
        yield from _bad_pair(network, index, step, "pool_size", layer.pool_size, 2)
        # Strides that follow the window go with it; one problem is enough.
        if layer.strides != layer.pool_size:
            yield from _bad_pair(network, index, step, "strides", layer.strides, 2)
    elif isinstance(layer, Dense):
        yield _bad_count(network, index, step, "units", layer.units, 64)


def _bad_count(network: Network, index: int, step: Step, argument: str, received: int, usual: int) -> Problem:
    wanted = -received or usual
    noun = argument.removesuffix("s")
    return Problem(
        f"{argument}-below-1",
        "error",
        index,
        f"{name_of(index, step.layer)}: {argument} must be at least 1. Received: {received:,}.",
        (
            replacement(network, index, f"Use {count_text(wanted, noun)}", **{argument: wanted}),
            removal(network, index),
        ),
    )


def _bad_pair(
    network: Network, index: int, step: Step, argument: str, received: tuple[int, int], usual: int
) -> Iterator[Problem]:
    if min(received) > 0:
        return
    sizes = step.input_shape[:2] if step.input_shape is not None and len(step.input_shape) == 3 else (1, 1)
    wanted = tuple(part if part > 0 else min(usual, size) for part, size in zip(received, sizes, strict=True))
    yield Problem(
        f"{argument}-below-1",
        "error",
        index,
        f"{name_of(index, step.layer)}: both numbers of {argument} must be at least 1. "
        f"Received: {size_text(received)}.",
        (
            replacement(network, index, f"Use {argument} {size_text(wanted)}", **{argument: wanted}),
            removal(network, index),
        ),
    )


def _bad_rate(network: Network, index: int, layer: Dropout | SpatialDropout2D) -> Problem:
    rate = layer.rate
    # Who writes 25 means 25 %.
    wanted = rate / 100 if 2 <= rate <= 70 else 0.5 if rate > 1 else 0.25
    return Problem(
        "rate-outside-0-1",
        "error",
        index,
        f"{name_of(index, layer)}: rate is the share of values set to zero and must lie between 0 and 1. "
        f"Received: {rate_text(rate)}.",
        (replacement(network, index, f"Use rate {rate_text(wanted)}", rate=wanted), removal(network, index)),
    )


def _window_too_large(
    network: Network, index: int, layer: Conv2D | MaxPooling2D | AveragePooling2D, shape: Shape
) -> Problem:
    argument, noun = WINDOW_WORDS[layer.kind]
    window = window_of(layer)
    fitting = (min(window[0], shape[0]), min(window[1], shape[1]))
    return Problem(
        f"{noun}-larger-than-input",
        "error",
        index,
        f"{name_of(index, layer)}: with padding valid the {noun} must fit into its input, but {size_text(window)} "
        f"is larger than {size_text(shape[:2])}, so nothing would be left.",
        (
            replacement(network, index, f"Use a {noun} of {size_text(fitting)}", **{argument: fitting}),
            replacement(network, index, "Use padding same", padding="same"),
            removal(network, index),
        ),
    )


def _needs_maps(network: Network, steps: tuple[Step, ...], index: int, layer: AnyLayer) -> Problem:
    cause, values = _first_to_flatten(steps)
    repairs: list[Repair] = []
    if isinstance(network.layers[cause], Flatten):
        without = network.remove(cause)
        # Something else in between may flatten too; then this would not help.
        if _gets_maps(without, index - 1):
            repairs.append(Repair(f"Remove the Flatten, layer {cause + 1}", without))
    # Of two global poolings, whichever comes second cannot work.
    if not isinstance(layer, _GLOBAL) or not isinstance(network.layers[cause], _GLOBAL):
        repairs.append(Repair(f"Move it in front of layer {cause + 1}", network.move(index, cause - index)))
    repairs.append(removal(network, index))
    return Problem(
        "needs-maps",
        "error",
        index,
        f"{name_of(index, layer)}: it works on maps (rows×columns×channels), but layer {cause + 1} "
        f"({network.layers[cause].kind}) has made one row of {count_text(values, 'value')} of them.",
        tuple(repairs),
    )


def _first_to_flatten(steps: tuple[Step, ...]) -> tuple[int, int]:
    """Return the place of the layer of the network's own that makes a row of the maps, and how long a row."""
    return next(
        (step.index, step.output_shape[0])
        for step in steps
        if step.index is not None and step.output_shape is not None and len(step.output_shape) == 1
    )


def _gets_maps(network: Network, index: int) -> bool:
    shape = next(step.input_shape for step in complete(network) if step.index == index)
    return shape is not None and len(shape) == 3
