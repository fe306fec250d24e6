"""Warnings about the signal: activations that are missing, that fade, or that do nothing; too deep, too narrow."""

from collections.abc import Iterator

from mnist_lab.formatting import count_text, size_text
from mnist_lab.network.completed import Step
from mnist_lab.network.diagnosis.problem import Problem, Repair, name_of, removal, replacement
from mnist_lab.network.diagnosis.shrink import values
from mnist_lab.network.layers import (
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalMaxPooling2D,
    MaxPooling2D,
    SpatialDropout2D,
)
from mnist_lab.network.limits import MAX_LAYERS
from mnist_lab.network.network import Network

MOST_SIGMOIDS = 2
"""How many sigmoid layers still learn without batch normalization: in 3 epochs on 6,000 digits, 2 convolutions reached
21 % and 3 stayed at 10 %. With tanh 16 learnt as well as 8, so tanh gets no warning."""
MOST_PLAIN_LAYERS = 25
"""How many layers with weights still learn without batch normalization: on 12,000 digits 24 relu convolutions reached
81 %, 28 stayed at 12 %, and 28 with batch normalization after every fourth reached 80 %."""
FEWEST_VALUES = 8
"""Values that every layer should hand on to tell ten digits apart."""


def signal_advice(network: Network, steps: tuple[Step, ...]) -> Iterator[Problem]:
    """Yield what keeps the signal of a network that has no errors from passing."""
    if not any(isinstance(layer, Conv2D | Dense) for layer in network.layers):
        yield _linear_model(network)
    for place, step in enumerate(steps):
        if step.index is None:
            continue
        if isinstance(step.layer, Conv2D | Dense):
            yield from _no_activation(network, steps, place, step.index)
        yield from _no_effect(network, steps, place, step.index)
        yield from _bottleneck(network, step, step.index)
    if not any(isinstance(layer, BatchNormalization) for layer in network.layers):
        yield from _saturating(network)
        yield from _deep(network)


def _linear_model(network: Network) -> Problem:
    convolution = Conv2D(filters=8, padding="same", activation="relu")
    return Problem(
        "linear-model",
        "warning",
        None,
        "There is no hidden layer with weights: this is a linear model, which reaches about 92 % on MNIST.",
        (Repair("Start with a convolution of 8 filters 3×3", network.add(convolution, 0)),),
    )


def _activation_of(layer: object) -> str | None:
    return layer.activation if isinstance(layer, Conv2D | Dense | Activation) else None


def _no_activation(network: Network, steps: tuple[Step, ...], place: int, index: int) -> Iterator[Problem]:
    if _activation_of(steps[place].layer) != "linear":
        return
    for later in steps[place + 1 :]:
        if isinstance(later.layer, MaxPooling2D | GlobalMaxPooling2D):
            return
        if isinstance(later.layer, Activation) and later.layer.activation != "linear":
            return
        if isinstance(later.layer, Conv2D | Dense):
            break
    follower = "the closing layer" if later.index is None else f"layer {later.index + 1}"
    repairs = [replacement(network, index, f"Use relu in layer {index + 1}", activation="relu")]
    if index + 1 < len(network.layers) and isinstance(network.layers[index + 1], BatchNormalization):
        after = network.add(Activation(activation="relu"), index + 2)
        repairs.insert(0, Repair(f"Add relu after layer {index + 2}", after))
    yield Problem(
        "no-activation",
        "warning",
        index,
        f"{name_of(index, steps[place].layer)}: nothing but linear steps lies between it and {follower}, so the two "
        f"can do no more than one of them; an activation makes the difference.",
        tuple(repairs),
    )


def _no_effect(network: Network, steps: tuple[Step, ...], place: int, index: int) -> Iterator[Problem]:
    layer, shape = steps[place].layer, steps[place].input_shape
    before = _activation_of(steps[place - 1].layer) if place > 0 else None
    reason = None
    if isinstance(layer, Activation) and layer.activation == "linear":
        reason = "linear hands every value on as it is"
    elif isinstance(layer, Activation) and layer.activation == "relu" == before:
        reason = "the layer before it has applied relu already"
    elif isinstance(layer, Dropout | SpatialDropout2D) and layer.rate == 0:
        reason = "a rate of 0 drops nothing"
    elif isinstance(layer, Flatten) and shape is not None and len(shape) == 1:
        reason = f"its input is one row of {count_text(shape[0], 'value')} already"
    elif isinstance(layer, MaxPooling2D | AveragePooling2D) and layer.pool_size == layer.strides == (1, 1):
        reason = "a window of 1×1 keeps every value"
    if reason:
        sentence = f"{name_of(index, layer)}: it changes nothing: {reason}."
        yield Problem("no-effect", "warning", index, sentence, (removal(network, index),))


def _bottleneck(network: Network, step: Step, index: int) -> Iterator[Problem]:
    left = values(step.output_shape)
    if left >= FEWEST_VALUES or values(step.input_shape) < FEWEST_VALUES or step.output_shape is None:
        return
    repairs = [removal(network, index)]
    if isinstance(step.layer, Conv2D):
        repairs.insert(0, replacement(network, index, "Use 16 filters", filters=16))
    elif isinstance(step.layer, Dense):
        repairs.insert(0, replacement(network, index, "Use 32 units", units=32))
    yield Problem(
        "bottleneck",
        "warning",
        index,
        f"{name_of(index, step.layer)}: it hands on {count_text(left, 'value')} ({size_text(step.output_shape)}) for "
        f"the whole picture; at least {FEWEST_VALUES} are wanted to tell ten digits apart.",
        tuple(repairs),
    )


def _saturating(network: Network) -> Iterator[Problem]:
    places = [index for index, layer in enumerate(network.layers) if _activation_of(layer) == "sigmoid"]
    if len(places) <= MOST_SIGMOIDS:
        return
    repaired = network
    for index in places:
        repaired = repaired.replace(index, network.layers[index].changed(activation="relu"))
    yield Problem(
        "activation-saturates",
        "warning",
        places[0],
        f"{name_of(places[0], network.layers[places[0]])}: {len(places)} layers use sigmoid, each of which shrinks the "
        f"signal to learn from at least four times on its way back; beyond {MOST_SIGMOIDS} little is learnt.",
        (Repair("Use relu instead of sigmoid everywhere", repaired),),
    )


def _deep(network: Network) -> Iterator[Problem]:
    weighted = [index for index, layer in enumerate(network.layers) if isinstance(layer, Conv2D | Dense)]
    if len(weighted) <= MOST_PLAIN_LAYERS:
        return
    repairs = [Repair(f"Keep the first {MOST_PLAIN_LAYERS} layers with weights", _shallower(network, weighted))]
    if len(network.layers) < MAX_LAYERS:
        repairs.insert(0, Repair("Add batch normalization after every fourth of them", _normalised(network, weighted)))
    yield Problem(
        "deep-without-normalization",
        "warning",
        weighted[MOST_PLAIN_LAYERS],
        f"{name_of(weighted[MOST_PLAIN_LAYERS], network.layers[weighted[MOST_PLAIN_LAYERS]])}: it is one of "
        f"{len(weighted)} layers with weights and no batch normalization; beyond {MOST_PLAIN_LAYERS} the signal fades.",
        tuple(repairs),
    )


def _shallower(network: Network, weighted: list[int]) -> Network:
    for index in reversed(weighted[MOST_PLAIN_LAYERS:]):
        network = network.remove(index)
    return network


def _normalised(network: Network, weighted: list[int]) -> Network:
    chosen = weighted[3::4][: MAX_LAYERS - len(network.layers)]
    for index in reversed(chosen):
        network = network.add(BatchNormalization(), index + 1)
    return network
