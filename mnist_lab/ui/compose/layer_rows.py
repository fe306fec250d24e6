"""The rows of the list of layers as JSON for the browser: what each shows, the blocks that repeat, and the problems."""

import json
from collections.abc import Sequence
from typing import Any

from mnist_lab import formatting
from mnist_lab.network import (
    INPUT_SHAPE,
    KIND_GROUPS,
    KINDS,
    MAX_LAYERS,
    TITLES,
    Analysis,
    Dense,
    LayerReport,
    Repeat,
    find_repeats,
)
from mnist_lab.ui.components.markdown import unbroken

_MAX_PROBLEMS = 5
"""Problems that are shown at once, as one mistake may lead to many."""

KIND_MENU = json.dumps([[kind, TITLES[kind], KIND_GROUPS[kind]] for kind in KINDS])
"""The menu of kinds of layers, as JSON: kind, title and colour of each."""


def rows_json(analysis: Analysis) -> str:
    """Return rows, repeats and problems; of a network with too many layers only the first `MAX_LAYERS`."""
    shown = [report for report in analysis.layers if report.index is None or report.index < MAX_LAYERS]
    repeats = find_repeats(analysis.network.layers[:MAX_LAYERS])
    content = {
        "version": network_version(analysis),
        "input": formatting.shape(INPUT_SHAPE),
        "rows": [_row([report]) for report in shown],
        "repeats": [_repeat(repeat, shown) for repeat in repeats],
        "problems": _problems(analysis),
        "count": len(analysis.network.layers),
        "errors": len({problem.index for problem in analysis.errors}),
    }
    return json.dumps(content)


def network_version(analysis: Analysis) -> str:
    """A version of the network, with which the browser says what an action of its user is meant for."""
    return f"{hash(analysis.network.layers):x}"


def layer_facts(report: LayerReport) -> str:
    """Return `28×28×1 → 26×26×32 · 3·3·1·32 + 32 = 320 parameters · 9 % of the multiply-adds`, as far as known."""
    if report.input_shape is None:
        return "its shape is unknown until the layers before it are repaired"
    parts = [f"{formatting.shape(report.input_shape)} → {formatting.shape(report.output_shape)}"]
    if report.arithmetic:
        parts.append(f"{report.arithmetic} parameters")
    if report.multiply_adds and report.share is not None:
        parts.append(f"{formatting.probability(report.share)} of the multiply-adds")
    if report.implied:
        parts.append("the output layer, always last" if isinstance(report.layer, Dense) else "added automatically")
    return " · ".join(parts)


def _row(reports: Sequence[LayerReport]) -> dict[str, Any]:
    """The row of a layer, or the common row of the equal layers of repeated blocks."""
    first, last = reports[0], reports[-1]
    shapes = {formatting.shape(report.output_shape) for report in reports}
    last_shape = formatting.shape(last.output_shape)
    shares = [report.share for report in reports]
    return {
        "indices": [report.index for report in reports if report.index is not None],
        "colour": KIND_GROUPS[first.layer.kind],
        "title": first.title,
        "summary": _output(first) if first.implied else first.summary,
        "shape": last_shape if len(shapes) == 1 else f"… {last_shape}",
        "parameters": _total(reports),
        "share": None if None in shares else sum(share for share in shares if share is not None),
        "facts": unbroken(" | ".join(layer_facts(report) for report in reports)),
    }


def _output(report: LayerReport) -> str:
    return f"{report.summary} · output" if isinstance(report.layer, Dense) else "added automatically"


def _total(reports: Sequence[LayerReport]) -> str:
    """The number of parameters; empty for layers that never have any."""
    numbers = [report.parameters for report in reports]
    if None in numbers:
        return formatting.NONE
    total = sum(number for number in numbers if number is not None)
    return formatting.count(total) if total else ""


def _repeat(repeat: Repeat, shown: Sequence[LayerReport]) -> dict[str, Any]:
    by_index = {report.index: report for report in shown}
    starts = range(repeat.start, repeat.stop, repeat.length)
    blocks = [[by_index[start + row] for start in starts] for row in range(repeat.length)]
    return {
        "start": repeat.start,
        "length": repeat.length,
        "times": repeat.times,
        "rows": [_row(reports) for reports in blocks],
    }


def _problems(analysis: Analysis) -> list[dict[str, Any]]:
    # A problem without a layer concerns the whole network, and is shown at the output layer.
    return [
        {
            "index": problem.index,
            "rule": problem.rule,
            "severity": problem.severity,
            "message": unbroken(problem.message),
            "repairs": [unbroken(repair.label) for repair in problem.repairs],
        }
        for problem in analysis.problems[:_MAX_PROBLEMS]
    ]
