"""The bar chart of the cost of each layer."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mnist_lab import formatting
from mnist_lab.charts.figure import TEXT_SIZE, Figure, axis, base_layout, empty_figure, label
from mnist_lab.charts.layer_names import short_name
from mnist_lab.network import KIND_GROUPS

if TYPE_CHECKING:
    from mnist_lab.network import Analysis

DIGITS = tuple(str(digit) for digit in range(10))


@dataclass(frozen=True, slots=True)
class CostBar:
    """One layer's share of the cost."""

    name: str
    """"1  conv 3×3"; implied layers have no number."""
    group: str
    """Layer group, which sets the colour."""
    share: float
    """Of all multiply-adds, 0..1."""
    text: str
    """"540,800 multiply-adds, 320 parameters"."""


def cost_info(analysis: "Analysis") -> list[CostBar]:
    """The bars of the layers with multiply-adds, in the order of the network; other layers cost almost nothing.

    There are none for a broken network, whose cost is unknown.
    """
    return [
        CostBar(
            f"{'+' if report.index is None else report.index + 1}  {short_name(report.layer)}",
            KIND_GROUPS[report.layer.kind],
            report.share,
            f"{formatting.count(report.multiply_adds)} multiply-adds, {formatting.count(report.parameters)} parameters",
        )
        for report in analysis.layers
        if report.multiply_adds and report.share is not None
    ]


def cost_bars(analysis: "Analysis") -> Figure:
    """Each layer's share of the multiply-adds, in the colours of the layer groups; layers without any are left out."""
    bars = cost_info(analysis)
    if not bars:
        known = analysis.multiply_adds is not None
        return empty_figure("No layer has multiply-adds yet." if known else "Unknown until the network is repaired.")
    names = [label(bar.name) for bar in bars]
    trace = {
        "type": "bar",
        "orientation": "h",
        "x": [bar.share * 100 for bar in bars],
        "y": list(range(len(bars))),
        "marker": {"color": [f"@{bar.group}" for bar in bars], "cornerradius": 3},
        "text": [formatting.probability(bar.share) for bar in bars],
        "textposition": "outside",
        "textfont": {"color": "@ink", "size": TEXT_SIZE - 1},
        "customdata": [f"{name}<br>{bar.text}" for name, bar in zip(names, bars, strict=True)],
        "hovertemplate": "%{customdata}<extra></extra>",
        "cliponaxis": False,
        "width": 0.62,
    }
    ticks: dict[str, Any] = {"tickvals": list(range(len(bars))), "ticktext": names}
    highest = max(max(bar.share for bar in bars) * 100, 1.0)
    layout = base_layout(
        hovermode="closest",
        margin={"l": 8, "r": 44, "t": 4, "b": 4},
        xaxis=axis(visible=False, range=[0, highest]),
        yaxis=axis(**ticks, range=[len(bars) - 0.4, -0.6], showgrid=False, ticklabelstandoff=6),
    )
    return {"data": [trace], "layout": layout}
