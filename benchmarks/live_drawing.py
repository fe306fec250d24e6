"""How live the digit reader is: from ink on the canvas to the bars, seen in a real browser.

    python -m benchmarks.live_drawing [--drawings 100] [--page draw]

Starts the app in a lab of its own, opens the page in Chromium and draws digits of `pen-strokes.json.gz` (from the
folder that MNIST_LAB_DATA names) at the speed at which they were written, 100 points a second. For each point it notes
how long it took until a reading with it was painted, and at the end whether the page has grown or become slower.
"""

import argparse
import gzip
import itertools
import json
import statistics
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import CDPSession, Page

from benchmarks.browser import App, app, browser_page
from benchmarks.figures import Figure
from benchmarks.strokes import FIELD, Stroke
from mnist_lab.settings import load_settings
from mnist_lab.ui.components import streamlit_dom as dom

POINT_SECONDS = 0.01
"""Between two points of the recorded strokes."""
WARM_UP = 10
"""Drawings before the first look at the page's memory."""
IDLE_SECONDS = 5.0

# Notes each point of the pen, each lift, and each reading once it is painted.
WATCH = """() => {
  const seen = (window.labSeen = { points: [], lifts: [], readings: [], runs: 0 });
  const note = (type, list) => document.addEventListener(type, (event) => {
    if (document.labDrawing?.isMoving || type === "pointerup") list.push(event.timeStamp);
  });
  note("pointermove", seen.points);
  note("pointerup", seen.lifts);
  const reading = document.querySelector(".lab-reading").labReading;
  const onAnswer = reading.onAnswer.bind(reading);
  reading.onAnswer = (answer, drawing) => {
    onAnswer(answer, drawing);
    if (answer === null) return;
    requestAnimationFrame(() => setTimeout(() => {
      seen.readings.push([drawing.inked, performance.now(), drawing.isMoving]);
    }));
  };
}"""
TAKE = """() => {
  const { points, lifts, readings } = window.labSeen;
  const taken = { points: [...points], lifts: [...lifts], readings: [...readings] };
  points.length = lifts.length = readings.length = 0;
  return taken;
}"""


@dataclass(frozen=True)
class Seen:
    """What the page noted; all times in milliseconds."""

    ink_to_bars: list[float]
    """Of each point."""
    lift_to_bars: list[float]
    """Of each pen up."""
    readings: int
    """While the pen was down."""
    seconds_down: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--drawings", type=int, default=100)
    parser.add_argument("--page", choices=("draw", "start"), default="draw")
    options = parser.parse_args()
    for figure in figures(options.drawings, options.page):
        print(figure.line(), flush=True)


def figures(drawings: int = 100, page_name: str = "draw") -> Iterator[Figure]:
    """Each measured figure with its target."""
    strokes = itertools.cycle(_recorded(drawings + WARM_UP))
    with tempfile.TemporaryDirectory() as folder, app(Path(folder)) as lab, browser_page(1280, 900) as page:
        messages = _watched_messages(page)
        cdp = page.context.new_cdp_session(page)
        _open(page, f"{lab.address}/{'' if page_name == 'start' else page_name}")
        _draw_all(page, cdp, itertools.islice(strokes, WARM_UP))
        lab.settle()
        page.evaluate(TAKE)
        heap, nodes = _memory(cdp)
        messages.clear()
        seen = _draw_all(page, cdp, itertools.islice(strokes, drawings))
        yield from _latencies(seen)
        yield Figure("runs of the page while the pen is down", float(sum(messages)), 0, "messages", digits=0)
        yield _idle(lab)
        heap_after, nodes_after = _memory(cdp)
        grown = (heap_after - heap) / 1e6
        yield Figure("growth of the JS heap", grown, 2, "MB", f"{drawings} drawings, {heap / 1e6:.1f} MB before")
        yield Figure("growth of the page's nodes", nodes_after - nodes, 100, "nodes", f"{nodes:,} before", digits=0)
        first, last = (_median_of(part) for part in (seen[: drawings // 4], seen[-(drawings // 4) :]))
        yield Figure("the last quarter of the drawings beside the first", last / first, 1.25, "times")


def _latencies(seen: Sequence[Seen]) -> Iterator[Figure]:
    down = sum(one.seconds_down for one in seen)
    rate = sum(one.readings for one in seen) / down
    detail = f"{len(seen)} drawings, {down:.0f} s with the pen down"
    yield Figure("readings a second while the pen is down", rate, None, "/s", detail, at_least=8, digits=1)
    ink = [value for one in seen for value in one.ink_to_bars]
    yield Figure("ink to bars, median", statistics.median(ink), 150, "ms", f"{len(ink):,} points", digits=0)
    lifts = [value for one in seen for value in one.lift_to_bars]
    yield Figure("pen up to bars, p95", float(np.quantile(lifts, 0.95)), 400, "ms", f"{len(lifts)} times", digits=0)


def _median_of(seen: Sequence[Seen]) -> float:
    return statistics.median(value for one in seen for value in one.ink_to_bars)


def _idle(lab: App) -> Figure:
    time.sleep(2.0)  # the drawing is reported to Python once the pen rests
    before = lab.cpu_seconds()
    time.sleep(IDLE_SECONDS)
    share = (lab.cpu_seconds() - before) / IDLE_SECONDS
    return Figure("page process between two drawings", share, 0.05, "cores", digits=3)


def _recorded(count: int) -> list[list[Stroke]]:
    folder = load_settings().data
    if folder is None:
        raise SystemExit("MNIST_LAB_DATA must name the folder that holds pen-strokes.json.gz")
    with gzip.open(folder / "pen-strokes.json.gz", "rt", encoding="utf-8") as file:
        drawings = json.load(file)["drawings"]
    step = max(1, len(drawings) // count)
    return [drawing["strokes"] for drawing in drawings[::step][:count]]


def _watched_messages(page: Page) -> list[int]:
    """A list that gets a 1 for each message that the page sends to its script while the pen is down."""
    found: list[int] = []

    def on_frame(_payload: Any) -> None:
        if _pen_is_down:
            found.append(1)

    page.on("websocket", lambda socket: socket.on("framesent", on_frame))
    return found


_pen_is_down: list[bool] = []
"""Not empty while the pen is down."""


def _open(page: Page, address: str) -> None:
    page.goto(address)
    page.locator(dom.CANVAS_SURFACE).wait_for()
    page.wait_for_selector(dom.SCRIPT_RUNS_NOT)
    page.wait_for_function("() => document.querySelector('.lab-reading')?.labReading && document.labDrawing")
    page.evaluate(WATCH)


def _draw_all(page: Page, cdp: CDPSession, drawings: Iterable[list[Stroke]]) -> list[Seen]:
    return [_draw(page, cdp, strokes) for strokes in drawings]


def _draw(page: Page, cdp: CDPSession, strokes: Sequence[Stroke]) -> Seen:
    """Draw a digit, wait until it is read, and clear the canvas."""
    box = page.locator(dom.CANVAS_SURFACE).bounding_box()
    if box is None:
        raise RuntimeError("The canvas is not on the page.")
    down = 0.0
    for stroke in strokes:
        points = [(box["x"] + x * box["width"] / FIELD, box["y"] + y * box["height"] / FIELD) for x, y in stroke]
        down += _draw_stroke(cdp, points)
    page.wait_for_function(
        "() => document.labDrawing.number === document.querySelector('.lab-reading').labReading.reader.read"
    )
    page.wait_for_timeout(100)
    taken = page.evaluate(TAKE)
    page.get_by_role("button", name="Clear").click()
    page.wait_for_function("() => document.labDrawing.isEmpty")
    return _seen(taken, down)


def _draw_stroke(cdp: CDPSession, points: Sequence[tuple[float, float]]) -> float:
    """Replay a stroke at its own speed; returns the seconds that it took."""

    def send(kind: str, point: tuple[float, float]) -> None:
        pressed = {"button": "left", "buttons": 0 if kind == "mouseReleased" else 1, "clickCount": 1}
        cdp.send("Input.dispatchMouseEvent", {"type": kind, "x": point[0], "y": point[1], **pressed})

    send("mousePressed", points[0])
    _pen_is_down.append(True)
    start = time.perf_counter()
    for index, point in enumerate(points[1:], 1):
        time.sleep(max(0.0, start + index * POINT_SECONDS - time.perf_counter()))
        send("mouseMoved", point)
    seconds = time.perf_counter() - start
    _pen_is_down.clear()
    send("mouseReleased", points[-1])
    return seconds


def _seen(taken: dict[str, list[Any]], down: float) -> Seen:
    readings = sorted(taken["readings"])
    shown = [(inked, at) for inked, at, _ in readings]
    ink = [_shown_after(point, shown) for point in taken["points"]]
    still = [(inked, at) for inked, at, is_moving in readings if not is_moving]
    lifts = [_shown_after(lift, still) for lift in taken["lifts"][-1:]]
    return Seen(ink, lifts, sum(is_moving for _, _, is_moving in readings), down)


def _shown_after(inked: float, readings: Sequence[tuple[float, float]]) -> float:
    """Milliseconds until the first reading that has this ink was painted."""
    return min(at for with_ink_until, at in readings if with_ink_until >= inked) - inked


def _memory(cdp: CDPSession) -> tuple[float, float]:
    """Bytes of the JS heap and number of nodes, after everything unused was collected."""
    for _ in range(2):
        cdp.send("HeapProfiler.collectGarbage")
    cdp.send("Performance.enable")
    metrics = {metric["name"]: metric["value"] for metric in cdp.send("Performance.getMetrics")["metrics"]}
    return metrics["JSHeapUsedSize"], metrics["Nodes"]


if __name__ == "__main__":
    main()
