"""The blocks of the network diagram: what is drawn for each layer, and which layers are drawn as one.

A layer that keeps the shape is named at the layer that it follows. Where a network has no room, neighbours are folded
into one block: first runs of equal layers, then the neighbours that differ least in size.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mnist_lab.network import Analysis, LayerReport

TAG_KINDS = frozenset({"BatchNormalization", "Dropout", "SpatialDropout2D", "Activation"})
"""Kinds that keep the shape."""
_MIN_RUN = 4
"""Equal layers in a row from which on they are folded first, all but the one that shows what they are."""


@dataclass(frozen=True, slots=True)
class Part:
    """A layer or the input, and the layers after it that are named at it."""

    report: "LayerReport | None"
    """None: the input."""
    tags: "tuple[LayerReport, ...]" = ()

    @property
    def layers(self) -> "tuple[LayerReport, ...]":
        """The layer and its tags."""
        return self.tags if self.report is None else (self.report, *self.tags)


@dataclass(frozen=True, slots=True)
class Block:
    """What is drawn as one: a part, or several that are folded."""

    parts: tuple[Part, ...]

    @property
    def is_fold(self) -> bool:
        """Whether it stands for several parts."""
        return len(self.parts) > 1

    @property
    def report(self) -> "LayerReport | None":
        """The layer whose output is drawn; None for the input."""
        return self.parts[-1].report

    @property
    def tags(self) -> "tuple[LayerReport, ...]":
        """The layers named below it; those of a fold are folded, too."""
        return () if self.is_fold else self.parts[0].tags

    @property
    def layers(self) -> "tuple[LayerReport, ...]":
        """All layers that it stands for."""
        return tuple(report for part in self.parts for report in part.layers)

    @property
    def is_uniform(self) -> bool:
        """Whether all its parts have the same layers."""
        return len({_arguments(part) for part in self.parts}) == 1


def blocks_of(analysis: "Analysis") -> list[Block]:
    """One block for the input and for each layer of the completed stack, except for those that are tags."""
    parts = [Part(None)]
    for report in analysis.layers:
        if report.layer.kind in TAG_KINDS:
            parts[-1] = Part(parts[-1].report, (*parts[-1].tags, report))
        else:
            parts.append(Part(report))
    return [Block((part,)) for part in parts]


def folded(blocks: Sequence[Block], width_of: Callable[[Block], float], room: float) -> list[Block]:
    """Fold as many blocks as are needed for a width of `room`; input and output always stay.

    Args:
        blocks: As from `blocks_of`.
        width_of: The width that a block takes.
        room: The width of all together.
    """
    first, *inner, last = blocks
    room -= width_of(first) + width_of(last)
    widths = [width_of(block) for block in inner]

    def fold(start: int, end: int) -> None:
        inner[start:end] = [Block(tuple(part for block in inner[start:end] for part in block.parts))]
        widths[start:end] = [width_of(inner[start])]

    while sum(widths) > room and (run := _longest_run(inner)):
        fold(*run)
    while sum(widths) > room and len(inner) > 1:
        start = min(range(len(inner) - 1), key=lambda index: _loss(inner[index], inner[index + 1]))
        fold(start, start + 2)
    return [first, *inner, last]


def _longest_run(blocks: Sequence[Block]) -> tuple[int, int] | None:
    """Start and end of the longest run of equal layers that are not folded yet, without the first of them."""
    runs, start = [], 0
    for _, group in groupby(blocks, key=lambda block: None if block.is_fold else _arguments(block.parts[0])):
        members = list(group)
        if len(members) >= _MIN_RUN and not members[0].is_fold:
            runs.append((start + 1, start + len(members)))
        start += len(members)
    return max(runs, key=lambda run: run[1] - run[0], default=None)


def _arguments(part: Part) -> tuple[object, ...]:
    return tuple(report.layer for report in part.layers)


def _loss(before: Block, after: Block) -> tuple[bool, bool, int]:
    """What is lost by folding two neighbours: a fault out of sight, a change of the size, many layers."""
    layers = (*before.layers, *after.layers)
    return any(report.problems for report in layers), _size(before) != _size(after), len(layers)


def _size(block: Block) -> tuple[int, ...] | None:
    shape = None if block.report is None else block.report.output_shape
    return shape if shape is None else shape[:-1]
