"""Part of `page_speed`: from page to page beside a bare app of as many pages, and how soon Compose answers an edit.

A way ends when words of the page's own content are on the screen; the two apps take turns, and in each round a browser
that has seen nothing yet goes all ways twice. Compose holds a network of thirty layers, and an edit is a click on the
arrow of a number; its answer is the new number of parameters.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, Page

from benchmarks.browser import App, app, chromium
from benchmarks.figures import Figure, difference
from benchmarks.many_runs import fill
from mnist_lab.network import Conv2D, Dense, Flatten, Network
from mnist_lab.network.url import link_from_network
from mnist_lab.runs import open_store
from mnist_lab.settings import Settings
from mnist_lab.ui.components.streamlit_dom import LAYER_FORMS, MAIN, MENU_LINK, METRIC_VALUE, STALE, STEP_UP

MORE_TARGET, EDIT_TARGET = 0.4, 0.4
LAYERS, EDITS = 30, 40
WORDS = {
    "Train": "Recipe",
    "Compare": "Compare runs",
    "Draw": "Draw a digit",
    "Inspect": "Inspect a network",
}
HOME = ("Compose", "Pick several")
Took = dict[str, tuple[list[float], list[float]]]
"""Seconds of the ways to each page, of the bare app and of the lab."""
BARE = """import streamlit as st

def page(title, words):
    def run():
        st.write(words)
    return st.Page(run, title=title, url_path=title.lower(), default=title == "Compose")

st.navigation([page(*one) for one in {pages!r}], position="top").run()
"""
CLICKED = "() => document.addEventListener('pointerdown', () => (window.labClicked = performance.now()), true)"
# Looks at every animation frame for words that can be seen, then for what a click changed.
SEEN = f"""(words) => {{
  const tree = document.createTreeWalker(document.querySelector('{MAIN}'), NodeFilter.SHOW_TEXT);
  while (tree.nextNode())
    if (tree.currentNode.data.includes(words) && tree.currentNode.parentElement.checkVisibility()
        && !tree.currentNode.parentElement.closest('{STALE}'))
      return performance.now() - window.labClicked;
  return false;
}}"""
CHANGED = f"""(before) => {{
  const value = document.querySelector('{METRIC_VALUE}')?.innerText;
  return value && value !== before ? performance.now() - window.labClicked : false;
}}"""


def figures(rounds: int) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        bare_folder, home = Path(folder) / "bare", Path(folder) / "lab"
        bare_folder.mkdir()
        (bare_folder / "app.py").write_text(BARE.format(pages=[HOME, *WORDS.items()]), encoding="utf-8")
        store = open_store(Settings(home=home))
        fill(store, 20)
        store.close()
        with app(Path(folder) / "bare-home", folder=bare_folder) as bare, app(home) as lab:
            yield from _ways(browser, bare, lab, rounds)
            yield _edits(browser, lab)


def _ways(browser: Browser, bare: App, lab: App, rounds: int) -> Iterator[Figure]:
    lab.settle()
    firsts, laters = _nothing_yet(), _nothing_yet()
    for _ in range(rounds):
        pages = [opened(browser, address) for address in (bare.address, f"{lab.address}/compose")]
        for took in (firsts, laters):
            _go_round(pages, took)
        for page in pages:
            page.context.close()
    for title in WORDS:
        yield difference(f"To {title}, the browser's first visit", *firsts[title], MORE_TARGET)
        yield difference(f"To {title}, later", *laters[title], MORE_TARGET)


def _nothing_yet() -> Took:
    return {title: ([], []) for title in WORDS}


def _go_round(pages: list[Page], took: Took) -> None:
    """From Compose to each page and back to it, in the bare app and in the lab by turns."""
    for title, words in WORDS.items():
        for page, seconds in zip(pages, took[title], strict=True):
            seconds.append(way(page, title, words))
    for page in pages:
        way(page, *HOME)


def _edits(browser: Browser, lab: App) -> Figure:
    # All different: a block that repeats would be one row.
    filters = range(4, LAYERS + 2)
    convolutions = [Conv2D(filters=count, kernel_size=(3, 3), padding="same", activation="relu") for count in filters]
    network = Network(layers=(*convolutions, Flatten(), Dense(units=10)))
    page = opened(browser, f"{lab.address}/compose?n={link_from_network(network)}")
    page.get_by_role("button", name="Edit layer").first.click()
    arrow = page.locator(f"{LAYER_FORMS} {STEP_UP}").first
    arrow.wait_for()
    page.wait_for_timeout(2000)
    took = []
    for _ in range(EDITS):
        before = page.locator(METRIC_VALUE).first.inner_text()
        arrow.click()
        took.append(milliseconds(page, CHANGED, before))
        page.wait_for_timeout(400)
    half, most = np.percentile(took, [50, 95]) / 1000
    what = f"Compose answers an edit, {LAYERS} layers, p95"
    return Figure(what, float(most), EDIT_TARGET, "s", f"median {half:.2f} s, {EDITS} edits")


def opened(browser: Browser, address: str) -> Page:
    page = browser.new_context(viewport={"width": 1280, "height": 1000}).new_page()
    page.goto(address)
    page.get_by_text(HOME[1]).locator("visible=true").first.wait_for()
    page.evaluate(CLICKED)
    return page


def way(page: Page, title: str, words: str) -> float:
    """Click in the menu; seconds until the words can be seen."""
    page.locator(MENU_LINK).filter(has_text=title).click()
    seconds = milliseconds(page, SEEN, words) / 1000
    page.wait_for_timeout(700)
    return seconds


def milliseconds(page: Page, script: str, argument: str) -> float:
    return float(page.wait_for_function(script, arg=argument).json_value())
