"""Warnings about the signal: missing or saturating activations, layers without effect, depth, bottlenecks."""

from collections.abc import Iterator

from mnist_lab import formatting
from mnist_lab.network.completed import CompletedLayer, Stack
from mnist_lab.network.diagnosis.problem import Problem, Repair, name_of, removal, replacement
from mnist_lab.network.diagnosis.smaller_network import value_count
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

MAX_SIGMOIDS = 2
"""Number of sigmoid layers that still learn without batch normalization: in 3 epochs on 6,000 digits, 2 convolutions
reached 21 % and 3 stayed at 10 %. With tanh, 16 learned as well as 8, so tanh gets no warning."""
MAX_PLAIN_LAYERS = 25
"""Number of layers with weights that still learn without batch normalization: on 12,000 digits, 24 relu convolutions
reached 81 %, 28 stayed at 12 %, and 28 with batch normalization after every fourth reached 80 %."""
MIN_VALUES = 8
"""Number of values that every layer's output should have to distinguish ten digits."""


def signal_warnings(network: Network, stack: Stack) -> Iterator[Problem]:
    """Yield warnings about how well signal and gradient pass through a network that has no errors."""
    if not any(isinstance(layer, Conv2D | Dense) for layer in network.layers):
        yield _linear_model(network)
    for position, completed in enumerate(stack):
        if completed.index is None:
            continue
        if isinstance(completed.layer, Conv2D | Dense):
            yield from _no_activation(network, stack, position, completed.index)
        yield from _no_effect(network, stack, position, completed.index)
        yield from _bottleneck(network, completed, completed.index)
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


def _no_activation(network: Network, stack: Stack, position: int, index: int) -> Iterator[Problem]:
    if _activation_of(stack[position].layer) != "linear":
        return
    for later in stack[position + 1 :]:
        if isinstance(later.layer, MaxPooling2D | GlobalMaxPooling2D):
            return
        if isinstance(later.layer, Activation) and later.layer.activation != "linear":
            return
        if isinstance(later.layer, Conv2D | Dense):
            break
    follower = "the output layer" if later.index is None else f"layer {later.index + 1}"
    repairs = [replacement(network, index, f"Use relu in layer {index + 1}", activation="relu")]
    if index + 1 < len(network.layers) and isinstance(network.layers[index + 1], BatchNormalization):
        after = network.add(Activation(activation="relu"), index + 2)
        repairs.insert(0, Repair(f"Add relu after layer {index + 2}", after))
    yield Problem(
        "no-activation",
        "warning",
        index,
        f"{name_of(index, stack[position].layer)}: there is no activation between it and {follower}, so the two "
        f"together can compute no more than one of them.",
        tuple(repairs),
    )


def _no_effect(network: Network, stack: Stack, position: int, index: int) -> Iterator[Problem]:
    layer, shape = stack[position].layer, stack[position].input_shape
    before = _activation_of(stack[position - 1].layer) if position > 0 else None
    reason = None
    if isinstance(layer, Activation) and layer.activation == "linear":
        reason = "linear leaves every value unchanged"
    elif isinstance(layer, Activation) and layer.activation == "relu" == before:
        reason = "the layer before it has already applied relu"
    elif isinstance(layer, Dropout | SpatialDropout2D) and layer.rate == 0:
        reason = "a rate of 0 drops nothing"
    elif isinstance(layer, Flatten) and shape is not None and len(shape) == 1:
        reason = f"its input is already one row of {formatting.quantity(shape[0], 'value')}"
    elif isinstance(layer, MaxPooling2D | AveragePooling2D) and layer.pool_size == layer.strides == (1, 1):
        reason = "a window of 1×1 keeps every value"
    if reason:
        message = f"{name_of(index, layer)}: it has no effect: {reason}."
        yield Problem("no-effect", "warning", index, message, (removal(network, index),))


def _bottleneck(network: Network, completed: CompletedLayer, index: int) -> Iterator[Problem]:
    left = value_count(completed.output_shape)
    if left >= MIN_VALUES or value_count(completed.input_shape) < MIN_VALUES or completed.output_shape is None:
        return
    repairs = [removal(network, index)]
    if isinstance(completed.layer, Conv2D):
        repairs.insert(0, replacement(network, index, "Use 16 filters", filters=16))
    elif isinstance(completed.layer, Dense):
        repairs.insert(0, replacement(network, index, "Use 32 units", units=32))
    yield Problem(
        "bottleneck",
        "warning",
        index,
        f"{name_of(index, completed.layer)}: its output is {formatting.quantity(left, 'value')} "
        f"({formatting.shape(completed.output_shape)}) for the whole image; at least {MIN_VALUES} are needed to "
        "distinguish ten digits.",
        tuple(repairs),
    )


def _saturating(network: Network) -> Iterator[Problem]:
    indices = [index for index, layer in enumerate(network.layers) if _activation_of(layer) == "sigmoid"]
    if len(indices) <= MAX_SIGMOIDS:
        return
    repaired = network
    for index in indices:
        repaired = repaired.replace(index, network.layers[index].with_changes(activation="relu"))
    yield Problem(
        "activation-saturates",
        "warning",
        indices[0],
        f"{name_of(indices[0], network.layers[indices[0]])}: {len(indices)} layers use sigmoid, each of which makes "
        f"the gradient at least four times smaller; with more than {MAX_SIGMOIDS} little is learned.",
        (Repair("Use relu instead of sigmoid everywhere", repaired),),
    )


def _deep(network: Network) -> Iterator[Problem]:
    weighted = [index for index, layer in enumerate(network.layers) if isinstance(layer, Conv2D | Dense)]
    if len(weighted) <= MAX_PLAIN_LAYERS:
        return
    repairs = [Repair(f"Keep the first {MAX_PLAIN_LAYERS} layers with weights", _shallower(network, weighted))]
    if len(network.layers) < MAX_LAYERS:
        repairs.insert(0, Repair("Add batch normalization after every fourth of them", _normalized(network, weighted)))
    yield Problem(
        "deep-without-normalization",
        "warning",
        weighted[MAX_PLAIN_LAYERS],
        f"{name_of(weighted[MAX_PLAIN_LAYERS], network.layers[weighted[MAX_PLAIN_LAYERS]])}: it is one of "
        f"{len(weighted)} layers with weights, without batch normalization; beyond {MAX_PLAIN_LAYERS} the gradients "
        "vanish.",
        tuple(repairs),
    )


def _shallower(network: Network, weighted: list[int]) -> Network:
    for index in reversed(weighted[MAX_PLAIN_LAYERS:]):
        network = network.remove(index)
    return network


def _normalized(network: Network, weighted: list[int]) -> Network:
    chosen = weighted[3::4][: MAX_LAYERS - len(network.layers)]
    for index in reversed(chosen):
        network = network.add(BatchNormalization(), index + 1)
    return network
