"""Where everything stands in the picture of a network: geometry alone, in SVG units (CSS pixels at natural size)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from mnist_lab import formatting
from mnist_lab.charts.layer_names import short_lines
from mnist_lab.network import INPUT_SHAPE

if TYPE_CHECKING:
    from mnist_lab.network import Analysis, LayerReport

Form = Literal["input", "planes", "gate", "bar", "output", "unknown"]

TOP = 20.0
LABELS = 46.0
FONT = 12.0
SMALLEST = 9.0
"""A map of one cell is drawn this wide: smaller could not be seen."""
GATES = frozenset({"BatchNormalization", "Dropout", "SpatialDropout2D", "Activation"})


@dataclass(frozen=True, slots=True)
class Density:
    """How much room is given to the parts."""

    cell: float
    """Side of one value of a feature map."""
    step: float
    """From one plane of a stack to the next, right and up."""
    gap: float
    """Between two slots."""
    gate_labels: bool
    """Whether layers that keep the shape are labelled."""


DENSITIES = (Density(3.6, 4.2, 22, True), Density(3.2, 3.6, 12, True), Density(2.5, 2.6, 8, False))


@dataclass(frozen=True, slots=True)
class Block:
    """One layer, or the input, placed."""

    report: "LayerReport | None"
    """None: the input."""
    form: Form
    left: float
    """Of its slot, which is what can be clicked."""
    slot: float
    """Width of the slot."""
    width: float
    """Of one plane, bar or sheet."""
    height: float
    planes: int
    step: float
    lines: tuple[str, str]
    """The two lines of its label."""

    @property
    def depth(self) -> float:
        """How far the last plane stands to the right of the first, and above it."""
        return (self.planes - 1) * self.step

    @property
    def x(self) -> float:
        """Left edge of the front plane: the whole stack is centred in its slot."""
        return self.left + (self.slot - self.width - self.depth) / 2

    def y(self, middle: float) -> float:
        """Top edge of the front plane, the whole stack being centred on the line `middle`."""
        return middle - (self.height + self.depth) / 2 + self.depth


@dataclass(frozen=True, slots=True)
class Layout:
    """The whole picture."""

    blocks: tuple[Block, ...]
    width: float
    height: float
    middle: float
    """y of the line that everything is centred on."""
    density: Density


def layout(analysis: "Analysis", width_hint: float) -> Layout:
    """Place the input and all layers, in the roomiest density whose width is about the hinted one."""
    *roomier, closest = DENSITIES
    for density in roomier:
        plan = _placed(analysis.layers, density)
        if plan.width <= width_hint * 1.1:
            return plan
    return _placed(analysis.layers, closest)


def _placed(reports: Sequence["LayerReport"], density: Density) -> Layout:
    blocks = []
    left = density.gap / 2
    height: float | None = None
    for report in (None, *reports):
        block = _block(report, left, density, height, last=report is not None and report is reports[-1])
        blocks.append(block)
        left += block.slot + density.gap
        if block.form not in ("gate", "unknown"):
            height = block.height
    tallest = max(block.height + block.depth for block in blocks)
    return Layout(tuple(blocks), left - density.gap / 2, TOP + tallest + LABELS, TOP + tallest / 2, density)


def _block(report: "LayerReport | None", left: float, density: Density, before: float | None, *, last: bool) -> Block:
    form = _form(report, last=last)
    width, height, planes, step = _size(report, form, density, before)
    lines = _lines(report, form)
    if form == "gate" and not density.gate_labels:
        lines = ("", "")
    words = max(len(line) for line in lines) * FONT * 0.54
    slot = max(width + (planes - 1) * step + 8, words + 6)
    return Block(report, form, left, slot, width, height, planes, step, lines)


def _form(report: "LayerReport | None", *, last: bool) -> Form:
    if report is None:
        return "input"
    if report.output_shape is None:
        return "unknown"
    if report.index is None and last:
        return "output"
    if report.layer.kind in GATES:
        return "gate"
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
        return max(SMALLEST, columns * density.cell), max(SMALLEST, rows * density.cell), planes, density.step
    if form == "gate":
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
    if form in ("gate", "unknown"):
        return kind, argument
    first = f"{kind} {argument}" if report.layer.kind in ("Conv2D", "MaxPooling2D", "AveragePooling2D") else kind
    return first, formatting.shape(report.output_shape)
