"""Part of `page_speed`: how soon the app answers and paints its first page, beside a bare one-line Streamlit app.

The two take turns. Each round starts the server anew (from the start of the process to its first healthy answer), and
opens the first page in a browser that is open already (from the navigation to the frame with the first words of the
page's own content). A server that answers may still be loading what its first page needs: the page is opened at once.
"""

import json
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser

from benchmarks.browser import ROOT, app, chromium
from benchmarks.figures import Figure, ratio

TARGET = 1.3
WHOLE_TARGET = 1.5
BARE = "import streamlit as st\n\nst.write('The network')\n"
# Seen by a script in the page at every animation frame: what asks from outside waits for the page's other scripts.
WATCH = """{
  const look = () => {
    const texts = document.evaluate(`//body//*[text()=%s]`, document, null, XPathResult.ORDERED_NODE_SNAPSHOT_TYPE);
    for (let i = 0; i < texts.snapshotLength; i++)
      if (texts.snapshotItem(i).checkVisibility({ visibilityProperty: true, opacityProperty: true }))
        // This frame has it; the next one begins when it has been painted.
        return requestAnimationFrame((now) => (window.labPainted = now));
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""
LAB_WORDS, BARE_WORDS = "Train this network", "The network"


@dataclass(frozen=True)
class Times:
    """Seconds from the start of the server's process, and from the navigation."""

    answered: float
    painted: float


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
    whole = ([one.answered + one.painted for one in times] for times in (bare, lab))
    yield ratio("Start of the app to first page painted", *whole, WHOLE_TARGET)
    yield ratio("First page painted", [one.painted for one in bare], [one.painted for one in lab], TARGET)


def measured(browser: Browser, home: Path, folder: Path, words: str) -> Times:
    start = time.perf_counter()
    with app(home, folder=folder) as running:
        answered = time.perf_counter() - start
        # A context of its own has an empty cache, as a new visitor has.
        with browser.new_context(viewport={"width": 1280, "height": 1000}) as context:
            page = context.new_page()
            page.add_init_script(WATCH % json.dumps(words))
            page.goto(running.address, wait_until="commit")
            page.wait_for_function("() => window.labPainted")
            return Times(answered, page.evaluate("window.labPainted") / 1000)
