"""Warnings about sizes: windows, strides, maps that shrink too fast, small receptive fields, large dense layers."""

from collections.abc import Iterator
from math import prod

from mnist_lab import formatting
from mnist_lab.network.completed import CompletedLayer, Stack, complete
from mnist_lab.network.diagnosis.problem import WINDOW_TERMS, Problem, Repair, name_of, removal, replacement
from mnist_lab.network.diagnosis.smaller_network import fewer_flattened, fewer_units
from mnist_lab.network.layers import (
    AveragePooling2D,
    Conv2D,
    Dense,
    Flatten,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    MaxPooling2D,
)
from mnist_lab.network.network import Network
from mnist_lab.network.receptive_field import ReceptiveField
from mnist_lab.network.shapes import Shape, window_of

Windowed = Conv2D | MaxPooling2D | AveragePooling2D

MAX_STRIDE_AREA = 25
"""Rows times columns of a stride, 5×5, from which on a layer shrinks its input too fast."""
MIN_MAP_TO_KEEP = 14 * 14
"""Number of values in a map below which it may be pooled to one value."""
MIN_POOLED_CHANNELS = 16
"""Number of channels from which on pooling each map to one value keeps enough information."""
MIN_RECEPTIVE_FIELD = 12
"""Rows and columns that the receptive field should have before global pooling; digits are 20 pixels tall."""
MAX_DENSE_PARAMETERS = 2_000_000
"""Parameters of a dense layer above which there is a warning, if it also has most of the network's parameters."""
MAX_DENSE_SHARE = 0.8
"""Share of the network's parameters that counts as most of them."""


def size_warnings(network: Network, stack: Stack) -> Iterator[Problem]:
    """Yield warnings about the sizes in a network that has no errors."""
    for completed in stack:
        layer, shape, result = completed.layer, completed.input_shape, completed.output_shape
        if completed.index is None or shape is None or result is None:
            continue
        if isinstance(layer, Conv2D | MaxPooling2D | AveragePooling2D):
            yield from _skips(network, completed.index, layer, shape, result)
            yield from _shrinks(network, completed.index, layer, shape, result)
            yield from _covers_only_padding(network, completed.index, layer, shape)
        elif isinstance(layer, GlobalAveragePooling2D | GlobalMaxPooling2D):
            yield from _small_receptive_field(network, stack, completed.index, shape)
    yield from _wide_dense(network, stack)


def _skips(network: Network, index: int, layer: Windowed, shape: Shape, result: Shape) -> Iterator[Problem]:
    window = window_of(layer)
    pairs = list(zip(window, layer.strides, shape, strict=False))
    if all(stride <= extent or size <= extent for extent, stride, size in pairs):
        return
    seen = prod(
        min(1, extent * positions / size) for extent, positions, size in zip(window, result, shape, strict=False)
    )
    noun = WINDOW_TERMS[layer.kind][1]
    shorter = tuple(min(stride, extent) for extent, stride, _ in pairs)
    yield Problem(
        "skips-values",
        "warning",
        index,
        f"{name_of(index, layer)}: its strides {formatting.shape(layer.strides)} are larger than its {noun} "
        f"{formatting.shape(window)}, so about {formatting.percent(1 - seen)} of its input is never used.",
        (
            replacement(network, index, f"Use strides {formatting.shape(shorter)}", strides=shorter),
            removal(network, index),
        ),
    )


def _shrinks(network: Network, index: int, layer: Windowed, shape: Shape, result: Shape) -> Iterator[Problem]:
    sums_up = result[:2] == (1, 1) and shape[2] >= MIN_POOLED_CHANNELS
    if prod(layer.strides) < MAX_STRIDE_AREA or prod(shape[:2]) < MIN_MAP_TO_KEEP or sums_up:
        return
    gentle = (min(2, shape[0]), min(2, shape[1]))
    sizes: dict[str, object] = {"strides": gentle}
    if not isinstance(layer, Conv2D):
        sizes["pool_size"] = gentle
    yield Problem(
        "shrinks-fast",
        "warning",
        index,
        f"{name_of(index, layer)}: it shrinks {formatting.shape(shape[:2])} to {formatting.shape(result[:2])}, which "
        f"keeps one position of {prod(shape[:2]) / prod(result[:2]):.0f}; strokes of a digit get lost. Strides of 2×2 "
        "are usual.",
        (
            replacement(network, index, f"Use strides {formatting.shape(gentle)}", **sizes),
            removal(network, index),
        ),
    )


def _covers_only_padding(network: Network, index: int, layer: Windowed, shape: Shape) -> Iterator[Problem]:
    window = window_of(layer)
    if layer.padding != "same" or all(extent <= 2 * size - 1 for extent, size in zip(window, shape, strict=False)):
        return
    argument, noun = WINDOW_TERMS[layer.kind]
    fitting = tuple(min(extent, size) for extent, size in zip(window, shape, strict=False))
    yield Problem(
        "meets-only-padding",
        "warning",
        index,
        f"{name_of(index, layer)}: its {noun} {formatting.shape(window)} reaches so far beyond its input "
        f"{formatting.shape(shape[:2])} that its outermost parts only cover padding.",
        (
            replacement(network, index, f"Use a {noun} of {formatting.shape(fitting)}", **{argument: fitting}),
            removal(network, index),
        ),
    )


def _small_receptive_field(network: Network, stack: Stack, index: int, shape: Shape) -> Iterator[Problem]:
    position = next(position for position, completed in enumerate(stack) if completed.index == index)
    field = stack[position - 1].receptive_field if position > 0 else ReceptiveField()
    size, jump = field.size, field.jump
    if min(size) >= MIN_RECEPTIVE_FIELD or prod(shape[:2]) == 1:
        return
    repairs = [Repair("Flatten all values instead", network.replace(index, Flatten()))]
    for window in (2, 3, 4, 7):
        reach = min(extent + (window - 1) * distance for extent, distance in zip(size, jump, strict=True))
        if window <= min(shape[:2]) and reach >= MIN_RECEPTIVE_FIELD:
            pooled = network.add(MaxPooling2D(pool_size=(window, window), strides=(window, window)), index)
            repairs.append(Repair(f"Add max pooling {window}×{window} in front of it", pooled))
            break
    yield Problem(
        "narrow-view",
        "warning",
        index,
        f"{name_of(index, network.layers[index])}: each value that it pools depends on only {formatting.shape(size)} "
        f"pixels, and their positions are lost; digits are about 20 pixels tall.",
        tuple(repairs),
    )


def _wide_dense(network: Network, stack: Stack) -> Iterator[Problem]:
    wide = _widest(stack)
    if wide is None or wide.input_shape is None:
        return
    rows = [repair for repair in fewer_flattened(network, stack) if _widest(complete(repair.network)) is None]
    narrower = []
    if wide.index is not None:
        narrower = [
            repair
            for repair in fewer_units(network, wide.index, MAX_DENSE_PARAMETERS / wide.parameters.total)
            if not _is_widest(complete(repair.network), wide.index)
        ]
    share = wide.parameters.total / sum(completed.parameters.total for completed in stack)
    yield Problem(
        "wide-dense",
        "warning",
        wide.index,
        f"{name_of(wide.index, wide.layer)}: with {wide.input_shape[0]:,} inputs it has {wide.parameters.total:,} "
        f"parameters, {formatting.percent(share)} of the network's; it trains slowly and overfits.",
        (*rows[:1], *rows[1:][-1:], *narrower),
    )


def _is_widest(stack: Stack, index: int) -> bool:
    widest = _widest(stack)
    return widest is not None and widest.index == index


def _widest(stack: Stack) -> CompletedLayer | None:
    widest = max(
        (completed for completed in stack if isinstance(completed.layer, Dense)),
        key=lambda completed: completed.parameters.total,
    )
    total = sum(completed.parameters.total for completed in stack)
    is_wide = widest.parameters.total > max(MAX_DENSE_PARAMETERS, MAX_DENSE_SHARE * total)
    return widest if is_wide else None
