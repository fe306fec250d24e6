"""The completed stack: a network's layers, the Flatten it needs and the closing layer, with shapes and cost."""

from dataclasses import dataclass

from mnist_lab.network.cost import Parameters, View, multiply_adds, parameters, view_after
from mnist_lab.network.layers import CLOSING_LAYER, AnyLayer, Dense, Flatten
from mnist_lab.network.network import Network
from mnist_lab.network.shapes import INPUT_SHAPE, Shape, output_shape


@dataclass(frozen=True)
class Step:
    """One layer of the completed stack; `index` is its place in the network, None if it is implied.

    Shapes are None from the layer on that cannot take its input: that layer still has an `input_shape`, those after it
    have neither.
    """

    index: int | None
    layer: AnyLayer
    input_shape: Shape | None
    output_shape: Shape | None
    parameters: Parameters
    multiply_adds: int
    view: View


def complete(network: Network) -> tuple[Step, ...]:
    """Return all steps from the picture to the ten probabilities.

    A Flatten is put in before a Dense layer that would get maps: at most once, since nothing makes maps of a row.
    """
    steps: list[Step] = []
    shape: Shape | None = INPUT_SHAPE
    view = View()
    for index, layer in [*enumerate(network.layers), (None, CLOSING_LAYER)]:
        if isinstance(layer, Dense) and shape is not None and len(shape) == 3:
            steps.append(_step(None, Flatten(), shape, view))
            shape = steps[-1].output_shape
        steps.append(_step(index, layer, shape, view))
        shape, view = steps[-1].output_shape, steps[-1].view
    return tuple(steps)


def _step(index: int | None, layer: AnyLayer, shape: Shape | None, view: View) -> Step:
    result = None if shape is None else output_shape(layer, shape)
    if shape is None or result is None:
        return Step(index, layer, shape, None, Parameters(), 0, view)
    return Step(
        index,
        layer,
        shape,
        result,
        parameters(layer, shape),
        multiply_adds(layer, shape, result),
        view_after(layer, result, view),
    )
