"""Part of `page_speed`: how soon the app answers and paints its first page, beside a bare one-line Streamlit app.

The two take turns. Each round starts the server anew (from the start of the process to its first healthy answer), and
opens the first page in a browser that is open already (from the navigation to the frame with the first words of the
page's own content). A server that answers may still be loading what its first page needs: the page is opened at once,
and once more by another visitor when the server is at rest.
"""

import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser

from benchmarks import painted
from benchmarks.browser import ROOT, app, chromium
from benchmarks.figures import Figure, ratio

TARGET = 1.3
WHOLE_TARGET = 1.5
BARE = "import streamlit as st\n\nst.write('The network')\n"
LAB_WORDS, BARE_WORDS = "Train this network", "The network"


@dataclass(frozen=True)
class Times:
    """Seconds from the start of the server's process to its answer, and of two visitors from the navigation on."""

    answered: float
    first: float
    later: float


def figures(rounds: int) -> Iterator[Figure]:
    bare: list[Times] = []
    lab: list[Times] = []
    with tempfile.TemporaryDirectory() as home, chromium() as browser:
        folder = Path(home) / "bare"
        folder.mkdir()
        (folder / "app.py").write_text(BARE, encoding="utf-8")
        for number in range(rounds):
            bare.append(measured(browser, Path(home) / f"bare-{number}", folder, BARE_WORDS))
            lab.append(measured(browser, Path(home) / f"lab-{number}", ROOT, LAB_WORDS))
    yield ratio("Server answers", [one.answered for one in bare], [one.answered for one in lab], TARGET)
    whole = ([one.answered + one.first for one in times] for times in (bare, lab))
    yield ratio("Start of the app to first page painted", *whole, WHOLE_TARGET)
    yield ratio("First page painted, at once", [one.first for one in bare], [one.first for one in lab], TARGET)
    yield ratio("First page painted, later", [one.later for one in bare], [one.later for one in lab], TARGET)


def measured(browser: Browser, home: Path, folder: Path, words: str) -> Times:
    start = time.perf_counter()
    with app(home, folder=folder) as running:
        answered = time.perf_counter() - start
        first = visit(browser, running.address, words)
        running.settle()
        return Times(answered, first, visit(browser, running.address, words))


def visit(browser: Browser, address: str, words: str) -> float:
    """Seconds from the navigation of a new visitor to the frame with these words."""
    # A context of its own has an empty cache.
    with browser.new_context(viewport={"width": 1280, "height": 1000}) as context:
        page = context.new_page()
        page.add_init_script(painted.watch(painted.text(words)))
        page.goto(address, wait_until="commit")
        return painted.milliseconds(page) / 1000
