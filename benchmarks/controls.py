"""Response times of the controls of a run: from a click to the page's reaction, and to the worker's.

    python -m benchmarks.controls [--rounds 5] [--limit 6000] [--preset small-cnn]

Starts the app with an empty home and trains there, with the real worker. Each control is clicked in Chromium; a script
in the page reads the badge and the buttons in every animation frame. "shown": the page shows that the command was sent.
"done": the page shows that the worker has obeyed; for the learning rate, a point in the store has it.
"""

import argparse
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import numpy as np
from playwright.sync_api import Locator, Page

from benchmarks.browser import app, browser_page
from mnist_lab.network import get_preset
from mnist_lab.recipe import Recipe
from mnist_lab.runs import Run, RunState, RunStore, open_store
from mnist_lab.settings import Settings
from mnist_lab.ui.components.streamlit_dom import POPOVER, TOAST, by_key

# Records the text of the run's heading and of its buttons whenever it changes, once per animation frame.
WATCH = f"""() => {{
  window.labSeen = [];
  let before;
  const look = () => {{
    const parts = document.querySelectorAll('{by_key("run-head")}, {by_key("run-controls")}, {POPOVER}, {TOAST}');
    const now = [...parts].map((part) => part.innerText).join();
    if (now !== before) {{ window.labSeen.push([now, Date.now() / 1000]); before = now; }}
    requestAnimationFrame(look);
  }};
  look();
  document.addEventListener('pointerdown', () => (window.labClicked = Date.now() / 1000), true);
}}"""
FOUND = (
    """(texts) => window.labSeen.find(([text, at]) => at >= window.labClicked && texts.some((t) => text.includes(t)))"""
)

Times = dict[str, list[float]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--limit", type=int, default=6000)
    parser.add_argument("--preset", default="small-cnn")
    options = parser.parse_args()
    times: Times = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        with app(home) as lab, browser_page() as page:
            store = open_store(Settings(home=home))
            for _ in range(options.rounds):
                run = start(store, options)
                page.goto(f"{lab.address}/train?run={run.id}")
                one_run(page, store, run, times)
                run = start(store, options)
                page.goto(f"{lab.address}/train?run={run.id}")
                discard(page, store, run, times)
            store.close()
    for name, seconds in times.items():
        median, worst = np.percentile(seconds, [50, 100])
        print(f"{name:28} p50 {median:.2f} s, max {worst:.2f} s ({len(seconds)})")


def start(store: RunStore, options: argparse.Namespace) -> Run:
    """A training run whose first steps, in which TensorFlow compiles, are done."""
    recipe = Recipe(epochs=500, limit=options.limit)
    run = store.create(get_preset(options.preset).network, recipe, name="Measured")
    while len(store.points(run.id)) < 3:
        time.sleep(0.2)
    return run


def one_run(page: Page, store: RunStore, run: Run, times: Times) -> None:
    """Click each control of one run, at the end Stop."""
    watch(page)
    click(page, button(page, "Pause"), "pause", times, shown=["pausing", "paused"], done=["paused"])
    click(page, button(page, "Continue"), "continue", times, shown=["going on", "training"], done=["training"])
    page.wait_for_timeout(1000)
    button(page, "Learning rate").click()
    click(page, button(page, "÷ 10"), "learning rate", times, shown=["In effect: 0.0001"])
    clicked = float(page.evaluate("window.labClicked"))
    while store.points(run.id)[-1].learning_rate > 0.0005:
        time.sleep(0.01)
    times["learning rate, done"].append(time.time() - clicked)
    page.keyboard.press("Escape")
    click(page, button(page, "One epoch"), "one epoch", times, shown=["finishing this epoch …", "paused"])
    found(page, ["paused"])
    button(page, "Stop").click()
    click(page, button(page, "Stop it"), "stop", times, shown=["Stopping"], done=["stopped"])


def discard(page: Page, store: RunStore, run: Run, times: Times) -> None:
    """Discard a training run; it is done when the store no longer has it."""
    watch(page)
    button(page, "Discard").click()
    click(page, button(page, "Discard it"), "discard", times, shown=["discarding", "was deleted"])
    clicked = float(page.evaluate("window.labClicked"))
    while run.id in {one.id for one in store.list([RunState.RUNNING])}:
        time.sleep(0.01)
    times["discard, done"].append(time.time() - clicked)


def watch(page: Page) -> None:
    button(page, "Stop").wait_for()
    page.wait_for_timeout(3000)
    page.evaluate(WATCH)


def click(
    page: Page, where: Locator, name: str, times: Times, *, shown: list[str], done: list[str] | None = None
) -> None:
    """Click, and measure the seconds until the page shows one of the texts."""
    where.click()
    times[f"{name}, shown"].append(found(page, shown))
    if done is not None:
        times[f"{name}, done"].append(found(page, done))


def found(page: Page, texts: list[str]) -> float:
    """Seconds from the last click to the first frame that shows one of the texts."""
    page.wait_for_function(FOUND, arg=texts)
    return float(page.evaluate(f"(texts) => ({FOUND})(texts)[1] - window.labClicked", texts))


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


if __name__ == "__main__":
    main()
