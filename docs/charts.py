"""Draw the charts of the documentation from recorded data: `make charts`. Needs Chromium.

`speed.png` from `benchmarks/recorded/speed.json`, `notebook.png` from the shipped reference runs.
"""

import json
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from benchmarks.browser import browser_page
from benchmarks.recipes import NOTEBOOK
from benchmarks.training_speed import recorded
from mnist_lab.charts import Figure, paint
from mnist_lab.network import PRESETS
from mnist_lab.reference import FOLDER, read_archive
from mnist_lab.runs import MetricPoint

DOCS = Path(__file__).resolve().parent
WIDTH = 1000
TRAINERS = {
    "keras": ("plain Keras, float32", "@muted"),
    "torch": ("PyTorch", "@validation"),
    "lab": ("MNIST Lab", "@training"),
}
"""The bars from left to right: name and colour."""
_FONT = "Source Sans 3, Source Sans Pro, DejaVu Sans, sans-serif"


def main() -> None:
    """Draw all of them."""
    with browser_page(WIDTH, 700) as page:
        for name, figure in {"speed": speed_figure(), "notebook": notebook_figure()}.items():
            draw(page, figure, DOCS / f"{name}.png")


def speed_figure() -> Figure:
    """Images per second as multiples of plain Keras, one panel per machine."""
    machines = recorded()
    traces: list[dict[str, Any]] = []
    titles: list[dict[str, Any]] = []
    for panel, (precision, machine) in enumerate(machines.items(), start=1):
        rates: Mapping[str, Mapping[str, float]] = machine["rates"]
        titles.append(_title(f"The lab in {precision}, {machine['date']}", panel))
        for who, (name, colour) in TRAINERS.items():
            traces.append(
                {
                    "type": "bar",
                    "name": name,
                    "legendgroup": who,
                    "showlegend": panel == 1,
                    "x": list(rates),
                    "y": [rate[who] / rate["keras"] for rate in rates.values()],
                    "text": [f"{rate[who]:,.0f}" for rate in rates.values()],
                    "textposition": "outside",
                    "textfont": {"size": 9},
                    "constraintext": "none",
                    "cliponaxis": False,
                    "marker": {"color": colour},
                    "xaxis": f"x{panel}",
                    "yaxis": f"y{panel}",
                }
            )
    highest = max(max(trace["y"]) for trace in traces)
    axes = {"title": {"text": "times plain Keras"}, "range": [0, 1.12 * highest]}
    layout = _panels(len(machines), axes) | {"barmode": "group", "bargap": 0.12, "annotations": titles, "height": 420}
    return {"data": traces, "layout": layout}


def notebook_figure() -> Figure:
    """Training and validation loss per epoch of the shipped notebook runs; dotted: the loss in the notebook."""
    runs = [read_archive(path) for path in FOLDER.glob("*.zip")]
    shown = {name: next((run for run in runs if run.run.network == PRESETS[name].network), None) for name in NOTEBOOK}
    available = {name: imported for name, imported in shown.items() if imported is not None}
    if not available:
        raise SystemExit(
            f"None of the notebook's networks is in {FOLDER.name}/: benchmarks.reference_runs trains them."
        )
    traces, titles, ends = [], [], []
    for panel, (name, imported) in enumerate(available.items(), start=1):
        titles.append(_title(PRESETS[name].network.name, panel))
        ends.append(_level(NOTEBOOK[name][0], panel))
        epochs = [point for point in imported.points if point.kind == "epoch"]
        for which, colour in {"training": "@training", "validation": "@validation"}.items():
            traces.append(
                {
                    "type": "scatter",
                    "mode": "lines+markers",
                    "name": which,
                    "legendgroup": which,
                    "showlegend": panel == 1,
                    "x": [point.epoch for point in epochs],
                    "y": [_loss(point, which) for point in epochs],
                    "marker": {"color": colour, "size": 6},
                    "line": {"color": colour, "width": 2},
                    "xaxis": f"x{panel}",
                    "yaxis": f"y{panel}",
                }
            )
    ticks = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2]
    axes = {"title": {"text": "loss"}, "type": "log", "tickvals": ticks, "ticktext": [f"{tick:g}" for tick in ticks]}
    layout = _panels(len(available), axes) | {"annotations": titles, "shapes": ends, "height": 400}
    return {"data": traces, "layout": layout}


def draw(page: Page, figure: Figure, path: Path) -> None:
    """Draw a figure in the browser, in the colours of the light theme, and save it as PNG."""
    script = (files("plotly") / "package_data" / "plotly.min.js").read_text(encoding="utf-8")
    page.set_content('<body style="margin:0;background:white"><div id="chart"></div></body>')
    page.add_script_tag(content=script)
    page.evaluate(
        "figure => Plotly.newPlot('chart', figure.data, figure.layout)", json.loads(json.dumps(paint(figure, "light")))
    )
    page.locator("#chart .svg-container").screenshot(path=path)
    print(f"{path.name}: {path.stat().st_size / 1e3:.0f} kB")


def _loss(point: MetricPoint, which: str) -> float | None:
    return point.training_loss if which == "training" else point.validation_loss


def _title(text: str, panel: int) -> dict[str, Any]:
    font = {"size": 17, "color": "@ink"}
    return {
        "text": text,
        "x": 0.5,
        "y": 1.02,
        "xref": f"x{panel} domain",
        "yref": f"y{panel} domain",
        "showarrow": False,
        "font": font,
        "yanchor": "bottom",
    }


def _level(loss: float, panel: int) -> dict[str, Any]:
    line = {"color": "@muted", "width": 1.5, "dash": "dot"}
    span = {"x0": 0, "x1": 1, "y0": loss, "y1": loss, "xref": f"x{panel} domain", "yref": f"y{panel}"}
    return {"type": "line", "line": line, **span}


def _panels(count: int, axis: dict[str, Any]) -> dict[str, Any]:
    """A layout of `count` panels side by side, the leftmost with the title of the y axis."""
    layout: dict[str, Any] = {
        "width": WIDTH,
        "font": {"family": _FONT, "size": 15, "color": "@ink"},
        "margin": {"l": 60, "r": 20, "t": 60, "b": 80},
        "plot_bgcolor": "rgba(0,0,0,0)",
        "legend": {"orientation": "h", "x": 0.5, "xanchor": "center", "y": -0.14},
    }
    for panel in range(1, count + 1):
        left, right = (panel - 1) / count, panel / count
        layout[f"xaxis{panel}"] = {
            "domain": [left + 0.03, right - 0.03],
            "anchor": f"y{panel}",
            "linecolor": "@grid",
            "showgrid": False,
        }
        title = {} if panel > 1 else {"title": axis["title"]}
        layout[f"yaxis{panel}"] = {**axis, "title": None, **title, "anchor": f"x{panel}", "gridcolor": "@grid"}
    return layout


if __name__ == "__main__":
    main()
