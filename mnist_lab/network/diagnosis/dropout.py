"""Warnings about dropout: too much of it, or in the wrong place."""

from collections.abc import Iterator

from mnist_lab.formatting import count_text, percent, rate_text
from mnist_lab.network.completed import Step
from mnist_lab.network.diagnosis.problem import Problem, Repair, name_of, removal, replacement
from mnist_lab.network.diagnosis.shrink import values
from mnist_lab.network.labels import in_sentence
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
"""A rate from which on hardly anything comes through."""
NOTICEABLE_RATE = 0.4
"""A rate below which even few units bear it."""
FEWEST_LEFT = 16
"""Values that should be left to tell ten digits apart."""
FEWEST_CHANNELS = 4
"""Channels below which dropping whole channels now and then drops the whole picture."""

_WITHOUT_WEIGHTS = (
    Activation,
    Flatten,
    MaxPooling2D,
    AveragePooling2D,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
)


def dropout_advice(network: Network, steps: tuple[Step, ...]) -> Iterator[Problem]:
    """Yield what is unwise about the dropout layers of a network that has no errors."""
    hidden = [step for step in steps if step.index is not None]
    for place, step in enumerate(hidden):
        index, layer = place, step.layer
        if isinstance(layer, BatchNormalization):
            yield from _variance_shift(network, hidden, index)
        if not isinstance(layer, Dropout | SpatialDropout2D) or layer.rate == 0:
            continue
        if layer.rate >= HEAVY_RATE:
            yield _heavy(network, index, layer, step)
        elif starves(layer, _units(layer, step)):
            yield _starving(network, hidden, index, layer, _units(layer, step))
        if index > 0:
            yield from _in_a_row(network, index, layer)


def starves(layer: AnyDropout, units: int) -> bool:
    """Say whether too few of `units` values (or channels) are left over by a dropout layer."""
    if isinstance(layer, SpatialDropout2D) and units < FEWEST_CHANNELS:
        return layer.rate > 0
    return layer.rate >= NOTICEABLE_RATE and units * (1 - layer.rate) < FEWEST_LEFT


def _units(layer: AnyDropout, step: Step) -> int:
    if isinstance(layer, SpatialDropout2D) and step.input_shape is not None:
        return step.input_shape[-1]
    return values(step.input_shape)


def _heavy(network: Network, index: int, layer: AnyDropout, step: Step) -> Problem:
    units = _units(layer, step)
    what = "channels" if isinstance(layer, SpatialDropout2D) else "values"
    left = units * (1 - layer.rate)
    outcome = "so nothing can be learnt" if layer.rate == 1 else f"and leaves about {left:,.0f}"
    return Problem(
        "dropout-heavy",
        "warning",
        index,
        f"{name_of(index, layer)}: while training it sets {percent(layer.rate)} of {units:,} {what} to zero {outcome}; "
        f"rates from 0.2 to 0.5 are usual.",
        (replacement(network, index, "Use rate 0.5", rate=0.5), removal(network, index)),
    )


def _starving(network: Network, hidden: list[Step], index: int, layer: AnyDropout, units: int) -> Problem:
    what = "channel" if isinstance(layer, SpatialDropout2D) else "value"
    repairs = [
        replacement(network, index, f"Use rate {rate_text(rate)}", rate=rate)
        for rate in (0.5, 0.4, 0.3)
        if rate < layer.rate and not starves(layer.changed(rate=rate), units)
    ][:1]
    repairs += _more_units(network, hidden, index, layer, units)
    return Problem(
        "dropout-starves",
        "warning",
        index,
        f"{name_of(index, layer)}: of {count_text(units, what)} it leaves only about {units * (1 - layer.rate):.2g} a "
        f"picture while training, few to tell ten digits apart.",
        (*repairs, removal(network, index)),
    )


def _more_units(network: Network, hidden: list[Step], index: int, layer: AnyDropout, units: int) -> list[Repair]:
    source = next((step for step in reversed(hidden[:index]) if isinstance(step.layer, Conv2D | Dense)), None)
    if source is None or source.index is None:
        return []
    is_convolution = isinstance(source.layer, Conv2D)
    argument, noun = ("filters", "filter") if is_convolution else ("units", "unit")
    now = source.layer.filters if isinstance(source.layer, Conv2D) else values(source.output_shape)
    wanted = 1 << now.bit_length()
    while starves(layer, units * wanted // now):
        wanted *= 2
    words = f"Use {count_text(wanted, noun)} in layer {source.index + 1}"
    return [replacement(network, source.index, words, **{argument: wanted})]


def _in_a_row(network: Network, index: int, layer: AnyDropout) -> Iterator[Problem]:
    before = network.layers[index - 1]
    if not isinstance(before, Dropout | SpatialDropout2D) or before.rate == 0:
        return
    together = round(1 - (1 - before.rate) * (1 - layer.rate), 2)
    repairs = [removal(network, index)]
    if type(before) is type(layer) and together < HEAVY_RATE:
        merged = network.replace(index - 1, before.changed(rate=together)).remove(index)
        repairs.append(Repair(f"Make them one of rate {rate_text(together)}", merged))
    yield Problem(
        "dropout-in-a-row",
        "warning",
        index,
        f"{name_of(index, layer)}: it follows {name_of(index - 1, before).lower()}, and together they set "
        f"{percent(together)} of the values to zero; one dropout layer says that more plainly.",
        tuple(repairs),
    )


def _variance_shift(network: Network, hidden: list[Step], index: int) -> Iterator[Problem]:
    """Find dropout that feeds a batch normalization: Li et al., "Understanding the Disharmony between Dropout and
    Batch Normalization by Variance Shift", CVPR 2019.
    """
    dropouts = []
    for place in range(index - 1, -1, -1):
        layer = hidden[place].layer
        if isinstance(layer, Dropout | SpatialDropout2D):
            if layer.rate > 0:
                dropouts.append(place)
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
        f"{name_of(index, network.layers[index])}: it measures values while layer {nearest + 1}, "
        f"{in_sentence(network.layers[nearest])}, makes them vary more than they will when the "
        f"network is used, so its statistics will not fit; dropout belongs behind it.",
        tuple(repairs),
    )
