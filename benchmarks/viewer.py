"""Browser sessions that hold a page open, for the benchmarks of what many viewers cost.

Each viewer is a tab of a real Chromium with a session of its own. It therefore sends what browsers send (the page's own
script asks `/live`, fragments run again, the page follows its run) without any knowledge of Streamlit's protocol.

Thirty tabs on a small machine would measure Chromium, so the tabs share one process, their charts are never drawn, and
Chromium runs at a low priority: real viewers have computers of their own.
"""

import contextlib
import gzip
import http.client
import json
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Page

from benchmarks.browser import chromium
from mnist_lab.ui.components.streamlit_dom import MENU_LINK, PAGE, SCRIPT_RUNS_NOT

NICENESS = 19
"""The lowest priority there is: a worker has 5 itself, and must not share its processor with the tabs."""

# Stands for Plotly: every function does nothing. Without `then: undefined`, a promise would wait for it.
NO_CHARTS = """
performance.setResourceTimingBufferSize(100_000);
window.labPlotly = Promise.resolve(
  new Proxy({}, { get: (_, name) => (name === "then" ? undefined : async (node) => void (node.on ??= () => {})) })
);
"""
LIVE_REQUESTS = """() => performance.getEntriesByType("resource").map((entry) => entry.name)
  .filter((name) => name.includes("/live?"))"""


@contextlib.contextmanager
def viewers(count: int) -> Iterator[list[Page]]:
    """Open `count` empty tabs of one Chromium."""
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "chromium"
        program.write_text(f'#!/bin/sh\nexec nice -n {NICENESS} "{shutil.which("chromium")}" "$@"\n', encoding="utf-8")
        program.chmod(0o755)
        with chromium(program, "--process-per-site") as browser:
            context = browser.new_context(viewport={"width": 1280, "height": 1000})
            context.set_default_timeout(180_000)
            context.add_init_script(NO_CHARTS)
            yield [context.new_page() for _ in range(count)]


def open_page(viewer: Page, address: str) -> None:
    """Begin a session at an address, and wait until the page is drawn."""
    viewer.goto(address)
    # Before the script has begun, it does not run either.
    viewer.locator(PAGE).wait_for()
    viewer.wait_for_selector(SCRIPT_RUNS_NOT)


def follow_menu(viewer: Page, title: str) -> None:
    """Go to another page of the same session, and wait until it is drawn."""
    viewer.locator(MENU_LINK).filter(has_text=title).click()
    # The script names its page first of all.
    viewer.wait_for_function("(title) => document.title.startsWith(title)", arg=title)
    viewer.wait_for_selector(SCRIPT_RUNS_NOT)


def live_requests(viewer: Page) -> list[str]:
    """The addresses of all requests for live data that the page has made."""
    return list(viewer.evaluate(LIVE_REQUESTS))


def answer_seconds(url: str, *, window: float, pause: float = 0.2) -> list[float]:
    """Ask for live data over one connection until `window` seconds are over.

    It is asked at normal priority from here, as the tabs themselves wait for a processor.

    Returns:
        Seconds from each question to the end of its answer.
    """
    parts = urlsplit(url)
    taken: list[float] = []
    until = time.perf_counter() + window
    with contextlib.closing(http.client.HTTPConnection(parts.netloc, timeout=30)) as connection:
        while time.perf_counter() < until:
            start = time.perf_counter()
            connection.request("GET", f"{parts.path}?{parts.query}", headers={"Accept-Encoding": "gzip"})
            answer = connection.getresponse()
            content = answer.read()
            if answer.status != http.HTTPStatus.OK:
                raise RuntimeError(f"{url} was answered with {answer.status} {answer.reason}")
            json.loads(gzip.decompress(content))
            taken.append(time.perf_counter() - start)
            time.sleep(pause)
    return taken
