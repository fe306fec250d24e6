"""Warnings about dropout: too much of it, or at the wrong position."""

from collections.abc import Iterator

from mnist_lab import formatting
from mnist_lab.network.completed import CompletedLayer, Stack
from mnist_lab.network.diagnosis.problem import Problem, Repair, name_of, removal, replacement
from mnist_lab.network.diagnosis.smaller_network import value_count
from mnist_lab.network.labels import inline_label
from mnist_lab.network.layers import (
    Activation,
    AnyDropout,
    AveragePooling2D,
    BatchNormalization,
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

HEAVY_RATE = 0.8
"""Rate from which on almost all values are set to zero."""
NOTICEABLE_RATE = 0.4
"""Rate below which dropout does no harm, even after a layer of few units."""
MIN_VALUES_LEFT = 16
"""Number of values that should be left to distinguish ten digits."""
MIN_CHANNELS = 4
"""Number of channels below which dropping whole channels sometimes drops the whole image."""

_WITHOUT_WEIGHTS = (
    Activation,
    Flatten,
    MaxPooling2D,
    AveragePooling2D,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
)


def dropout_warnings(network: Network, stack: Stack) -> Iterator[Problem]:
    """Yield warnings about the dropout layers of a network that has no errors."""
    hidden = [completed for completed in stack if completed.index is not None]
    for index, completed in enumerate(hidden):
        layer = completed.layer
        if isinstance(layer, BatchNormalization):
            yield from _variance_shift(network, hidden, index)
        if not isinstance(layer, Dropout | SpatialDropout2D) or layer.rate == 0:
            continue
        if layer.rate >= HEAVY_RATE:
            yield _heavy(network, index, layer, completed)
        elif leaves_too_few(layer, _units(layer, completed)):
            yield _too_few_left(network, hidden, index, layer, _units(layer, completed))
        if index > 0:
            yield from _in_a_row(network, index, layer)


def leaves_too_few(layer: AnyDropout, units: int) -> bool:
    """Whether a dropout layer leaves too few of `units` values (or channels)."""
    if isinstance(layer, SpatialDropout2D) and units < MIN_CHANNELS:
        return layer.rate > 0
    return layer.rate >= NOTICEABLE_RATE and units * (1 - layer.rate) < MIN_VALUES_LEFT


def _units(layer: AnyDropout, completed: CompletedLayer) -> int:
    if isinstance(layer, SpatialDropout2D) and completed.input_shape is not None:
        return completed.input_shape[-1]
    return value_count(completed.input_shape)


def _heavy(network: Network, index: int, layer: AnyDropout, completed: CompletedLayer) -> Problem:
    units = _units(layer, completed)
    noun = "channels" if isinstance(layer, SpatialDropout2D) else "values"
    left = units * (1 - layer.rate)
    outcome = "so nothing can be learned" if layer.rate == 1 else f"and leaves about {left:,.0f}"
    return Problem(
        "dropout-heavy",
        "warning",
        index,
        f"{name_of(index, layer)}: while training it sets {formatting.percent(layer.rate)} of {units:,} {noun} to zero "
        f"{outcome}; rates from 0.2 to 0.5 are usual.",
        (replacement(network, index, "Use rate 0.5", rate=0.5), removal(network, index)),
    )


def _too_few_left(network: Network, hidden: list[CompletedLayer], index: int, layer: AnyDropout, units: int) -> Problem:
    noun = "channel" if isinstance(layer, SpatialDropout2D) else "value"
    repairs = [
        replacement(network, index, f"Use rate {formatting.dropout_rate(rate)}", rate=rate)
        for rate in (0.5, 0.4, 0.3)
        if rate < layer.rate and not leaves_too_few(layer.with_changes(rate=rate), units)
    ][:1]
    repairs += _more_units(network, hidden, index, layer, units)
    return Problem(
        "dropout-starves",
        "warning",
        index,
        f"{name_of(index, layer)}: while training it leaves only about {units * (1 - layer.rate):.2g} of "
        f"{formatting.quantity(units, noun)} per image, too few to distinguish ten digits.",
        (*repairs, removal(network, index)),
    )


def _more_units(
    network: Network, hidden: list[CompletedLayer], index: int, layer: AnyDropout, units: int
) -> list[Repair]:
    source = next(
        (completed for completed in reversed(hidden[:index]) if isinstance(completed.layer, Conv2D | Dense)), None
    )
    if source is None or source.index is None:
        return []
    is_convolution = isinstance(source.layer, Conv2D)
    argument, noun = ("filters", "filter") if is_convolution else ("units", "unit")
    current = source.layer.filters if isinstance(source.layer, Conv2D) else value_count(source.output_shape)
    wanted = 1 << current.bit_length()
    while leaves_too_few(layer, units * wanted // current):
        wanted *= 2
    text = f"Use {formatting.quantity(wanted, noun)} in layer {source.index + 1}"
    return [replacement(network, source.index, text, **{argument: wanted})]


def _in_a_row(network: Network, index: int, layer: AnyDropout) -> Iterator[Problem]:
    before = network.layers[index - 1]
    if not isinstance(before, Dropout | SpatialDropout2D) or before.rate == 0:
        return
    combined_rate = round(1 - (1 - before.rate) * (1 - layer.rate), 2)
    repairs = [removal(network, index)]
    if type(before) is type(layer) and combined_rate < HEAVY_RATE:
        merged = network.replace(index - 1, before.with_changes(rate=combined_rate)).remove(index)
        repairs.append(Repair(f"Merge them into one of rate {formatting.dropout_rate(combined_rate)}", merged))
    yield Problem(
        "dropout-in-a-row",
        "warning",
        index,
        f"{name_of(index, layer)}: it follows {name_of(index - 1, before).lower()}, and together they set "
        f"{formatting.percent(combined_rate)} of the values to zero; one dropout layer does the same.",
        tuple(repairs),
    )


def _variance_shift(network: Network, hidden: list[CompletedLayer], index: int) -> Iterator[Problem]:
    """Find dropout before a batch normalization.

    Source: Li et al., "Understanding the Disharmony between Dropout and Batch Normalization by Variance Shift", CVPR
    2019.
    """
    dropouts = []
    for before in range(index - 1, -1, -1):
        layer = hidden[before].layer
        if isinstance(layer, Dropout | SpatialDropout2D):
            if layer.rate > 0:
                dropouts.append(before)
        elif not isinstance(layer, _WITHOUT_WEIGHTS):
            break
    if not dropouts:
        return
    nearest, first = dropouts[0], dropouts[-1]
    repairs = [Repair(f"Move it in front of layer {first + 1}", network.move(index, first - index))]
    if nearest == first:
        repairs.append(removal(network, nearest))
    yield Problem(
        "batch-norm-after-dropout",
        "warning",
        index,
        f"{name_of(index, network.layers[index])}: in training, layer {nearest + 1}, "
        f"{inline_label(network.layers[nearest])}, makes its inputs vary more than at prediction, so the statistics "
        "that it measures in training do not fit at prediction. Put dropout after it.",
        tuple(repairs),
    )
