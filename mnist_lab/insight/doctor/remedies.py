"""Changes that treat more than one illness."""

from collections.abc import Iterable, Iterator

from mnist_lab import formatting
from mnist_lab.insight.doctor.finding import Treatment
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
LOWEST_RATE, HIGHEST_RATE = 1e-9, 10.0
MOST_EPOCHS = 1000
MOST_LIMIT = 50_000
"""From here on, all images are meant."""


def usual_rate(recipe: Recipe) -> float:
    """The learning rate that suits most networks of this lab with the recipe's optimizer.

    0.001 for those that scale each step themselves (Keras's default). A step of SGD grows by 1 / (1 - momentum) as
    momentum builds up, so 0.1 without momentum is like 0.01 with 0.9.
    """
    return 0.1 * (1 - recipe.momentum) if recipe.optimizer == "sgd" else ADAM_RATE


def optimizer_name(recipe: Recipe) -> str:
    """How the optimizer is written: "Adam"."""
    return OPTIMIZER_NAMES[recipe.optimizer]


def with_rate(recipe: Recipe, rate: float) -> Treatment:
    """Train with another learning rate, of one digit and within what a recipe may have."""
    rounded = min(max(float(f"{rate:.1g}"), LOWEST_RATE), HIGHEST_RATE)
    return Treatment(
        f"Learning rate {formatting.learning_rate(rounded)}", recipe=recipe.with_changes(learning_rate=rounded)
    )


def with_adam(recipe: Recipe) -> Iterator[Treatment]:
    """Adam at its usual rate, for a recipe that has another optimizer."""
    if recipe.optimizer != "adam":
        changed = recipe.with_changes(optimizer="adam", learning_rate=ADAM_RATE)
        yield Treatment(f"Adam with learning rate {formatting.learning_rate(ADAM_RATE)}", recipe=changed)


def more_epochs(recipe: Recipe, epochs: int) -> Iterator[Treatment]:
    """Train for so many epochs, as far as a recipe may."""
    wanted = min(epochs, MOST_EPOCHS)
    if wanted > recipe.epochs:
        yield Treatment(f"{formatting.count(wanted)} epochs", recipe=recipe.with_changes(epochs=wanted))


def more_images(recipe: Recipe) -> Iterator[Treatment]:
    """Ten times the training images, for a recipe that limits them; all could take hundreds of times as long."""
    if recipe.limit is not None:
        wanted = 10 * recipe.limit
        limit = wanted if wanted < MOST_LIMIT else None
        words = "All training images" if limit is None else f"{formatting.count(limit)} training images"
        yield Treatment(words, recipe=recipe.with_changes(limit=limit))


def repaired(network: Network, rules: Iterable[str]) -> Iterator[Treatment]:
    """The first repair of each warning that the network has by these rules."""
    for problem in analyse(network).warnings:
        if problem.rule in rules and problem.repairs:
            yield Treatment(problem.repairs[0].label, network=problem.repairs[0].network)


def normalised(network: Network) -> Iterator[Treatment]:
    """Batch normalization after every layer with weights, for a network that has none."""
    if any(isinstance(layer, BatchNormalization) for layer in network.layers):
        return
    places = [index for index, layer in enumerate(network.layers) if isinstance(layer, Conv2D | Dense)]
    changed = network
    for index in reversed(places):
        changed = changed.add(BatchNormalization(), index + 1)
    if places:
        yield Treatment("Add batch normalization", network=changed)


def with_activation(network: Network, activation: str, instead_of: str) -> Iterator[Treatment]:
    """Another activation in every layer that has the one named."""
    layers = [
        layer.with_changes(activation=activation) if getattr(layer, "activation", None) == instead_of else layer
        for layer in network.layers
    ]
    if layers != list(network.layers):
        changed = Network(name=network.name, layers=tuple(layers))
        yield Treatment(f"{activation} instead of {instead_of} everywhere", network=changed)


def with_dropout_rate(network: Network, index: int, rate: float) -> Treatment:
    """Another rate in the dropout layer at `index`."""
    layer = network.layers[index]
    return Treatment(
        f"Dropout {formatting.dropout_rate(rate)} in layer {index + 1}",
        network=network.replace(index, layer.with_changes(rate=rate)),
    )


def with_dropouts_at_most(network: Network, rate: float) -> Iterator[Treatment]:
    """No dropout above `rate`, for a network with more than one that is."""
    high = [
        i for i, each in enumerate(network.layers) if isinstance(each, Dropout | SpatialDropout2D) and each.rate > rate
    ]
    changed = network
    for index in high:
        changed = changed.replace(index, network.layers[index].with_changes(rate=rate))
    if len(high) > 1:
        yield Treatment(f"Dropout {formatting.dropout_rate(rate)} at most, in every layer", network=changed)


def with_dropout(network: Network) -> Iterator[Treatment]:
    """Dropout 0.5 in front of the output layer, for a network that has no dropout."""
    if not any(isinstance(layer, Dropout | SpatialDropout2D) for layer in network.layers):
        yield Treatment("Dropout 0.5 before the last layer", network=network.add(Dropout(rate=0.5)))


def larger(network: Network) -> Iterator[Treatment]:
    """Twice the filters and units in every layer, or a first hidden layer for a network that has none."""
    layers: list[AnyLayer] = []
    for layer in network.layers:
        if isinstance(layer, Conv2D):
            layers.append(layer.with_changes(filters=layer.filters * 4))
        elif isinstance(layer, Dense):
            layers.append(layer.with_changes(units=layer.units * 4))
        else:
            layers.append(layer)
    if layers != list(network.layers):
        changed = Network(name=network.name, layers=tuple(layers))
        yield Treatment("Four times the filters and units", network=changed)
    start = (Conv2D(filters=16, padding="same", activation="relu"), MaxPooling2D())
    yield Treatment(
        "A convolution and pooling in front", network=Network(name=network.name, layers=(*start, *network.layers))
    )
