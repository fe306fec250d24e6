"""What the list of layers asks for, and what follows from it: another network, and other open layers."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mnist_lab.network import (
    DEFAULT_PRESET,
    KINDS,
    MAX_LAYERS,
    Analysis,
    Network,
    default_layer,
    get_preset,
    insertion_index,
    moved_order,
)
from mnist_lab.ui.compose.layer_rows import network_version

_Index = Annotated[int, Field(ge=0, le=MAX_LAYERS)]
_Indices = Annotated[list[_Index], Field(max_length=MAX_LAYERS + 1)]


class LayerAction(BaseModel):
    """An action of the user in the list of layers, as the browser reports it."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    number: Annotated[int, Field(ge=0)]
    """Counts the actions of one page."""
    version: Annotated[str, Field(max_length=40)]
    """Version of the network that the user saw."""
    type: Literal["open", "insert", "add", "move", "remove", "duplicate", "repair", "example"]
    indices: _Indices = []
    """The layers that are opened, moved, removed or duplicated; for "insert" those in front of which it is inserted."""
    position: _Index = 0
    """In front of which layer the moved ones are put."""
    kind: Annotated[str, Field(max_length=40)] = ""
    problem: Annotated[int, Field(ge=0)] = 0
    repair: Annotated[int, Field(ge=0)] = 0
    open: bool = True
    """Whether the form of an added layer is opened."""


@dataclass(frozen=True)
class Edit:
    """What follows from an action."""

    network: Network
    picked: tuple[int, ...]
    """The layers whose form is open."""
    focus: int | None = None
    """The layer that the user acted on, where it is now."""


def read_action(reported: object) -> LayerAction | None:
    """The action that the browser reported; None if it is none: whoever speaks to the server may send anything."""
    try:
        return LayerAction.model_validate(reported)
    except ValidationError:
        return None


def perform(action: LayerAction, analysis: Analysis, picked: Sequence[int]) -> Edit | None:
    """Return what follows from an action; None if it is meant for another network, or for layers that are not there."""
    count = len(analysis.network.layers)
    limit = count + 1 if action.type == "insert" else count
    if action.version != network_version(analysis) or any(index >= limit for index in action.indices):
        return None
    if action.type in {"insert", "add"} and action.kind not in KINDS:
        return None
    return _EDITS[action.type](action, analysis, tuple(picked))


def _open(action: LayerAction, analysis: Analysis, _picked: tuple[int, ...]) -> Edit:
    return Edit(analysis.network, tuple(sorted(set(action.indices))))


def _insert(action: LayerAction, analysis: Analysis, picked: tuple[int, ...]) -> Edit | None:
    positions = sorted(set(action.indices))
    if not positions:
        return None
    network = analysis.network.insert(default_layer(action.kind), positions)
    # Each new layer moves the later ones on by one.
    new = tuple(position + before for before, position in enumerate(positions))
    kept = tuple(index + sum(position <= index for position in positions) for index in picked)
    return Edit(network, new if action.open else kept, new[0])


def _add(action: LayerAction, analysis: Analysis, picked: tuple[int, ...]) -> Edit:
    network, layer = analysis.network, default_layer(action.kind)
    index = insertion_index(network, layer, picked[-1] + 1 if picked else len(network.layers))
    return Edit(network.add(layer, index), (index,) if action.open else (), index)


def _move(action: LayerAction, analysis: Analysis, picked: tuple[int, ...]) -> Edit | None:
    if not action.indices:
        return None
    order = moved_order(len(analysis.network.layers), action.indices, action.position)
    network = analysis.network.move_to(action.indices, action.position)
    return Edit(network, _at(order, picked), order.index(min(action.indices)))


def _remove(action: LayerAction, analysis: Analysis, picked: tuple[int, ...]) -> Edit | None:
    if not action.indices:
        return None
    order = tuple(index for index in range(len(analysis.network.layers)) if index not in action.indices)
    network = analysis.network.remove(*action.indices)
    return Edit(network, _at(order, picked), min(action.indices))


def _duplicate(action: LayerAction, analysis: Analysis, picked: tuple[int, ...]) -> Edit | None:
    if not action.indices:
        return None
    copies = copied_indices(action.indices)
    return Edit(analysis.network.duplicate(*action.indices), copies if picked else (), copies[0])


def _repair(action: LayerAction, analysis: Analysis, picked: tuple[int, ...]) -> Edit | None:
    problems = analysis.problems[action.problem : action.problem + 1]
    repairs = [repair for problem in problems for repair in problem.repairs][action.repair : action.repair + 1]
    if not repairs:
        return None
    network = repairs[0].network
    # A repair that removes a layer changes the indices of others: the open form would belong to another layer.
    same_indices = len(network.layers) == len(analysis.network.layers)
    return Edit(network, picked if same_indices else (), problems[0].index)


def _example(_action: LayerAction, _analysis: Analysis, _picked: tuple[int, ...]) -> Edit:
    return Edit(get_preset(DEFAULT_PRESET).network, (), 0)


_EDITS = {
    "open": _open,
    "insert": _insert,
    "add": _add,
    "move": _move,
    "remove": _remove,
    "duplicate": _duplicate,
    "repair": _repair,
    "example": _example,
}


def copied_indices(indices: Collection[int]) -> tuple[int, ...]:
    """Where the copies are after `Network.duplicate`: behind each run of neighbours among these layers."""
    copies: list[int] = []
    run: list[int] = []
    for index in sorted(set(indices)):
        run.append(index + len(copies))
        if index + 1 not in indices:
            copies += [one + len(run) for one in run]
            run = []
    return tuple(copies)


def _at(order: Sequence[int], indices: Sequence[int]) -> tuple[int, ...]:
    """Where the layers with these indices are now; those that are gone are left out."""
    return tuple(sorted(order.index(index) for index in indices if index in order))
