"""The analysis of a network before training: shapes, cost, receptive fields and problems of every layer."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from mnist_lab.errors import NetworkError
from mnist_lab.network.completed import CompletedLayer, Stack, complete
from mnist_lab.network.cost import training_memory
from mnist_lab.network.diagnosis.budget import budget_errors
from mnist_lab.network.diagnosis.dropout import dropout_warnings
from mnist_lab.network.diagnosis.layer_errors import validity_errors
from mnist_lab.network.diagnosis.problem import Problem
from mnist_lab.network.diagnosis.repairs import with_useful_repairs
from mnist_lab.network.diagnosis.signal import signal_warnings
from mnist_lab.network.diagnosis.size import size_warnings
from mnist_lab.network.labels import TITLES, label, summary
from mnist_lab.network.layers import AnyLayer, Dense
from mnist_lab.network.limits import MAX_LAYERS
from mnist_lab.network.network import Network
from mnist_lab.network.shapes import INPUT_SHAPE, Shape


@dataclass(frozen=True)
class LayerReport:
    """The analysis of one layer of the completed stack.

    Shapes are without the batch axis, None from the first layer on that cannot take its input. `index` is the index in
    `network.layers`, None if the layer is implied. `receptive_field` is the size of the part of the image, in pixels
    down and across, that one output value depends on. `share` is the layer's share of all multiply-adds, 0..1. Numbers
    that depend on an unknown shape are None: of this layer, and for `share` of any layer.
    """

    index: int | None
    layer: AnyLayer
    label: str
    title: str
    summary: str
    input_shape: Shape | None
    output_shape: Shape | None
    parameters: int | None
    trainable_parameters: int | None
    arithmetic: str
    multiply_adds: int | None
    receptive_field: tuple[int, int]
    share: float | None
    problems: tuple[Problem, ...]

    @property
    def implied(self) -> bool:
        """Whether the lab added the layer: a Flatten that is needed, or the output layer."""
        return self.index is None

    @property
    def number(self) -> int | None:
        """The number that people see, counted from 1; None for an implied layer."""
        return None if self.index is None else self.index + 1


@dataclass(frozen=True)
class Analysis:
    """The result of `analyse`; `layers` is the completed stack, with the implied Flatten and the output layer."""

    network: Network
    layers: tuple[LayerReport, ...]
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        """Problems because of which the network cannot be trained."""
        return tuple(problem for problem in self.problems if problem.severity == "error")

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """Problems because of which the network trains badly; searched for only when there is no error."""
        return tuple(problem for problem in self.problems if problem.severity == "warning")

    @property
    def valid(self) -> bool:
        """Whether the network can be trained."""
        return not self.errors

    @property
    def parameters(self) -> int | None:
        """Number of parameters; None if a layer's shape is unknown, as the network is broken there."""
        return _sum(report.parameters for report in self.layers)

    @property
    def trainable_parameters(self) -> int | None:
        """Number of parameters that training changes; None like `parameters`."""
        return _sum(report.trainable_parameters for report in self.layers)

    @property
    def multiply_adds(self) -> int | None:
        """Multiply-adds of a forward pass for one image; None like `parameters`."""
        return _sum(report.multiply_adds for report in self.layers)

    def memory(self, batch_size: int) -> int:
        """Estimate the memory in bytes that training takes, without TensorFlow itself and the data.

        Layers of unknown shape count as nothing.
        """
        return training_memory(self.layers, batch_size)


@lru_cache(maxsize=256)
def analyse(network: Network) -> Analysis:
    """Compute shapes, cost and problems of a network, its implied layers included."""
    stack = complete(network)
    problems = _problems(network, stack)
    total = None if any(_is_unknown(layer) for layer in stack) else sum(layer.multiply_adds for layer in stack)
    return Analysis(network, tuple(_report(layer, total, problems) for layer in stack), problems)


def _problems(network: Network, stack: Stack) -> tuple[Problem, ...]:
    """Return the errors, or the warnings if there are none."""
    errors = _errors(network, stack)
    found = [with_useful_repairs(error, errors, _errors) for error in errors] or [
        *dropout_warnings(network, stack),
        *signal_warnings(network, stack),
        *size_warnings(network, stack),
    ]
    last = len(network.layers)
    return tuple(sorted(found, key=lambda problem: last if problem.index is None else problem.index))


def _errors(network: Network, stack: Stack | None = None) -> list[Problem]:
    """Return the errors with all repairs that come to mind; with too many layers, only that error."""
    stack = stack or complete(network)
    if len(network.layers) > MAX_LAYERS:
        return list(budget_errors(network, stack))
    return [*validity_errors(network, stack), *budget_errors(network, stack)]


def _sum(numbers: Iterable[int | None]) -> int | None:
    known = list(numbers)
    return None if None in known else sum(number for number in known if number is not None)


def _is_unknown(completed: CompletedLayer) -> bool:
    return completed.output_shape is None


def _report(completed: CompletedLayer, total: int | None, problems: tuple[Problem, ...]) -> LayerReport:
    # A problem of the whole network is shown at the output layer.
    unknown = _is_unknown(completed)
    can_have_problems = completed.index is not None or isinstance(completed.layer, Dense)
    return LayerReport(
        index=completed.index,
        layer=completed.layer,
        label=label(completed.layer),
        title=TITLES[completed.layer.kind],
        summary=summary(completed.layer),
        input_shape=completed.input_shape,
        output_shape=completed.output_shape,
        parameters=None if unknown else completed.parameters.total,
        trainable_parameters=None if unknown else completed.parameters.trainable,
        arithmetic=completed.parameters.arithmetic,
        multiply_adds=None if unknown else completed.multiply_adds,
        receptive_field=completed.receptive_field.visible_size,
        share=None if total is None else completed.multiply_adds / max(1, total),
        problems=tuple(problem for problem in problems if can_have_problems and problem.index == completed.index),
    )


def ensure_trainable(analysis: Analysis, batch_size: int, budget_gib: float) -> None:
    """Check that the analysed network can be trained within `budget_gib` GiB of memory.

    Raises:
        NetworkError: It cannot; the message is that of the first error, or names the memory that is needed.
    """
    message = analysis.errors[0].message if analysis.errors else memory_error(analysis, batch_size, budget_gib)
    if message is not None:
        raise NetworkError(message)


def memory_error(analysis: Analysis, batch_size: int, budget_gib: float) -> str | None:
    """Return the message for a training that does not fit into `budget_gib` GiB of memory; None if it fits.

    The message says what to change so that it fits.
    """
    needed = analysis.memory(batch_size)
    if needed <= budget_gib * 2**30:
        return None
    return (
        f"Training this network with batch size {batch_size:,} is estimated to need "
        f"{needed / 2**30:,.1f} GiB of memory, more than the {budget_gib:,.1f} GiB that one training may use: "
        f"{_how_to_save_memory(analysis, batch_size, budget_gib)}."
    )


def _how_to_save_memory(analysis: Analysis, batch_size: int, budget_gib: float) -> str:
    per_picture = analysis.memory(1) - analysis.memory(0)
    fitting = int((budget_gib * 2**30 - analysis.memory(0)) // per_picture)
    if fitting < 1 or batch_size < 2:
        return "use fewer filters, or pool earlier"
    return f"use a batch size of at most {fitting:,}, fewer filters, or pool earlier"


def insertion_index(network: Network, layer: AnyLayer, wanted: int) -> int:
    """Return where to insert `layer`: at `wanted`, or else at the nearest index before it that adds no error.

    For example, a convolution wanted at the end of a network with a Flatten is inserted before the Flatten. It never
    goes further back than to the last maps before `wanted`: smaller maps than it needs are an error with repairs there,
    whereas another place would change layers that work. So if it adds an error at every index, that place is returned.

    Args:
        network: The network to insert into; it need not be valid.
        layer: The layer to insert.
        wanted: The index in `network.layers` where it is wanted, 0 to their number.
    """
    stack = complete(network)
    shapes = [INPUT_SHAPE, *(completed.output_shape for completed in stack if completed.index is not None)]
    # A file may hold thousands of layers: at most as many indices are tried as a network may have layers.
    candidates = range(wanted, max(-1, wanted - MAX_LAYERS), -1)
    last_maps = next((index for index in candidates if len(shapes[index] or ()) == len(INPUT_SHAPE)), wanted)
    errors_before = len(_errors(network, stack))
    behind = range(wanted, last_maps, -1)
    suitable = (index for index in behind if len(_errors(network.add(layer, index))) <= errors_before)
    return next(suitable, last_maps)
