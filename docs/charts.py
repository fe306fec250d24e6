"""Draw the charts of the documentation from what was recorded: `make charts`. Needs Chromium.

`speed.png` from `benchmarks/recorded/speed.json`, `notebook.png` from the reference runs that ship.
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
WHO = {
    "keras": ("plain Keras, float32", "@muted"),
    "torch": ("PyTorch", "@validation"),
    "lab": ("MNIST Lab", "@training"),
}
"""Who trained, from the left bar to the right one: name and colour."""
_FONT = "Source Sans 3, Source Sans Pro, DejaVu Sans, sans-serif"


def main() -> None:
    """Draw all of them."""
    with browser_page(WIDTH, 700) as page:
        for name, figure in {"speed": speed_figure(), "notebook": notebook_figure()}.items():
            draw(page, figure, DOCS / f"{name}.png")


def speed_figure() -> Figure:
    """Images a second as multiples of plain Keras, one panel a machine."""
    machines = recorded()
    traces: list[dict[str, Any]] = []
    titles: list[dict[str, Any]] = []
    for place, (precision, machine) in enumerate(machines.items(), start=1):
        rates: Mapping[str, Mapping[str, float]] = machine["rates"]
        titles.append(_title(f"The lab in {precision}, {machine['date']}", place))
        for who, (name, colour) in WHO.items():
            traces.append(
                {
                    "type": "bar",
                    "name": name,
                    "legendgroup": who,
                    "showlegend": place == 1,
                    "x": list(rates),
                    "y": [rate[who] / rate["keras"] for rate in rates.values()],
                    "text": [f"{rate[who]:,.0f}" for rate in rates.values()],
                    "textposition": "outside",
                    "textfont": {"size": 9},
                    "constraintext": "none",
                    "cliponaxis": False,
                    "marker": {"color": colour},
                    "xaxis": f"x{place}",
                    "yaxis": f"y{place}",
                }
            )
    highest = max(max(trace["y"]) for trace in traces)
    axes = {"title": {"text": "times plain Keras"}, "range": [0, 1.12 * highest]}
    layout = _panels(len(machines), axes) | {"barmode": "group", "bargap": 0.12, "annotations": titles, "height": 420}
    return {"data": traces, "layout": layout}


def notebook_figure() -> Figure:
    """Loss of training and validation, epoch by epoch, of the notebook's networks as they ship; dotted: its own end."""
    runs = [read_archive(path) for path in FOLDER.glob("*.zip")]
    shown = {name: next((run for run in runs if run.run.network == PRESETS[name].network), None) for name in NOTEBOOK}
    there = {name: imported for name, imported in shown.items() if imported is not None}
    if not there:
        raise SystemExit(
            f"None of the notebook's networks is in {FOLDER.name}/: benchmarks.reference_runs trains them."
        )
    traces, titles, ends = [], [], []
    for place, (name, imported) in enumerate(there.items(), start=1):
        titles.append(_title(PRESETS[name].network.name, place))
        ends.append(_level(NOTEBOOK[name][0], place))
        epochs = [point for point in imported.points if point.kind == "epoch"]
        for which, colour in {"training": "@training", "validation": "@validation"}.items():
            traces.append(
                {
                    "type": "scatter",
                    "mode": "lines+markers",
                    "name": which,
                    "legendgroup": which,
                    "showlegend": place == 1,
                    "x": [point.epoch for point in epochs],
                    "y": [_loss(point, which) for point in epochs],
                    "marker": {"color": colour, "size": 6},
                    "line": {"color": colour, "width": 2},
                    "xaxis": f"x{place}",
                    "yaxis": f"y{place}",
                }
            )
    ticks = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2]
    axes = {"title": {"text": "loss"}, "type": "log", "tickvals": ticks, "ticktext": [f"{tick:g}" for tick in ticks]}
    layout = _panels(len(there), axes) | {"annotations": titles, "shapes": ends, "height": 400}
    return {"data": traces, "layout": layout}


def draw(page: Page, figure: Figure, path: Path) -> None:
    """Draw a figure in the browser, in the colours of the light theme, and photograph it."""
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


def _title(words: str, place: int) -> dict[str, Any]:
    font = {"size": 17, "color": "@ink"}
    return {
        "text": words,
        "x": 0.5,
        "y": 1.02,
        "xref": f"x{place} domain",
        "yref": f"y{place} domain",
        "showarrow": False,
        "font": font,
        "yanchor": "bottom",
    }


def _level(loss: float, place: int) -> dict[str, Any]:
    line = {"color": "@muted", "width": 1.5, "dash": "dot"}
    span = {"x0": 0, "x1": 1, "y0": loss, "y1": loss, "xref": f"x{place} domain", "yref": f"y{place}"}
    return {"type": "line", "line": line, **span}


def _panels(count: int, axis: dict[str, Any]) -> dict[str, Any]:
    """A layout of `count` panels beside each other, the leftmost with the title of the axis."""
    layout: dict[str, Any] = {
        "width": WIDTH,
        "font": {"family": _FONT, "size": 15, "color": "@ink"},
        "margin": {"l": 60, "r": 20, "t": 60, "b": 80},
        "plot_bgcolor": "rgba(0,0,0,0)",
        "legend": {"orientation": "h", "x": 0.5, "xanchor": "center", "y": -0.14},
    }
    for place in range(1, count + 1):
        left, right = (place - 1) / count, place / count
        layout[f"xaxis{place}"] = {
            "domain": [left + 0.03, right - 0.03],
            "anchor": f"y{place}",
            "linecolor": "@grid",
            "showgrid": False,
        }
        title = {} if place > 1 else {"title": axis["title"]}
        layout[f"yaxis{place}"] = {**axis, "title": None, **title, "anchor": f"x{place}", "gridcolor": "@grid"}
    return layout


if __name__ == "__main__":
    main()
