"""Errors: networks beyond the limits."""

from collections.abc import Iterator

from mnist_lab.formatting import count_text, size_text
from mnist_lab.network.completed import Step, complete
from mnist_lab.network.diagnosis.problem import Problem, Repair, name_of, removal, replacement
from mnist_lab.network.diagnosis.shrink import capped, fewer, smaller_rows
from mnist_lab.network.layers import Conv2D, Dense
from mnist_lab.network.limits import MAX_KERNEL, MAX_LAYERS, MAX_PARAMETERS
from mnist_lab.network.network import Network

LIMIT_RULES = frozenset({"too-many-layers", "too-many-parameters", "kernel-beyond-limit"})
"""Rules of the lab's own; Keras would take such networks."""


def excess(network: Network, steps: tuple[Step, ...]) -> Iterator[Problem]:
    """Yield one problem for each limit that the network exceeds."""
    if len(network.layers) > MAX_LAYERS:
        yield _too_many_layers(network)
        return
    for step in steps:
        if isinstance(step.layer, Conv2D) and step.index is not None and step.output_shape is not None:
            yield from _kernel_beyond_limit(network, step.index, step.layer)
    total = _total(steps)
    if total > MAX_PARAMETERS:
        yield _too_many_parameters(network, steps, total)


def _too_many_layers(network: Network) -> Problem:
    kept = Network(name=network.name, layers=network.layers[:MAX_LAYERS])
    return Problem(
        "too-many-layers",
        "error",
        None,
        f"A network may have at most {MAX_LAYERS} layers. Received: {len(network.layers):,}.",
        (Repair(f"Keep the first {MAX_LAYERS} layers", kept),),
    )


def _kernel_beyond_limit(network: Network, index: int, layer: Conv2D) -> Iterator[Problem]:
    if max(layer.kernel_size) <= MAX_KERNEL:
        return
    fitting = tuple(min(part, 5) for part in layer.kernel_size)
    yield Problem(
        "kernel-beyond-limit",
        "error",
        index,
        f"{name_of(index, layer)}: a kernel may have at most {MAX_KERNEL} rows and columns, since pictures have 28; "
        f"the rest would only meet padding. Received: {size_text(layer.kernel_size)}.",
        (
            replacement(network, index, f"Use a kernel of {size_text(fitting)}", kernel_size=fitting),
            removal(network, index),
        ),
    )


def _too_many_parameters(network: Network, steps: tuple[Step, ...], total: int) -> Problem:
    heaviest = max(steps, key=lambda step: step.parameters.total)
    repairs = [repair for repair in _smaller(network, steps, heaviest, total) if _fits(repair.network)]
    return Problem(
        "too-many-parameters",
        "error",
        heaviest.index,
        f"{name_of(heaviest.index, heaviest.layer)}: a network may have at most {MAX_PARAMETERS:,} parameters. "
        f"Received: {count_text(total, 'parameter')}, {heaviest.parameters.total:,} of them here.",
        tuple(repairs),
    )


def _smaller(network: Network, steps: tuple[Step, ...], heaviest: Step, total: int) -> Iterator[Repair]:
    # The closing layer keeps its ten units; what it gets can be less.
    weighted = [index for index, layer in enumerate(network.layers) if isinstance(layer, Conv2D | Dense)]
    index = weighted[-1] if heaviest.index is None else heaviest.index
    yield from fewer(network, index, MAX_PARAMETERS / total)
    if not isinstance(heaviest.layer, Conv2D):
        # The smallest change that is enough comes first; one is all that is offered of these.
        yield from [repair for repair in smaller_rows(network, steps) if _fits(repair.network)][:1]
    yield capped(network)


def _fits(network: Network) -> bool:
    return _total(complete(network)) <= MAX_PARAMETERS


def _total(steps: tuple[Step, ...]) -> int:
    return sum(step.parameters.total for step in steps)
