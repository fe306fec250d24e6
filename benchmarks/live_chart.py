"""How live the live chart is: from click on Train to its first point, from the store to the screen, and to the result.

    python -m benchmarks.live_chart [--seconds 60] [--clicks 5] [--limit 6000] [--epochs 40]

Starts the app in a lab of its own, opens the Train page in Chromium and trains the default preset there. A script in
the page looks at the chart on every animation frame. Warm: a worker stands by, so that TensorFlow is loaded; cold: the
click itself starts the first worker. While the last run trains, a thread of this process sees to the hundredth of a
second when points arrive in the store.
"""

import argparse
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import CDPSession, Page, expect

from benchmarks import painted
from benchmarks.browser import App, app, browser_page
from mnist_lab.network import get_preset
from mnist_lab.recipe import Recipe
from mnist_lab.runs import Command, RunState, RunStore, open_store
from mnist_lab.settings import Settings

# Writes down when the training curve's last epoch changed, seen once an animation frame.
WATCH = """() => {
  window.labSeen = [];
  let before = -1;
  const look = () => {
    let last = 0;
    for (const chart of document.querySelectorAll('.js-plotly-plot'))
      for (const trace of chart.data ?? [])
        if ((trace.name ?? '').startsWith('training') && trace.x?.length)
          last = Math.max(last, trace.x[trace.x.length - 1]);
    if (last !== before) { window.labSeen.push([last, Date.now() / 1000]); before = last; }
    requestAnimationFrame(look);
  };
  look();
}"""
CLICKED = """() => document.addEventListener('pointerdown', () => (window.labClicked = Date.now() / 1000), true)"""


@dataclass
class Arrivals:
    """When each point of a run was first seen in the store, by a thread that looks all the time."""

    store: RunStore
    run_id: str
    seen: dict[float, float] = field(default_factory=dict)
    done: threading.Event = field(default_factory=threading.Event)

    def watch(self) -> None:
        """Until `done` is set."""
        newest = -1
        while not self.done.wait(0.01):
            for point in self.store.points(self.run_id, after_step=newest):
                newest = point.step
                self.seen.setdefault(point.epoch, time.time())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--clicks", type=int, default=5)
    parser.add_argument("--limit", type=int, default=6000)
    parser.add_argument("--epochs", type=int, default=300)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "warm"
        with app(home) as lab, browser_page() as page:
            store = open_store(Settings(home=home))
            print_row("click to first point, warm", warm_clicks(lab, page, store, options))
            watch(lab, page, store, options.seconds)
            stop(store)
            print_row("last step to result", [last_step_to_result(lab, page, store) for _ in range(options.clicks)])
            store.close()
        cold = []
        for number in range(2):
            home = Path(folder) / f"cold-{number}"
            with app(home, MNIST_LAB_STANDBY="false") as lab, browser_page() as page:
                store = open_store(Settings(home=home))
                open_train(lab, page, options)
                cold.append(click_to_point(page))
                stop(store)
                store.close()
        print_row("click to first point, cold", cold)


def warm_clicks(lab: App, page: Page, store: RunStore, options: argparse.Namespace) -> list[float]:
    """Seconds of each click; the last run goes on."""
    seconds = []
    for number in range(options.clicks):
        open_train(lab, page, options)
        # The standby worker loads TensorFlow within about six seconds of a quiet machine.
        page.wait_for_timeout(20_000)
        seconds.append(click_to_point(page))
        if number + 1 < options.clicks:
            stop(store)
    return seconds


def open_train(lab: App, page: Page, options: argparse.Namespace) -> None:
    page.goto(f"{lab.address}/train")
    page.get_by_role("spinbutton", name="Epochs").fill(str(options.epochs))
    page.get_by_role("spinbutton", name="Epochs").press("Enter")
    expect(page.get_by_text(f"{options.epochs} epochs").first).to_be_visible()
    page.get_by_role("combobox", name="Training images").click()
    page.get_by_role("option", name=f"{options.limit:,}", exact=True).click()
    expect(page.get_by_text(f"{options.limit:,} images").first).to_be_visible()
    page.evaluate(CLICKED)
    page.wait_for_timeout(1000)


def click_to_point(page: Page) -> float:
    """Press Train; seconds until the first frame in which the training curve has a point of this run."""
    page.evaluate(WATCH)
    page.wait_for_function("() => window.labSeen.length > 0")
    page.get_by_role("button", name="Train this network").click()
    # The run before may still be shown for a moment, with its last point.
    found = "window.labSeen.find(([x, at]) => x > 0 && x !== window.labSeen[0][0] && at > window.labClicked)"
    page.wait_for_function(f"() => {found}")
    return float(page.evaluate(f"{found}[1] - window.labClicked"))


def last_step_to_result(lab: App, page: Page, store: RunStore) -> float:
    """Seconds from the last epoch's point in the store to the frame in which the page says that the run has ended."""
    # The standby worker has to be ready.
    page.wait_for_timeout(15_000)
    run = store.create(get_preset("small-cnn").network, Recipe(epochs=5, limit=20_000))
    page.goto(f"{lab.address}/train?run={run.id}")
    page.evaluate(painted.watch(painted.containing("finished")))
    while store.get(run.id).epochs_done < run.recipe.epochs:
        time.sleep(0.01)
    trained = time.time()
    painted.milliseconds(page)
    return float(page.evaluate("(performance.timeOrigin + window.labPainted) / 1000")) - trained


def stop(store: RunStore) -> None:
    """End what is under way, and wait for it."""
    for run in store.list([RunState.STARTING, RunState.RUNNING]):
        store.request(run.id, Command.STOP)
        while not store.get(run.id).state.is_ended:
            time.sleep(0.1)


def watch(lab: App, page: Page, store: RunStore, seconds: float) -> None:
    """Print how long points take to the screen, and what the page costs, while a run trains."""
    (run,) = store.list([RunState.RUNNING])
    arrivals = Arrivals(store, run.id)
    thread = threading.Thread(target=arrivals.watch)
    thread.start()
    frames: list[int] = []
    session = count_bytes(page, frames)
    cpu, start = lab.cpu_seconds(), time.time()
    page.wait_for_timeout(1000 * seconds)
    cpu = lab.cpu_seconds() - cpu
    shown: list[tuple[float, float]] = [(x, at) for x, at in page.evaluate("window.labSeen") if at > start]
    session.detach()
    arrivals.done.set()
    thread.join()
    delays = [
        min((at for x, at in shown if x >= epoch - 1e-4), default=np.inf) - arrived
        for epoch, arrived in arrivals.seen.items()
        if start < arrived < start + seconds - 5
    ]
    print_row("store to screen", delays)
    updates = len(shown)
    print(f"updates {updates} in {seconds:.0f} s, page process {1000 * cpu / max(1, updates):.0f} ms each")
    print(f"web socket {sum(frames) / seconds / 1024:.1f} KB/s, {len(frames) / seconds:.1f} frames/s")


def count_bytes(page: Page, frames: list[int]) -> CDPSession:
    """Append the size of each frame that the browser receives."""
    session = page.context.new_cdp_session(page)

    def received(event: dict[str, Any]) -> None:
        # Binary frames are given in base64.
        frames.append(len(event["response"]["payloadData"]) * 3 // 4)

    session.on("Network.webSocketFrameReceived", received)
    session.send("Network.enable")
    return session


def print_row(name: str, seconds: list[float]) -> None:
    half, most, worst = np.percentile(seconds, [50, 95, 100])
    print(f"{name}: p50 {half:.2f} s, p95 {most:.2f} s, max {worst:.2f} s ({len(seconds)})", flush=True)


if __name__ == "__main__":
    main()
