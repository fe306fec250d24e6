"""The completed stack: a network's layers, the Flatten it needs and the output layer, with shapes and cost."""

from dataclasses import dataclass

from mnist_lab.network.cost import Parameters, multiply_adds, parameters
from mnist_lab.network.layers import AnyLayer, Dense, Flatten
from mnist_lab.network.network import Network
from mnist_lab.network.receptive_field import ReceptiveField, receptive_field_after
from mnist_lab.network.shapes import CLASSES, INPUT_SHAPE, Shape, output_shape

OUTPUT_LAYER = Dense(units=CLASSES, activation="softmax")
"""The last layer of every network: one probability for each digit."""


@dataclass(frozen=True)
class CompletedLayer:
    """One layer of the completed stack; `index` is its index in `network.layers`, None if it is implied.

    The first layer that cannot take its input has an `input_shape`, but no `output_shape`; the layers after it have
    neither.
    """

    index: int | None
    layer: AnyLayer
    input_shape: Shape | None
    output_shape: Shape | None
    parameters: Parameters
    multiply_adds: int
    receptive_field: ReceptiveField


Stack = tuple[CompletedLayer, ...]


def complete(network: Network) -> Stack:
    """Return all layers from the image to the ten probabilities.

    A Flatten is inserted before a Dense layer whose input would be feature maps. That happens at most once, since no
    layer turns a row of values back into maps.
    """
    stack: list[CompletedLayer] = []
    shape: Shape | None = INPUT_SHAPE
    field = ReceptiveField()
    for index, layer in [*enumerate(network.layers), (None, OUTPUT_LAYER)]:
        if isinstance(layer, Dense) and shape is not None and len(shape) == 3:
            stack.append(_completed(None, Flatten(), shape, field))
            shape = stack[-1].output_shape
        stack.append(_completed(index, layer, shape, field))
        shape, field = stack[-1].output_shape, stack[-1].receptive_field
    return tuple(stack)


def _completed(index: int | None, layer: AnyLayer, shape: Shape | None, field: ReceptiveField) -> CompletedLayer:
    result = None if shape is None else output_shape(layer, shape)
    if shape is None or result is None:
        return CompletedLayer(index, layer, shape, None, Parameters(), 0, field)
    return CompletedLayer(
        index,
        layer,
        shape,
        result,
        parameters(layer, shape),
        multiply_adds(layer, shape, result),
        receptive_field_after(layer, result, field),
    )
