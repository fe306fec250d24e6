"""The network diagram: all layers of a network in one SVG, drawn to scale.

Feature maps are planes seen from the front; the depth of their stack tells their number. Rows of units are bars, and
the output layer has ten cells, one per digit. A layer that keeps the shape is a tag below the layer that it follows.
The window of each convolution and pooling is drawn on the map that it is applied to.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from html import escape
from typing import TYPE_CHECKING

from mnist_lab import formatting
from mnist_lab.charts.network_diagram.diagram_style import STYLE
from mnist_lab.charts.network_diagram.input_digit import digit_paths
from mnist_lab.charts.network_diagram.layout import DIGIT, LABELS, TAG, TAG_PITCH, Form, Layout, Placed, Tag, fold_group
from mnist_lab.charts.network_diagram.layout import layout as lay_out
from mnist_lab.network import INPUT_SHAPE, KIND_GROUPS, TITLES, AveragePooling2D, Conv2D, MaxPooling2D, inline_label

if TYPE_CHECKING:
    from mnist_lab.network import Analysis, LayerReport

ROOMS = (None, 1280.0, 1060.0, 880.0, 690.0, 572.0)
"""The widths for which a network is laid out; the browser takes the widest that it has room for."""


def network_diagram_views(analysis: "Analysis", *, selected: int | None = None) -> list[str]:
    """The diagram with all its layers, then ever narrower ones, which fold layers where there is no other way."""
    views = [network_diagram_svg(analysis, selected=selected, room=room) for room in ROOMS]
    return list(dict.fromkeys(views))


def network_diagram_svg(analysis: "Analysis", *, selected: int | None = None, room: float | None = None) -> str:
    """Draw a network as an SVG element of class `lab-network`, with text of 12 CSS pixels.

    Every layer is `<g data-index="…" role="button" tabindex="0">`, with its index in `network.layers`: of class
    `block`, or `tag` for one that keeps the shape. Layers that are folded together are one `<g class="block fold">`
    without an index; implied layers have a dashed outline and no index. Colours are the CSS variables `--lab-<colour>`,
    named as in the palette, with those of the light theme as fallback.

    Args:
        analysis: Analysis of the network, whose completed stack is drawn.
        selected: Index of the layer shown as selected.
        room: Width in which it must fit, in CSS pixels; with None no layer is folded.
    """
    plan = lay_out(analysis, room)
    fans, bodies, windows = [], [], []
    before = plan.blocks[0]
    for block in plan.blocks:
        fans.append(_fan(before, block, plan))
        bodies.append(_block(block, plan, selected))
        windows.append(_window(before, block, plan) if block is not before else "")
        before = block
    cost = f", {formatting.quantity(analysis.parameters, 'parameter')}" if analysis.valid else ""
    description = f"The network, {len(analysis.layers)} layers{cost}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="lab-network" role="group" aria-label="{escape(description)}" '
        f'viewBox="0 0 {plan.width:.0f} {plan.height:.0f}" width="{plan.width:.0f}" height="{plan.height:.0f}">'
        f"<style>{STYLE}</style>{''.join((*fans, *bodies, *windows))}</svg>"
    )


def _block(block: Placed, plan: Layout, selected: int | None) -> str:
    report = block.block.report
    group = fold_group(block.block) if report else "input"
    severity = _severity(block.block.layers if block.block.is_fold else [report] if report else [])
    classes = [f"g-{group}", block.form, severity]
    attributes = ""
    if block.block.is_fold:
        classes += ["block", "fold", _selected(block.block.layers, selected)]
        attributes = _fold_button(block)
    elif report is not None and report.index is not None:
        classes += ["block", _selected([report], selected)]
        attributes = _button(report, selected)
    else:
        classes.append("implied" if report else "fixed")
    title = escape(_title(block))
    halo = _rect(block.left, 3, block.slot, plan.labels + LABELS - 6, 'class="halo" rx="7"')
    drawing = _DRAWINGS[block.form](block, plan)
    badge = _badge(block, plan, severity) if severity else ""
    names = " ".join(filter(None, classes))
    body = f'<g class="{names}"{attributes}><title>{title}</title>{halo}{drawing}{_label(block, plan)}{badge}</g>'
    return body + "".join(_tag(tag, block, plan, selected) for tag in block.tags)


def _tag(tag: Tag, block: Placed, plan: Layout, selected: int | None) -> str:
    """The name of a layer that keeps the shape, in a frame."""
    report = tag.report
    classes = ("tag", f"g-{KIND_GROUPS[report.layer.kind]}", _severity([report]), _selected([report], selected))
    x, y = block.left + tag.x, plan.labels + LABELS + tag.row * TAG_PITCH
    middle = f'x="{x + tag.width / 2:.1f}" y="{y + TAG / 2 + 4:.1f}"'
    title = f"<title>{escape(_details(report))}</title>"
    frame = _rect(x, y, tag.width, TAG, 'rx="10"')
    return (
        f'<g class="{" ".join(filter(None, classes))}"{_button(report, selected)}>{title}'
        f"{frame}<text {middle}>{escape(tag.text)}</text></g>"
    )


def _button(report: "LayerReport", selected: int | None) -> str:
    pressed = ' aria-pressed="true"' if report.index == selected else ""
    return (
        f' data-index="{report.index}" tabindex="0" role="button" aria-label="{escape(_name(report))}"{pressed}'
        if report.index is not None
        else ""
    )


def _fold_button(block: Placed) -> str:
    first = next(report.index for report in block.block.layers if report.index is not None)
    name = escape(_fold_name(block))
    return f' data-first="{first}" role="button" tabindex="0" aria-expanded="false" aria-label="{name}"'


def _selected(reports: "Sequence[LayerReport]", selected: int | None) -> str:
    return "selected" if selected is not None and selected in [report.index for report in reports] else ""


def _severity(reports: "Sequence[LayerReport]") -> str:
    found = {problem.severity for report in reports for problem in report.problems}
    return "error" if "error" in found else "warning" if found else ""


def _planes(block: Placed, plan: Layout) -> str:
    """The planes of the feature maps: the body of the stack, the edges of its planes, and the front one."""
    x, y, width, height, depth = block.x, block.y(plan.middle), block.width, block.height, block.depth
    front = _rect(x, y, width, height, 'class="plane" rx="1"') + _grid(block, plan)
    if block.planes < 2:
        return front
    body = f"M{x:.1f} {y:.1f}l{depth:.1f} {-depth:.1f}h{width:.1f}v{height:.1f}l{-depth:.1f} {depth:.1f}h{-width:.1f}z"
    offsets = (depth * plane / (block.planes - 1) for plane in range(1, block.planes))
    edges = "".join(f"M{x + offset:.1f} {y - offset:.1f}h{width:.1f}v{height:.1f}" for offset in offsets)
    return f'<path class="stack" d="{body}"/><path class="edges" d="{edges}"/>{front}'


def _grid(block: Placed, plan: Layout) -> str:
    """The cells of the front map, if it has at most 14 rows and columns."""
    shape = block.block.report.output_shape if block.block.report else None
    if not shape or not 1 < max(shape[:2]) <= 14:
        return ""
    x, y = block.x, block.y(plan.middle)
    rows, columns = shape[:2]
    across = (f"M{x:.1f} {y + row * block.height / rows:.1f}h{block.width:.1f}" for row in range(1, rows))
    down = (f"M{x + column * block.width / columns:.1f} {y:.1f}v{block.height:.1f}" for column in range(1, columns))
    return f'<path class="grid" d="{"".join((*across, *down))}"/>'


def _input(block: Placed, plan: Layout) -> str:
    x, y = block.x, block.y(plan.middle)
    ink = "".join(f'<path class="ink" fill-opacity="{opacity:g}" d="{path}"/>' for opacity, path in digit_paths())
    paper = _rect(x, y, block.width, block.height, 'class="paper" rx="1.5"')
    return f'{paper}<g transform="translate({x:.1f} {y:.1f}) scale({plan.density.cell:g})">{ink}</g>'


def _bar(block: Placed, plan: Layout) -> str:
    x, y = block.x, block.y(plan.middle)
    cells = max(3, int(block.height / 7))
    ticks = "".join(f"M{x:.1f} {y + cell * block.height / cells:.1f}h{block.width:.1f}" for cell in range(1, cells))
    bar = _rect(x, y, block.width, block.height, 'class="plane" rx="3"')
    return f'{bar}<path class="grid" d="{ticks}"/>'


def _output(block: Placed, plan: Layout) -> str:
    """The ten digits, in two columns, so that each is large enough to be read."""
    x, y = block.x, block.y(plan.middle)
    parts = [_rect(x - 3, y - 3, block.width + 6, block.height + 6, 'class="plane" rx="5"')]
    for digit in range(10):
        left, top = x + digit // 5 * DIGIT, y + digit % 5 * DIGIT
        parts.append(_rect(left + 0.8, top + 0.8, DIGIT - 1.6, DIGIT - 1.6, 'class="cell" rx="3"'))
        position = f'x="{left + DIGIT / 2:.1f}" y="{top + DIGIT / 2 + 4.2:.1f}"'
        parts.append(f'<text class="digit" {position}>{digit}</text>')
    return "".join(parts)


def _unknown(block: Placed, plan: Layout) -> str:
    x, y = block.x, block.y(plan.middle)
    box = _rect(x, y, block.width, block.height, 'class="plane" rx="6"')
    return f'{box}<text class="what" x="{x + block.width / 2:.1f}" y="{plan.middle + 6:.1f}">?</text>'


_DRAWINGS: dict[Form, Callable[[Placed, Layout], str]] = {
    "input": _input,
    "planes": _planes,
    "bar": _bar,
    "output": _output,
    "unknown": _unknown,
}


def _fan(before: Placed, block: Placed, plan: Layout) -> str:
    """The shape that connects all values of the layer before to a row of units, or to folded layers."""
    report = block.block.report
    connects = block.form in ("bar", "output") or (block.block.is_fold and block.form == "planes")
    if not connects or before.form == "unknown" or report is None:
        return ""
    top, left, right = before.y(plan.middle), block.x, before.x + before.width
    path = (
        f"M{right:.1f} {top:.1f}L{left:.1f} {block.y(plan.middle):.1f}v{block.height:.1f}"
        f"L{right:.1f} {top + before.height:.1f}z"
    )
    return f'<path class="fan g-{KIND_GROUPS[report.layer.kind]}" d="{path}"/>'


def _window(before: Placed, block: Placed, plan: Layout) -> str:
    """The window of a convolution or pooling on its input map, and the one value computed from it."""
    layer = block.block.report.layer if block.block.report else None
    if block.block.is_fold or block.form != "planes" or before.form not in ("input", "planes"):
        return ""
    if isinstance(layer, Conv2D):
        size = layer.kernel_size
    elif isinstance(layer, MaxPooling2D | AveragePooling2D):
        size = layer.pool_size
    else:
        return ""
    x0, y0, width, height = _on_map(before, plan, size)
    x1, y1, cell_width, cell_height = _on_map(block, plan, (1, 1))
    lines = (
        f"M{x0 + width:.1f} {y0:.1f}L{x1:.1f} {y1 + cell_height / 2:.1f}"
        f"M{x0 + width:.1f} {y0 + height:.1f}L{x1:.1f} {y1 + cell_height / 2:.1f}"
    )
    window = _rect(x0, y0, width, height, 'rx="1"')
    value = _rect(x1, y1, cell_width, cell_height, 'rx="1" class="value"')
    return f'<g class="window g-{KIND_GROUPS[layer.kind]}"><path d="{lines}"/>{window}{value}</g>'


def _on_map(block: Placed, plan: Layout, size: tuple[int, int]) -> tuple[float, float, float, float]:
    """x, y, width and height of a window of `size` rows and columns on the front map, right of and above its centre."""
    shape = (block.block.report.output_shape if block.block.report else None) or INPUT_SHAPE
    rows, columns = shape[:2]
    window_rows, window_columns = min(size[0], rows), min(size[1], columns)
    row, column = round((rows - window_rows) * 0.3), round((columns - window_columns) * 0.66)
    cell_height, cell_width = block.height / rows, block.width / columns
    x, y = block.x + column * cell_width, block.y(plan.middle) + row * cell_height
    return x, y, window_columns * cell_width, window_rows * cell_height


def _label(block: Placed, plan: Layout) -> str:
    middle = block.left + block.slot / 2
    first = plan.labels + 18
    kind, detail = (escape(line) for line in block.lines)
    return (
        f'<text class="kind" x="{middle:.1f}" y="{first:.1f}">{kind}</text>'
        f'<text class="shape" x="{middle:.1f}" y="{first + 15:.1f}">{detail}</text>'
    )


def _badge(block: Placed, plan: Layout, severity: str) -> str:
    """An exclamation mark: for an error at the corner of the outline, for a warning on the drawing itself."""
    x, y = block.left + block.slot - 5, 12.0
    if severity == "warning":
        x, y = block.x + block.width + block.depth, max(y, block.y(plan.middle) - block.depth - 4)
    return f'<g class="badge"><circle cx="{x:.1f}" cy="{y:.1f}" r="8"/><text x="{x:.1f}" y="{y + 4:.1f}">!</text></g>'


def _name(report: "LayerReport") -> str:
    """The name for screen readers: "Layer 3, max pooling 2×2, 13×13×32", and what is wrong with it."""
    start = "Added automatically" if report.index is None else f"Layer {report.index + 1}"
    shape = f", {formatting.shape(report.output_shape)}" if report.output_shape else ""
    problems = "".join(f". {problem.message}" for problem in report.problems)
    return f"{start}, {inline_label(report.layer)}{shape}{problems}"


def _fold_name(block: Placed) -> str:
    """The name of folded layers: "Layers 3 to 9, folded: 4 × convolution, 3 × max pooling. Show them"."""
    numbers = [report.number for report in block.block.layers if report.number is not None]
    kinds = Counter(TITLES[report.layer.kind].lower() for report in block.block.layers)
    listed = ", ".join(f"{count} × {kind}" if count > 1 else kind for kind, count in kinds.items())
    return f"Layers {min(numbers)} to {max(numbers)}, folded: {listed}. Show them"


def _title(block: Placed) -> str:
    """What a pointer that rests on the block is told."""
    report = block.block.report
    if report is None:
        return "The input image: 28×28 pixels, one channel"
    return _fold_name(block) if block.block.is_fold else _details(report)


def _details(report: "LayerReport") -> str:
    start = "Added automatically: " if report.index is None else f"Layer {report.index + 1}: "
    shapes = f"{formatting.shape(report.input_shape)} → {formatting.shape(report.output_shape)}"
    problems = "".join(f". {problem.message}" for problem in report.problems)
    parameters = "" if report.parameters is None else f", {formatting.quantity(report.parameters, 'parameter')}"
    return f"{start}{report.label}. {shapes}{parameters}{problems}"


def _rect(x: float, y: float, width: float, height: float, rest: str) -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" {rest}/>'
