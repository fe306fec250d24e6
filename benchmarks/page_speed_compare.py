"""Part of `page_speed`: the Compare page over a store of ten thousand runs, and what the store takes for it.

The page is measured beside a bare Streamlit app of two pages, whose second one shows a table of 500 rows: the number of
rows that Compare shows at first. The two take turns.
"""

import contextlib
import csv
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from playwright.sync_api import Browser, Page

from benchmarks import painted
from benchmarks.browser import app, chromium
from benchmarks.figures import Figure, ratio
from benchmarks.many_runs import fill
from benchmarks.page_speed_start import BARE_WORDS, LAB_WORDS
from mnist_lab.runs import RunStore, open_store
from mnist_lab.settings import Settings
from mnist_lab.ui.components.streamlit_dom import KEY_CLASS, MENU_LINK, by_key

RUNS, ROWS = 10_000, 500
PAINT_TARGET, QUERY_TARGET, TICK_TARGET = 1.5, 30.0, 0.4
BARE = {
    "app.py": (
        "import streamlit as st\n\n"
        "pages = [st.Page('home.py', title='Home'), st.Page('runs.py', title='Compare')]\n"
        "st.navigation(pages, position='top').run()\n"
    ),
    "home.py": "import streamlit as st\n\nst.write('The network')\n",
    "runs.py": (
        "import pandas as pd\nimport streamlit as st\n\n"
        "st.write('Many runs')\nst.dataframe(pd.read_csv('runs.csv'), height=600)\n"
    ),
}
TABLE_ROWS = f"//*[contains(@class, '{KEY_CLASS}compare-table')]//tbody/tr"
CHART = painted.of_class("js-plotly-plot")
CANVAS = "dvn-scroller"
"""Of Streamlit's own table."""
MARK_ROWS = f"() => document.querySelectorAll('{by_key('compare-table')} tbody tr').forEach((row) => (row.labMark = 1))"
ROWS_STAY = f"() => [...document.querySelectorAll('{by_key('compare-table')} tbody tr')].every((row) => row.labMark)"
WATCH_CURVES = """() => {
  const count = () => [...document.querySelectorAll('.js-plotly-plot')].map((chart) => chart.data?.length ?? 0).join();
  const before = count();
  window.labCurves = 0;
  const look = () => (count() === before ? requestAnimationFrame(look) : (window.labCurves = performance.now()));
  look();
}"""


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
        bare_folder = write_bare(home, store)
        store.close()
        counted = f"states, sweeps and damage are counted in {1000 * statistics.median(rest):.0f} ms"
        yield from pages(rounds, home, bare_folder, counted)


def write_bare(home: Path, store: RunStore) -> Path:
    """A bare app with a table of the newest runs, in a folder of its own."""
    folder = home / "bare"
    folder.mkdir()
    for name, source in BARE.items():
        (folder / name).write_text(source, encoding="utf-8")
    rows = [
        (run.name, run.state, run.created.isoformat(), run.epochs_done, run.seconds)
        + (tuple(value for _, value in sorted(vars(run.recipe).items())))
        + ((run.result.test_accuracy, run.result.test_loss) if run.result else (None, None))
        for run in store.list(limit=ROWS)
    ]
    with (folder / "runs.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([f"column {number}" for number in range(len(rows[0]))])
        writer.writerows(rows)
    return folder


def pages(rounds: int, home: Path, bare_folder: Path, counted: str) -> Iterator[Figure]:
    """Both apps are open; each round is one more visitor of each."""
    quiet = {"MNIST_LAB_STANDBY": "false", "MNIST_LAB_REFERENCE": "false"}
    with app(home, **quiet) as lab, app(home / "bare-home", folder=bare_folder) as bare, chromium() as browser:
        lab.settle()
        shown = [painted.of_class(CANVAS)], [painted.containing(f"{RUNS:,} of {RUNS:,} runs"), TABLE_ROWS, CHART]
        times = [
            (paint(browser, bare.address, BARE_WORDS, shown[0]), paint(browser, lab.address, LAB_WORDS, shown[1]))
            for _ in range(1 + rounds)
        ]
        ticks = [tick(browser, lab.address) for _ in range(rounds)]
    first, later = times[:1], times[1:]
    for who, pairs in (("the first visitor", first), ("later visitors", later)):
        yield ratio(f"Compare painted for {who}", *([pair[i] for pair in pairs] for i in (0, 1)), PAINT_TARGET)
    rows = "the table's rows stay" if all(stays for _, stays in ticks) else "THE TABLE IS WRITTEN ANEW"
    detail = f"{rows}; {counted}"
    yield Figure("A tick is answered", statistics.median(took for took, _ in ticks), TICK_TARGET, "s", detail)


def timed(rounds: int, action: Callable[[], object]) -> list[float]:
    took = []
    for _ in range(max(5, rounds)):
        start = time.perf_counter()
        action()
        took.append(time.perf_counter() - start)
    return took


def paint(browser: Browser, address: str, words: str, paths: Sequence[str]) -> float:
    """Seconds from a click in the menu to the frame with all of the paths."""
    with opened(browser, address, words) as page:
        return after_click(page, paths)


@contextlib.contextmanager
def opened(browser: Browser, address: str, words: str) -> Iterator[Page]:
    """The first page of an app, for a new visitor."""
    with browser.new_context(viewport={"width": 1280, "height": 1000}) as context:
        page = context.new_page()
        page.goto(address)
        page.get_by_text(words).locator("visible=true").first.wait_for()
        page.wait_for_timeout(1500)
        yield page


def after_click(page: Page, paths: Sequence[str]) -> float:
    page.evaluate("() => addEventListener('pointerdown', () => (window.labClicked = performance.now()), true)")
    page.evaluate(painted.watch(*paths))
    page.locator(MENU_LINK).filter(has_text="Compare").click()
    return (painted.milliseconds(page) - float(page.evaluate("window.labClicked"))) / 1000


def tick(browser: Browser, address: str) -> tuple[float, bool]:
    """Seconds from a click on a row's box to one more curve in the chart; and whether the table's rows stayed."""
    with opened(browser, address, LAB_WORDS) as page:
        after_click(page, [TABLE_ROWS, CHART])
        page.wait_for_timeout(2000)
        page.evaluate(MARK_ROWS)
        page.evaluate(WATCH_CURVES)
        page.locator(by_key("compare-table")).locator("tbody tr").nth(12).locator("input").click()
        page.wait_for_function("() => window.labCurves")
        took = float(page.evaluate("window.labCurves - window.labClicked")) / 1000
        return took, bool(page.evaluate(ROWS_STAY))
