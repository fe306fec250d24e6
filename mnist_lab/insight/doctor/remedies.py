"""Changes to a network or a recipe that several rules propose."""

from collections.abc import Callable, Iterable, Iterator

from mnist_lab import formatting
from mnist_lab.insight.doctor.finding import Remedy
from mnist_lab.network import (
    AnyLayer,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    MaxPooling2D,
    Network,
    SpatialDropout2D,
    analyse,
)
from mnist_lab.recipe import Recipe
from mnist_lab.recipe.recipe_labels import OPTIMIZER_NAMES

ADAM_RATE = 0.001
MIN_RATE, MAX_RATE = 1e-9, 10.0
MAX_EPOCHS = 1000
MAX_LIMIT = 50_000
"""From this limit on, all training images are used."""
GROWTH = 4
"""Factor of filters and units in a larger network."""


def usual_learning_rate(recipe: Recipe) -> float:
    """The learning rate that suits most networks of this lab with the recipe's optimizer.

    0.001 for optimizers that scale each step themselves (Keras's default). A step of SGD grows by 1 / (1 - momentum) as
    momentum builds up, so 0.1 without momentum corresponds to 0.01 with momentum 0.9.
    """
    return 0.1 * (1 - recipe.momentum) if recipe.optimizer == "sgd" else ADAM_RATE


def optimizer_name(recipe: Recipe) -> str:
    """How the optimizer's name is written: "Adam"."""
    return OPTIMIZER_NAMES[recipe.optimizer]


def with_learning_rate(recipe: Recipe, rate: float) -> Remedy:
    """Another learning rate, rounded to one significant digit and clipped to what a recipe may have."""
    rounded = min(max(float(f"{rate:.1g}"), MIN_RATE), MAX_RATE)
    return Remedy(
        f"Learning rate {formatting.learning_rate(rounded)}", recipe=recipe.with_changes(learning_rate=rounded)
    )


def with_adam(recipe: Recipe) -> Iterator[Remedy]:
    """Adam at its usual rate, for a recipe that has another optimizer."""
    if recipe.optimizer != "adam":
        changed = recipe.with_changes(optimizer="adam", learning_rate=ADAM_RATE)
        yield Remedy(f"Adam with learning rate {formatting.learning_rate(ADAM_RATE)}", recipe=changed)


def with_more_epochs(recipe: Recipe, epochs: int) -> Iterator[Remedy]:
    """Train for `epochs` epochs, or as many as a recipe may have, if the recipe has fewer."""
    allowed = min(epochs, MAX_EPOCHS)
    if allowed > recipe.epochs:
        yield Remedy(f"{formatting.count(allowed)} epochs", recipe=recipe.with_changes(epochs=allowed))


def with_more_images(recipe: Recipe) -> Iterator[Remedy]:
    """Ten times the training images, for a recipe that limits them; all could take hundreds of times as long."""
    if recipe.limit is not None:
        increased = 10 * recipe.limit
        limit = increased if increased < MAX_LIMIT else None
        text = "All training images" if limit is None else f"{formatting.count(limit)} training images"
        yield Remedy(text, recipe=recipe.with_changes(limit=limit))


def with_repairs(network: Network, rules: Iterable[str]) -> Iterator[Remedy]:
    """The first repair of each warning that the network analysis gives by these rules."""
    for problem in analyse(network).warnings:
        if problem.rule in rules and problem.repairs:
            yield Remedy(problem.repairs[0].label, network=problem.repairs[0].network)


def with_batch_normalization(network: Network) -> Iterator[Remedy]:
    """Batch normalization after every layer with weights, for a network that has none."""
    if any(isinstance(layer, BatchNormalization) for layer in network.layers):
        return
    indices = [index for index, layer in enumerate(network.layers) if isinstance(layer, Conv2D | Dense)]
    changed = network
    for index in reversed(indices):
        changed = changed.add(BatchNormalization(), index + 1)
    if indices:
        yield Remedy("Add batch normalization", network=changed)


def with_activation(network: Network, activation: str, instead_of: str) -> Iterator[Remedy]:
    """Another activation in every layer that has the one named."""

    def change(layer: AnyLayer) -> AnyLayer:
        return layer.with_changes(activation=activation) if getattr(layer, "activation", None) == instead_of else layer

    yield from _with_each_layer(network, change, f"{activation} instead of {instead_of} everywhere")


def with_larger_layers(network: Network) -> Iterator[Remedy]:
    """Four times the filters and units in every layer; and a first convolution with pooling."""

    def change(layer: AnyLayer) -> AnyLayer:
        if isinstance(layer, Conv2D):
            return layer.with_changes(filters=layer.filters * GROWTH)
        if isinstance(layer, Dense):
            return layer.with_changes(units=layer.units * GROWTH)
        return layer

    yield from _with_each_layer(network, change, "Four times the filters and units")
    start = (Conv2D(filters=16, padding="same", activation="relu"), MaxPooling2D())
    yield Remedy("A convolution and pooling in front", network=_with_layers(network, (*start, *network.layers)))


def with_dropout_rate(network: Network, index: int, rate: float) -> Remedy:
    """Another rate in the dropout layer at `index`."""
    layer = network.layers[index]
    return Remedy(
        f"Dropout {formatting.dropout_rate(rate)} in layer {index + 1}",
        network=network.replace(index, layer.with_changes(rate=rate)),
    )


def with_max_dropout(network: Network, rate: float) -> Iterator[Remedy]:
    """No dropout above `rate`, for a network with several layers above it."""

    def is_high(layer: AnyLayer) -> bool:
        return isinstance(layer, Dropout | SpatialDropout2D) and layer.rate > rate

    if sum(map(is_high, network.layers)) > 1:
        yield from _with_each_layer(
            network,
            lambda layer: layer.with_changes(rate=rate) if is_high(layer) else layer,
            f"Dropout {formatting.dropout_rate(rate)} at most, in every layer",
        )


def with_dropout(network: Network) -> Iterator[Remedy]:
    """Dropout 0.5 before the output layer, for a network that has no dropout."""
    if not any(isinstance(layer, Dropout | SpatialDropout2D) for layer in network.layers):
        yield Remedy("Dropout 0.5 before the last layer", network=network.add(Dropout(rate=0.5)))


def _with_each_layer(network: Network, change: Callable[[AnyLayer], AnyLayer], label: str) -> Iterator[Remedy]:
    """The network with each layer changed; nothing if that leaves all of them as they are."""
    layers = tuple(map(change, network.layers))
    if layers != network.layers:
        yield Remedy(label, network=_with_layers(network, layers))


def _with_layers(network: Network, layers: tuple[AnyLayer, ...]) -> Network:
    return Network(name=network.name, layers=layers)
