"""Part of `page_speed`: the Compare page over a store of ten thousand runs, and what the store takes for it."""

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from playwright.sync_api import Browser

from benchmarks.browser import app, chromium
from benchmarks.figures import Figure
from benchmarks.many_runs import fill
from benchmarks.page_speed_start import LAB_WORDS
from mnist_lab.runs import open_store
from mnist_lab.settings import Settings
from mnist_lab.ui.components.streamlit_dom import MENU_LINK, by_key

RUNS = 10_000
PAINT_TARGET, QUERY_TARGET = 1.5, 30.0


def figures(rounds: int) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        store = open_store(Settings(home=home))
        fill(store, RUNS)
        for words in ("", "student adam"):
            took = timed(rounds, lambda words=words: store.search(words))
            what = f"Store finds among {RUNS:,} runs" + (" by words" if words else "")
            yield Figure(what, 1000 * statistics.median(took), QUERY_TARGET, "ms")
        rest = timed(rounds, lambda: (store.tally(), store.damaged()))
        store.close()
        with app(home, MNIST_LAB_STANDBY="false", MNIST_LAB_REFERENCE="false") as running, chromium() as browser:
            running.settle()
            painted = [paint(browser, running.address) for _ in range(1 + rounds)]
        counted = f"states, sweeps and damage are counted in {1000 * statistics.median(rest):.0f} ms"
        yield Figure("Compare painted for the first visitor", painted[0], PAINT_TARGET, "s", counted)
        yield Figure("Compare painted for later visitors", statistics.median(painted[1:]), PAINT_TARGET, "s")


def timed(rounds: int, action: Callable[[], object]) -> list[float]:
    took = []
    for _ in range(max(5, rounds)):
        start = time.perf_counter()
        action()
        took.append(time.perf_counter() - start)
    return took


def paint(browser: Browser, address: str) -> float:
    """Seconds from a click in the menu to the table with its caption and the curves of the newest runs."""
    with browser.new_context(viewport={"width": 1280, "height": 1000}) as context:
        page = context.new_page()
        page.goto(address)
        page.get_by_text(LAB_WORDS).locator("visible=true").first.wait_for()
        page.wait_for_timeout(1500)
        start = time.perf_counter()
        page.locator(MENU_LINK).filter(has_text="Compare").click()
        page.get_by_text(f"{RUNS:,} of {RUNS:,} runs").wait_for()
        page.locator(by_key("compare-table")).locator("tbody tr").first.wait_for()
        page.locator(".js-plotly-plot").first.wait_for()
        return time.perf_counter() - start
