"""The network diagram: all layers of a network in one SVG, drawn to scale.

Feature maps are planes seen from the front; the number of planes is about the logarithm of the number of maps. Layers
that keep the shape are sheets seen from the side. Rows of units are bars, and the output layer has ten cells, one per
digit. The window of each convolution and pooling is drawn on the map that it is applied to.
"""

from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING

from mnist_lab import formatting
from mnist_lab.charts.network_diagram.diagram_style import STYLE
from mnist_lab.charts.network_diagram.input_digit import digit_paths
from mnist_lab.charts.network_diagram.layout import LABELS, Block, Form, Layout, layout
from mnist_lab.network import INPUT_SHAPE, KIND_GROUPS, AveragePooling2D, Conv2D, MaxPooling2D

if TYPE_CHECKING:
    from mnist_lab.network import Analysis, LayerReport

_MAX_SCALE = 1.3
_MIN_SCALE = 0.8


def network_diagram_svg(analysis: "Analysis", *, selected: int | None = None, width_hint: float = 1080) -> str:
    """Draw a network as an SVG element of class `lab-network`.

    Every layer is `<g class="block" data-index="…" role="button" tabindex="0">`, with its index in
    `network.layers`; implied layers have a dashed outline and no index. Colours are the CSS variables `--lab-<colour>`,
    named as in the palette, with those of the light theme as fallback.

    Args:
        analysis: Analysis of the network, whose completed stack is drawn.
        selected: Index of the layer shown as selected.
        width_hint: Expected width in CSS pixels. The diagram is scaled towards it by 0.8 to 1.3; if it is still wider,
            its `min-width` makes the page scroll.
    """
    plan = layout(analysis, width_hint)
    fans, bodies, windows = [], [], []
    before = plan.blocks[0]
    for block in plan.blocks:
        fans.append(_fan(before, block, plan))
        bodies.append(_block(block, plan, selected))
        windows.append(_window(before, block, plan) if block is not before else "")
        # Sheets keep the shape: the layer after them is connected to the maps before them.
        if block.form != "sheet":
            before = block
    width = plan.width * min(_MAX_SCALE, max(_MIN_SCALE, width_hint / plan.width))
    description = f"The network, {len(analysis.layers)} layers, {formatting.count(analysis.parameters)} parameters"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="lab-network" role="group" aria-label="{escape(description)}" '
        f'viewBox="0 0 {plan.width:.0f} {plan.height:.0f}" width="{width:.0f}" '
        f'height="{plan.height * width / plan.width:.0f}" style="min-width:{plan.width * _MIN_SCALE:.0f}px">'
        f"<style>{STYLE}</style>{''.join((*fans, *bodies, *windows))}</svg>"
    )


def _block(block: Block, plan: Layout, selected: int | None) -> str:
    report = block.report
    group = KIND_GROUPS[report.layer.kind] if report else "input"
    classes = ["block" if report and report.index is not None else "fixed", f"g-{group}", block.form]
    attributes = ""
    if report and report.index is None:
        classes.append("implied")
    elif report:
        attributes = (
            f' data-index="{report.index}" tabindex="0" role="button" aria-label="{escape(_description(report))}"'
        )
        if report.index == selected:
            classes.append("selected")
            attributes += ' aria-pressed="true"'
    severities = {problem.severity for problem in report.problems} if report else set()
    severity = "error" if "error" in severities else "warning" if severities else ""
    if severity:
        classes.append(severity)
    title = escape(_description(report) if report else "The input image: 28×28 pixels, one channel")
    halo = _rect(block.left - 2, 3, block.slot + 4, plan.height - 6, 'class="halo" rx="7"')
    drawing = _DRAWINGS[block.form](block, plan)
    badge = _badge(block, plan, severity) if severity else ""
    label = _label(block, plan)
    return f'<g class="{" ".join(classes)}"{attributes}><title>{title}</title>{halo}{drawing}{label}{badge}</g>'


def _planes(block: Block, plan: Layout) -> str:
    """The planes of the feature maps, from back to front."""
    x, y = block.x, block.y(plan.middle)
    corners = [(x + back * block.step, y - back * block.step) for back in reversed(range(block.planes))]
    planes = [_rect(left, top, block.width, block.height, 'class="plane" rx="1.5"') for left, top in corners]
    return "".join(planes) + _grid(block, plan)


def _grid(block: Block, plan: Layout) -> str:
    """The cells of the front map, if it has at most 14 rows and columns."""
    shape = block.report.output_shape if block.report else None
    if not shape or not 1 < max(shape[:2]) <= 14:
        return ""
    x, y = block.x, block.y(plan.middle)
    rows, columns = shape[:2]
    across = (f"M{x:.1f} {y + row * block.height / rows:.1f}h{block.width:.1f}" for row in range(1, rows))
    down = (f"M{x + column * block.width / columns:.1f} {y:.1f}v{block.height:.1f}" for column in range(1, columns))
    return f'<path class="grid" d="{"".join((*across, *down))}"/>'


def _input(block: Block, plan: Layout) -> str:
    x, y = block.x, block.y(plan.middle)
    ink = "".join(f'<path class="ink" fill-opacity="{opacity:g}" d="{path}"/>' for opacity, path in digit_paths())
    paper = _rect(x, y, block.width, block.height, 'class="paper" rx="1.5"')
    return f'{paper}<g transform="translate({x:.1f} {y:.1f}) scale({plan.density.cell:g})">{ink}</g>'


def _sheet(block: Block, plan: Layout) -> str:
    """A sheet seen from the side: a parallelogram, with holes for dropout."""
    depth = block.depth + block.width
    left, top = block.left + (block.slot - depth) / 2, plan.middle - (block.height + depth) / 2 + depth
    sheet = (
        f'<path class="plane" d="M{left:.1f} {top:.1f}l{depth:.1f} {-depth:.1f}v{block.height:.1f}'
        f'l{-depth:.1f} {depth:.1f}z"/>'
    )
    if not block.report or block.report.layer.kind not in ("Dropout", "SpatialDropout2D"):
        return sheet
    holes = []
    rows = max(3, round(block.height / 11))
    for row in range(rows):
        for column in (0, 1):
            across = (0.3 + 0.4 * column) * depth
            down = (row + 0.5) / rows * block.height
            holes.append(f'<circle cx="{left + across:.1f}" cy="{top + down - across:.1f}" r="1.7"/>')
    return f'{sheet}<g class="holes">{"".join(holes)}</g>'


def _bar(block: Block, plan: Layout) -> str:
    x, y = block.x, block.y(plan.middle)
    cells = max(3, int(block.height / 7))
    ticks = "".join(f"M{x:.1f} {y + cell * block.height / cells:.1f}h{block.width:.1f}" for cell in range(1, cells))
    bar = _rect(x, y, block.width, block.height, 'class="plane" rx="3"')
    return f'{bar}<path class="grid" d="{ticks}"/>'


def _output(block: Block, plan: Layout) -> str:
    x, y = block.x, block.y(plan.middle)
    side = block.height / 10
    parts = [_rect(x - 2.5, y - 2, block.width + 5, block.height + 4, 'class="plane" rx="5"')]
    for digit in range(10):
        top = y + digit * side
        parts.append(_rect(x, top + 0.7, block.width, side - 1.4, 'class="cell" rx="2.5"'))
        position = f'x="{x + block.width / 2:.1f}" y="{top + side * 0.5 + 3:.1f}"'
        parts.append(f'<text class="digit" {position}>{digit}</text>')
    return "".join(parts)


def _unknown(block: Block, plan: Layout) -> str:
    x, y = block.x, block.y(plan.middle)
    box = _rect(x, y, block.width, block.height, 'class="plane" rx="6"')
    return f'{box}<text class="what" x="{x + block.width / 2:.1f}" y="{plan.middle + 6:.1f}">?</text>'


_DRAWINGS: dict[Form, Callable[[Block, Layout], str]] = {
    "input": _input,
    "planes": _planes,
    "sheet": _sheet,
    "bar": _bar,
    "output": _output,
    "unknown": _unknown,
}


def _fan(before: Block, block: Block, plan: Layout) -> str:
    """The shape that connects all values of the layer before to a row of units."""
    if block.form not in ("bar", "output") or before.form == "unknown" or block.report is None:
        return ""
    top, left, right = before.y(plan.middle), block.x, before.x + before.width
    path = (
        f"M{right:.1f} {top:.1f}L{left:.1f} {block.y(plan.middle):.1f}v{block.height:.1f}"
        f"L{right:.1f} {top + before.height:.1f}z"
    )
    return f'<path class="fan g-{KIND_GROUPS[block.report.layer.kind]}" d="{path}"/>'


def _window(before: Block, block: Block, plan: Layout) -> str:
    """The window of a convolution or pooling on its input map, and the one value computed from it."""
    layer = block.report.layer if block.report else None
    if block.form != "planes" or before.form not in ("input", "planes"):
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


def _on_map(block: Block, plan: Layout, size: tuple[int, int]) -> tuple[float, float, float, float]:
    """x, y, width and height of a window of `size` rows and columns on the front map, right of and above its centre."""
    shape = (block.report.output_shape if block.report else None) or INPUT_SHAPE
    rows, columns = shape[:2]
    window_rows, window_columns = min(size[0], rows), min(size[1], columns)
    row, column = round((rows - window_rows) * 0.3), round((columns - window_columns) * 0.66)
    cell_height, cell_width = block.height / rows, block.width / columns
    x, y = block.x + column * cell_width, block.y(plan.middle) + row * cell_height
    return x, y, window_columns * cell_width, window_rows * cell_height


def _label(block: Block, plan: Layout) -> str:
    middle = block.left + block.slot / 2
    first = plan.height - LABELS + 20
    kind, detail = (escape(line) for line in block.lines)
    return (
        f'<text class="kind" x="{middle:.1f}" y="{first:.1f}">{kind}</text>'
        f'<text class="shape" x="{middle:.1f}" y="{first + 15:.1f}">{detail}</text>'
    )


def _badge(block: Block, plan: Layout, severity: str) -> str:
    """An exclamation mark: for an error at the corner of the outline, for a warning on the drawing itself."""
    x, y = block.left + block.slot - 4, 11.0
    if severity == "warning":
        x, y = block.x + block.width + block.depth, max(y, block.y(plan.middle) - block.depth - 4)
    return f'<g class="badge"><circle cx="{x:.1f}" cy="{y:.1f}" r="8"/><text x="{x:.1f}" y="{y + 4:.1f}">!</text></g>'


def _description(report: "LayerReport") -> str:
    number = "Added automatically: " if report.index is None else f"Layer {report.index + 1}: "
    shapes = f"{formatting.shape(report.input_shape)} → {formatting.shape(report.output_shape)}"
    problems = "".join(f". {problem.message}" for problem in report.problems)
    return f"{number}{report.label}. {shapes}, {formatting.count(report.parameters)} parameters{problems}"


def _rect(x: float, y: float, width: float, height: float, rest: str) -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" {rest}/>'
