"""Warnings about sizes: windows that skip or waste, maps that shrink too fast, views too narrow, rows too wide."""

from collections.abc import Iterator
from math import prod

from mnist_lab.formatting import percent, size_text
from mnist_lab.network.completed import Step, complete
from mnist_lab.network.diagnosis.problem import WINDOW_WORDS, Problem, Repair, name_of, removal, replacement
from mnist_lab.network.diagnosis.shrink import fewer, smaller_rows
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
from mnist_lab.network.shapes import Shape, window_of

Windowed = Conv2D | MaxPooling2D | AveragePooling2D

LARGEST_STEP = 25
"""How many values of a map one step of a window may stand for: 5×5."""
SMALLEST_MAP_TO_SPARE = 14 * 14
"""Maps smaller than this may be pooled to one value."""
FEWEST_CHANNELS = 16
"""Channels from which on pooling whole maps is a way to sum up, not a loss."""
NARROWEST_VIEW = 12
"""Pixels that a value should see, down and across, before its place is given up; digits have about 20."""
WIDEST_DENSE = 2_000_000
"""Parameters of a dense layer that may pass without a word, if they are most of the network's."""
WIDEST_SHARE = 0.8


def size_advice(network: Network, steps: tuple[Step, ...]) -> Iterator[Problem]:
    """Yield what is unwise about the sizes in a network that has no errors."""
    for step in steps:
        layer, shape, result = step.layer, step.input_shape, step.output_shape
        if step.index is None or shape is None or result is None:
            continue
        if isinstance(layer, Conv2D | MaxPooling2D | AveragePooling2D):
            yield from _skips(network, step.index, layer, shape, result)
            yield from _shrinks(network, step.index, layer, shape, result)
            yield from _meets_only_padding(network, step.index, layer, shape)
        elif isinstance(layer, GlobalAveragePooling2D | GlobalMaxPooling2D):
            yield from _narrow_view(network, steps, step.index, shape)
    yield from _wide_dense(network, steps)


def _skips(network: Network, index: int, layer: Windowed, shape: Shape, result: Shape) -> Iterator[Problem]:
    window = window_of(layer)
    pairs = list(zip(window, layer.strides, shape, strict=False))
    if all(stride <= part or size <= part for part, stride, size in pairs):
        return
    seen = prod(min(1, part * places / size) for part, places, size in zip(window, result, shape, strict=False))
    noun = WINDOW_WORDS[layer.kind][1]
    shorter = tuple(min(stride, part) for part, stride, _ in pairs)
    yield Problem(
        "skips-values",
        "warning",
        index,
        f"{name_of(index, layer)}: its strides {size_text(layer.strides)} are larger than its {noun} "
        f"{size_text(window)}, so about {percent(1 - seen)} of its input is never looked at.",
        (
            replacement(network, index, f"Use strides {size_text(shorter)}", strides=shorter),
            removal(network, index),
        ),
    )


def _shrinks(network: Network, index: int, layer: Windowed, shape: Shape, result: Shape) -> Iterator[Problem]:
    sums_up = result[:2] == (1, 1) and shape[2] >= FEWEST_CHANNELS
    if prod(layer.strides) < LARGEST_STEP or prod(shape[:2]) < SMALLEST_MAP_TO_SPARE or sums_up:
        return
    gentle = (min(2, shape[0]), min(2, shape[1]))
    sizes: dict[str, object] = {"strides": gentle}
    if not isinstance(layer, Conv2D):
        sizes["pool_size"] = gentle
    yield Problem(
        "shrinks-fast",
        "warning",
        index,
        f"{name_of(index, layer)}: one step from {size_text(shape[:2])} to {size_text(result[:2])} keeps "
        f"one place of {prod(shape[:2]) / prod(result[:2]):.0f}; strokes of a digit get lost. Steps of 2×2 are usual.",
        (
            replacement(network, index, f"Use strides {size_text(gentle)}", **sizes),
            removal(network, index),
        ),
    )


def _meets_only_padding(network: Network, index: int, layer: Windowed, shape: Shape) -> Iterator[Problem]:
    window = window_of(layer)
    if layer.padding != "same" or all(part <= 2 * size - 1 for part, size in zip(window, shape, strict=False)):
        return
    argument, noun = WINDOW_WORDS[layer.kind]
    fitting = tuple(min(part, size) for part, size in zip(window, shape, strict=False))
    yield Problem(
        "meets-only-padding",
        "warning",
        index,
        f"{name_of(index, layer)}: its {noun} {size_text(window)} reaches so far beyond its input "
        f"{size_text(shape[:2])} that its outermost parts only ever meet padding.",
        (
            replacement(network, index, f"Use a {noun} of {size_text(fitting)}", **{argument: fitting}),
            removal(network, index),
        ),
    )


def _narrow_view(network: Network, steps: tuple[Step, ...], index: int, shape: Shape) -> Iterator[Problem]:
    place = next(place for place, step in enumerate(steps) if step.index == index)
    view = steps[place - 1].view if place > 0 else None
    size, jump = (view.size, view.jump) if view else ((1, 1), (1, 1))
    if min(size) >= NARROWEST_VIEW or prod(shape[:2]) == 1:
        return
    repairs = [Repair("Lay out all values instead (Flatten)", network.replace(index, Flatten()))]
    for window in (2, 3, 4, 7):
        reach = min(part + (window - 1) * step for part, step in zip(size, jump, strict=True))
        if window <= min(shape[:2]) and reach >= NARROWEST_VIEW:
            pooled = network.add(MaxPooling2D(pool_size=(window, window), strides=(window, window)), index)
            repairs.append(Repair(f"Add max pooling {window}×{window} in front of it", pooled))
            break
    yield Problem(
        "narrow-view",
        "warning",
        index,
        f"{name_of(index, network.layers[index])}: the values it joins have seen only {size_text(size)} pixels each, "
        f"and it forgets where; digits are about 20 pixels tall.",
        tuple(repairs),
    )


def _wide_dense(network: Network, steps: tuple[Step, ...]) -> Iterator[Problem]:
    wide = _widest(steps)
    if wide is None or wide.input_shape is None:
        return
    rows = [repair for repair in smaller_rows(network, steps) if _widest(complete(repair.network)) is None]
    narrower = []
    if wide.index is not None:
        narrower = [
            repair
            for repair in fewer(network, wide.index, WIDEST_DENSE / wide.parameters.total)
            if not _is_widest(complete(repair.network), wide.index)
        ]
    share = wide.parameters.total / sum(step.parameters.total for step in steps)
    yield Problem(
        "wide-dense",
        "warning",
        wide.index,
        f"{name_of(wide.index, wide.layer)}: it gets {wide.input_shape[0]:,} values and so holds "
        f"{wide.parameters.total:,} parameters, {percent(share)} of the network's; that learns slowly and by heart.",
        (*rows[:1], *rows[1:][-1:], *narrower),
    )


def _is_widest(steps: tuple[Step, ...], index: int) -> bool:
    widest = _widest(steps)
    return widest is not None and widest.index == index


def _widest(steps: tuple[Step, ...]) -> Step | None:
    widest = max((step for step in steps if isinstance(step.layer, Dense)), key=lambda step: step.parameters.total)
    total = sum(step.parameters.total for step in steps)
    is_wide = widest.parameters.total > max(WIDEST_DENSE, WIDEST_SHARE * total)
    return widest if is_wide else None
