"""Positions and sizes in the network diagram, in SVG units (CSS pixels at scale 1)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from mnist_lab import formatting
from mnist_lab.charts.layer_names import short_lines
from mnist_lab.network import INPUT_SHAPE

if TYPE_CHECKING:
    from mnist_lab.network import Analysis, LayerReport

Form = Literal["input", "planes", "sheet", "bar", "output", "unknown"]

TOP = 20.0
LABELS = 46.0
FONT = 12.0
MIN_SIZE = 9.0
"""Minimum width and height of a feature map, so that a map of one cell is visible."""
SHEET_KINDS = frozenset({"BatchNormalization", "Dropout", "SpatialDropout2D", "Activation"})


@dataclass(frozen=True, slots=True)
class Density:
    """Sizes of the parts; a wide network gets a denser layout."""

    cell: float
    """Side of one value of a feature map."""
    step: float
    """Offset from one plane of a stack to the next, right and up."""
    gap: float
    """Space between two slots."""
    sheet_labels: bool
    """Whether layers that keep the shape are labelled."""


DENSITIES = (Density(3.6, 4.2, 22, True), Density(3.2, 3.6, 12, True), Density(2.5, 2.6, 8, False))


@dataclass(frozen=True, slots=True)
class Block:
    """Position and size of one layer or of the input."""

    report: "LayerReport | None"
    """None: the input."""
    form: Form
    left: float
    """Left edge of its slot, which is the area that can be clicked."""
    slot: float
    """Width of the slot."""
    width: float
    """Width of one plane, bar or sheet."""
    height: float
    planes: int
    step: float
    lines: tuple[str, str]
    """The two lines of its label."""

    @property
    def depth(self) -> float:
        """Offset of the last plane from the first, to the right and upwards."""
        return (self.planes - 1) * self.step

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

    blocks: tuple[Block, ...]
    width: float
    height: float
    middle: float
    """y of the horizontal line on which all blocks are centred."""
    density: Density


def layout(analysis: "Analysis", width_hint: float) -> Layout:
    """Lay out the input and all layers, with the least dense layout that is not much wider than the hint."""
    *looser, densest = DENSITIES
    for density in looser:
        plan = _layout(analysis.layers, density)
        if plan.width <= width_hint * 1.1:
            return plan
    return _layout(analysis.layers, densest)


def _layout(reports: Sequence["LayerReport"], density: Density) -> Layout:
    blocks = []
    left = density.gap / 2
    height: float | None = None
    for report in (None, *reports):
        block = _block(report, left, density, height, last=report is not None and report is reports[-1])
        blocks.append(block)
        left += block.slot + density.gap
        if block.form not in ("sheet", "unknown"):
            height = block.height
    tallest = max(block.height + block.depth for block in blocks)
    return Layout(tuple(blocks), left - density.gap / 2, TOP + tallest + LABELS, TOP + tallest / 2, density)


def _block(report: "LayerReport | None", left: float, density: Density, before: float | None, *, last: bool) -> Block:
    form = _form(report, last=last)
    width, height, planes, step = _size(report, form, density, before)
    lines = _lines(report, form)
    if form == "sheet" and not density.sheet_labels:
        lines = ("", "")
    label_width = max(len(line) for line in lines) * FONT * 0.54
    slot = max(width + (planes - 1) * step + 8, label_width + 6)
    return Block(report, form, left, slot, width, height, planes, step, lines)


def _form(report: "LayerReport | None", *, last: bool) -> Form:
    if report is None:
        return "input"
    if report.output_shape is None:
        return "unknown"
    if report.index is None and last:
        return "output"
    if report.layer.kind in SHEET_KINDS:
        return "sheet"
    return "planes" if len(report.output_shape) == 3 else "bar"


def _size(
    report: "LayerReport | None", form: Form, density: Density, before: float | None
) -> tuple[float, float, int, float]:
    """Width and height of a plane, number of planes, and the step between them."""
    full = 28 * density.cell
    shape: tuple[int, ...] = INPUT_SHAPE if report is None else report.output_shape or ()
    if form in ("input", "planes"):
        rows, columns, channels = shape
        planes = max(1, round(1 + 0.9 * math.log2(max(1, channels))))
        return max(MIN_SIZE, columns * density.cell), max(MIN_SIZE, rows * density.cell), planes, density.step
    if form == "sheet":
        return 4.0, max(26.0, (before or full) * 0.92), 4, density.step
    if form == "output":
        return 15.0, max(104.0, full * 1.12), 1, 0.0
    if form == "bar":
        (units,) = shape
        return 10.0, min(full * 1.3, full * (0.2 + 0.075 * math.log2(max(1, units)))), 1, 0.0
    return 44.0, 44.0, 1, 0.0


def _lines(report: "LayerReport | None", form: Form) -> tuple[str, str]:
    if report is None:
        return "input", formatting.shape(INPUT_SHAPE)
    kind, argument = short_lines(report.layer)
    if form == "output":
        return "softmax", "10 digits"
    if form in ("sheet", "unknown"):
        return kind, argument
    first = f"{kind} {argument}" if report.layer.kind in ("Conv2D", "MaxPooling2D", "AveragePooling2D") else kind
    return first, formatting.shape(report.output_shape)
