"""Everything that can be said about a network before it is trained, at once."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from mnist_lab.errors import NetworkError
from mnist_lab.network.completed import Step, complete
from mnist_lab.network.cost import training_memory
from mnist_lab.network.diagnosis.budget import excess
from mnist_lab.network.diagnosis.dropout import dropout_advice
from mnist_lab.network.diagnosis.problem import Problem
from mnist_lab.network.diagnosis.signal import signal_advice
from mnist_lab.network.diagnosis.size import size_advice
from mnist_lab.network.diagnosis.validity import faults
from mnist_lab.network.labels import TITLES, label, summary
from mnist_lab.network.layers import AnyLayer, BatchNormalization, Conv2D, Dense, Dropout, SpatialDropout2D
from mnist_lab.network.limits import MAX_LAYERS
from mnist_lab.network.network import Network
from mnist_lab.network.shapes import Shape


@dataclass(frozen=True)
class LayerReport:
    """One layer of the completed stack.

    Shapes are without the batch axis, None from the first layer on that cannot take its input. `index` is the layer's
    place in `network.layers`, None if it is implied. `receptive_field` is the part of the picture, in pixels down and
    across, that one output value depends on. `share` is the layer's part of all multiply-adds, 0..1.
    """

    index: int | None
    layer: AnyLayer
    label: str
    title: str
    summary: str
    input_shape: Shape | None
    output_shape: Shape | None
    parameters: int
    trainable_parameters: int
    arithmetic: str
    multiply_adds: int
    receptive_field: tuple[int, int]
    share: float
    problems: tuple[Problem, ...]

    @property
    def implied(self) -> bool:
        """Whether the layer was put in by the lab: a Flatten that is needed, or the closing layer."""
        return self.index is None


@dataclass(frozen=True)
class Analysis:
    """What `analyse` finds out; `layers` is the completed stack, Flatten and closing layer included."""

    network: Network
    layers: tuple[LayerReport, ...]
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        """Problems that keep the network from being trained."""
        return tuple(problem for problem in self.problems if problem.severity == "error")

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """Problems that make the network train badly; looked for only when there is no error."""
        return tuple(problem for problem in self.problems if problem.severity == "warning")

    @property
    def valid(self) -> bool:
        """Whether the network can be trained."""
        return not self.errors

    @property
    def parameters(self) -> int:
        """All numbers the network holds, as far as shapes are known."""
        return sum(report.parameters for report in self.layers)

    @property
    def trainable_parameters(self) -> int:
        """The numbers that training changes."""
        return sum(report.trainable_parameters for report in self.layers)

    @property
    def multiply_adds(self) -> int:
        """Multiply-adds for one picture, forward."""
        return sum(report.multiply_adds for report in self.layers)

    @property
    def convolution_filters(self) -> tuple[int, ...]:
        """Filters of the convolutions, in order: the notebook's first column."""
        return tuple(layer.filters for layer in self.network.layers if isinstance(layer, Conv2D))

    @property
    def uses_dropout(self) -> bool:
        """Whether there is a dropout layer of any kind."""
        return any(isinstance(layer, Dropout | SpatialDropout2D) for layer in self.network.layers)

    @property
    def uses_batch_normalization(self) -> bool:
        """Whether there is a batch normalization."""
        return any(isinstance(layer, BatchNormalization) for layer in self.network.layers)

    def memory(self, batch_size: int) -> int:
        """Estimate the memory in bytes that training takes, TensorFlow itself and the data not counted."""
        return training_memory(self.layers, batch_size)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as JSON-ready data."""
        return {
            "name": self.network.name,
            "valid": self.valid,
            "parameters": self.parameters,
            "trainable_parameters": self.trainable_parameters,
            "multiply_adds": self.multiply_adds,
            "layers": [_layer_dict(report) for report in self.layers],
            "problems": [_problem_dict(problem) for problem in self.problems],
        }


@lru_cache(maxsize=256)
def analyse(network: Network) -> Analysis:
    """Find out shapes, cost and problems of a network, its implied layers included."""
    steps = complete(network)
    problems = _problems(network, steps)
    total = sum(step.multiply_adds for step in steps)
    return Analysis(network, tuple(_report(step, total, problems) for step in steps), problems)


def _problems(network: Network, steps: tuple[Step, ...]) -> tuple[Problem, ...]:
    """Return errors; warnings only if there are none; if there are too many layers, only that."""
    if len(network.layers) > MAX_LAYERS:
        return tuple(excess(network, steps))
    errors = [*faults(network, steps), *excess(network, steps)]
    found = errors or [
        *dropout_advice(network, steps),
        *signal_advice(network, steps),
        *size_advice(network, steps),
    ]
    last = len(network.layers)
    return tuple(sorted(found, key=lambda problem: last if problem.index is None else problem.index))


def _report(step: Step, total: int, problems: tuple[Problem, ...]) -> LayerReport:
    is_closing = step.index is None and isinstance(step.layer, Dense)
    belongs = step.index is not None or is_closing
    return LayerReport(
        index=step.index,
        layer=step.layer,
        label=label(step.layer),
        title=TITLES[step.layer.kind],
        summary=summary(step.layer),
        input_shape=step.input_shape,
        output_shape=step.output_shape,
        parameters=step.parameters.total,
        trainable_parameters=step.parameters.trainable,
        arithmetic=step.parameters.arithmetic,
        multiply_adds=step.multiply_adds,
        receptive_field=step.view.receptive_field,
        share=step.multiply_adds / total if total else 0.0,
        problems=tuple(problem for problem in problems if belongs and problem.index == step.index),
    )


def ensure_trainable(network: Network, batch_size: int, budget_gib: float) -> Analysis:
    """Return the analysis of a network that can be trained within `budget_gib` GiB.

    Raises:
        NetworkError: It cannot; the message is the sentence of the first error, or of the memory it would need.
    """
    analysis = analyse(network)
    sentence = analysis.errors[0].sentence if analysis.errors else check_memory(analysis, batch_size, budget_gib)
    if sentence is not None:
        raise NetworkError(sentence)
    return analysis


def _layer_dict(report: LayerReport) -> dict[str, Any]:
    return {
        **report.layer.model_dump(mode="json"),
        "implied": report.implied,
        "input_shape": None if report.input_shape is None else list(report.input_shape),
        "output_shape": None if report.output_shape is None else list(report.output_shape),
        "parameters": report.parameters,
        "trainable_parameters": report.trainable_parameters,
        "arithmetic": report.arithmetic,
        "multiply_adds": report.multiply_adds,
        "receptive_field": list(report.receptive_field),
        "share": report.share,
    }


def _problem_dict(problem: Problem) -> dict[str, Any]:
    return {
        "rule": problem.rule,
        "severity": problem.severity,
        "layer": None if problem.index is None else problem.index + 1,
        "sentence": problem.sentence,
        "repairs": [repair.label for repair in problem.repairs],
    }


def place_for(network: Network, layer: AnyLayer, wanted: int) -> int:
    """The place at which to add `layer`: `wanted`, or else the nearest one before it that makes fewer mistakes.

    A convolution wanted at the end of a network that flattens goes in front of its Flatten.

    Args:
        network: The network to add to; it need not be valid.
        layer: The layer to add.
        wanted: The place in `network.layers` where it is wanted, 0 to their number.
    """
    before = len(analyse(network).errors)

    def mistakes(place: int) -> int:
        return len(analyse(network.add(layer, place)).errors)

    # A file may name thousands of layers; no more places are tried than a network may have.
    places = range(wanted, max(-1, wanted - MAX_LAYERS), -1)
    sound = (place for place in places if mistakes(place) <= before)
    return next(sound, wanted)


def check_memory(analysis: "Analysis", batch_size: int, budget_gib: float) -> str | None:
    """Return the sentence that refuses a training which would not fit into `budget_gib` GiB; None if it fits."""
    needed = analysis.memory(batch_size)
    if needed <= budget_gib * 2**30:
        return None
    return (
        f"Training this network with batch size {batch_size:,} is estimated to need "
        f"{needed / 2**30:,.1f} GiB of memory, more than the {budget_gib:,.1f} GiB that one training may use: "
        f"{_way_out(analysis, batch_size, budget_gib)}."
    )


def _way_out(analysis: "Analysis", batch_size: int, budget_gib: float) -> str:
    per_picture = analysis.memory(1) - analysis.memory(0)
    fitting = int((budget_gib * 2**30 - analysis.memory(0)) // per_picture)
    if fitting < 1 or batch_size < 2:
        return "use fewer filters, or pool earlier"
    return f"use a batch size of at most {fitting:,}, fewer filters, or pool earlier"
