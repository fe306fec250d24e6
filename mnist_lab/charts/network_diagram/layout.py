"""Positions and sizes in the network diagram, in SVG units: CSS pixels at scale 1, below which it is never drawn."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from mnist_lab import formatting
from mnist_lab.charts.layer_names import short_lines, short_name
from mnist_lab.charts.network_diagram.folding import Block, blocks_of, folded
from mnist_lab.network import INPUT_SHAPE, KIND_GROUPS

if TYPE_CHECKING:
    from mnist_lab.network import Analysis, LayerReport

Form = Literal["input", "planes", "bar", "output", "unknown"]

TOP = 14.0
LABELS = 42.0
"""Height of the two lines of text below a block."""
TAG, TAG_PITCH = 20.0, 24.0
"""Height of a tag, and from one row of tags to the next."""
TAG_GAP = 4.0
FONT = 12.0
MIN_SIZE = 9.0
"""Minimum width and height of a feature map, so that a map of one cell is visible."""
DIGIT = 17.0
"""Side of the cell of one digit in the output layer."""
_NARROW = "fijlrt.,!1 "
"""Characters of about half the width of others."""
_LINEAR_CHANNELS = 128
_MAX_PLANES = 40


@dataclass(frozen=True, slots=True)
class Density:
    """Sizes of the parts; a wide network gets a denser layout."""

    cell: float
    """Side of one value of a feature map."""
    depth: float
    """Factor of the depth of a stack of maps."""
    gap: float
    """Space between two slots."""
    tags_in_a_row: bool
    """Whether a slot is as wide as all its tags together; otherwise they may be below each other."""


DENSITIES = (
    Density(3.5, 1.3, 22, True),
    Density(3.1, 1.15, 14, True),
    Density(3.1, 1.15, 14, False),
    Density(2.6, 0.95, 8, False),
)
UNFOLDED_WIDTH = 1360.0
"""A network that is not to be folded gets the loosest layout up to this width, or else the densest."""


@dataclass(frozen=True, slots=True)
class Tag:
    """Position of the name of a layer that keeps the shape; relative to its slot."""

    report: "LayerReport"
    text: str
    x: float
    row: int
    width: float


@dataclass(frozen=True, slots=True)
class Placed:
    """Position and size of one block."""

    block: Block
    form: Form
    left: float
    """Left edge of its slot, which is the area that can be clicked."""
    slot: float
    """Width of the slot."""
    width: float
    """Width of one plane, bar or cell."""
    height: float
    planes: int
    depth: float
    """Offset of the last plane from the first, to the right and upwards."""
    lines: tuple[str, str]
    """The two lines of its label."""
    tags: tuple[Tag, ...]

    @property
    def x(self) -> float:
        """Left edge of the front plane; the whole stack is centred in its slot."""
        return self.left + (self.slot - self.width - self.depth) / 2

    def y(self, middle: float) -> float:
        """Top edge of the front plane; the whole stack is centred vertically on `middle`."""
        return middle - (self.height + self.depth) / 2 + self.depth


@dataclass(frozen=True, slots=True)
class Layout:
    """The whole diagram."""

    blocks: tuple[Placed, ...]
    width: float
    height: float
    middle: float
    """y of the horizontal line on which all blocks are centred."""
    labels: float
    """y of the top of the labels."""
    density: Density


def layout(analysis: "Analysis", room: float | None = None) -> Layout:
    """Lay out the input and all layers.

    Args:
        analysis: Analysis of the network.
        room: Width in which it must fit: the loosest layout that does, or else the densest with layers folded. With
            None nothing is folded.
    """
    blocks = blocks_of(analysis)
    for density in DENSITIES[:-1] if room is None else DENSITIES:
        plan = _layout(blocks, density)
        if plan.width <= (room or UNFOLDED_WIDTH):
            return plan
    densest = DENSITIES[-1]
    if room is not None:
        blocks = folded(blocks, lambda block: _place(block, densest).slot + densest.gap, room)
    return _layout(blocks, densest)


def channel_depth(channels: int) -> float:
    """Depth of a stack of this many maps: 32, 48 and 64 differ at sight, and so do 350 and 500."""
    within = min(channels, _LINEAR_CHANNELS) ** 0.7 if channels > 1 else 0.0
    return within + 9 * math.log2(max(1, channels / _LINEAR_CHANNELS))


def _layout(blocks: Sequence[Block], density: Density) -> Layout:
    placed = []
    left = density.gap / 2
    for block in blocks:
        placed.append(_place(block, density, left))
        left += placed[-1].slot + density.gap
    tallest = max(one.height + one.depth for one in placed)
    rows = max((tag.row + 1 for one in placed for tag in one.tags), default=0)
    return Layout(
        tuple(placed),
        width=left - density.gap / 2,
        height=TOP + tallest + LABELS + rows * TAG_PITCH,
        middle=TOP + tallest / 2,
        labels=TOP + tallest,
        density=density,
    )


def _place(block: Block, density: Density, left: float = 0.0) -> Placed:
    form = _form(block.report)
    width, height, planes, depth = _size(block.report, form, density)
    lines = _lines(block, form)
    tag_widths = [_text_width(_tag_text(report)) + 14 for report in block.tags]
    in_a_row = sum(tag_widths) + TAG_GAP * (len(tag_widths) - 1)
    widest_tags = in_a_row if density.tags_in_a_row else max(tag_widths, default=0)
    slot = max(width + depth + 8, max(map(_text_width, lines)) + 6, widest_tags)
    tags = _tags(block.tags, tag_widths, slot)
    return Placed(block, form, left, slot, width, height, planes, depth, lines, tags)


def _form(report: "LayerReport | None") -> Form:
    if report is None:
        return "input"
    if report.output_shape is None:
        return "unknown"
    if report.index is None and report.layer.kind == "Dense":
        return "output"
    return "planes" if len(report.output_shape) == 3 else "bar"


def _size(report: "LayerReport | None", form: Form, density: Density) -> tuple[float, float, int, float]:
    """Width and height of a plane, number of planes, and the depth of all."""
    full = 28 * density.cell
    shape: tuple[int, ...] = INPUT_SHAPE if report is None else report.output_shape or ()
    if form in ("input", "planes"):
        rows, columns, channels = shape
        depth = density.depth * channel_depth(channels)
        planes = min(_MAX_PLANES, 1 + math.ceil(depth / 3))
        return max(MIN_SIZE, columns * density.cell), max(MIN_SIZE, rows * density.cell), planes, depth
    if form == "output":
        return 2 * DIGIT, 5 * DIGIT, 1, 0.0
    if form == "bar":
        (units,) = shape
        return 10.0, min(full * 1.2, full * (0.2 + 0.07 * math.log2(max(1, units)))), 1, 0.0
    return 44.0, 44.0, 1, 0.0


def _lines(block: Block, form: Form) -> tuple[str, str]:
    report = block.report
    if report is None:
        return "input", formatting.shape(INPUT_SHAPE)
    shape = formatting.shape(report.output_shape)
    if block.is_fold:
        return _fold_line(block), shape if report.output_shape else ""
    kind, argument = short_lines(report.layer)
    if form == "output":
        return "softmax", "10 digits"
    if form == "unknown":
        return kind, argument
    first = f"{kind} {argument}" if report.layer.kind in ("Conv2D", "MaxPooling2D", "AveragePooling2D") else kind
    return first, shape


def _fold_line(block: Block) -> str:
    first = block.parts[0].report
    if block.is_uniform and not block.parts[0].tags and first is not None:
        return f"{len(block.parts)} × {short_name(first.layer)}"
    return f"{len(block.layers)} layers"


def fold_group(block: Block) -> str:
    """The group of kinds that most layers of a block belong to."""
    return Counter(KIND_GROUPS[part.report.layer.kind] for part in block.parts if part.report).most_common(1)[0][0]


def _tags(reports: "Sequence[LayerReport]", widths: Sequence[float], slot: float) -> tuple[Tag, ...]:
    """The tags in rows no wider than the slot, each row centred."""
    rows: list[list[tuple[LayerReport, float]]] = []
    used = math.inf
    for report, width in zip(reports, widths, strict=True):
        if used + TAG_GAP + width > slot + 0.01:
            rows.append([])
            used = -TAG_GAP
        rows[-1].append((report, width))
        used += TAG_GAP + width
    return tuple(tag for number, row in enumerate(rows) for tag in _row(row, number, slot))


def _row(row: "Sequence[tuple[LayerReport, float]]", number: int, slot: float) -> list[Tag]:
    x = (slot - sum(width for _, width in row) - TAG_GAP * (len(row) - 1)) / 2
    tags = []
    for report, width in row:
        tags.append(Tag(report, _tag_text(report), x, number, width))
        x += width + TAG_GAP
    return tags


def _tag_text(report: "LayerReport") -> str:
    return f"! {short_name(report.layer)}" if report.problems else short_name(report.layer)


def _text_width(text: str) -> float:
    """Width of a text in the bold font of the labels; rather too wide than too narrow."""
    narrow = sum(character in _NARROW for character in text)
    return FONT * (0.62 * (len(text) - narrow) + 0.38 * narrow)
