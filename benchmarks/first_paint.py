"""How soon the app answers and paints its first page, beside a bare one-line Streamlit app.

    python -m benchmarks.first_paint [--rounds N]

The two take turns. Each round starts the server anew (from the start of the process to its first healthy answer), and
opens the first page in a new browser window (from the navigation to the first words of the page's own content). Prints
medians, their ratio and the target: at most 1.5 times the bare app.
"""

import argparse
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page

from benchmarks.browser import ROOT, app, browser_page

TARGET = 1.5
BARE = "import streamlit as st\n\nst.write('The network')\n"
LAB_WORDS, BARE_WORDS = "Max pooling", "The network"


@dataclass(frozen=True)
class Times:
    """Seconds of one round."""

    start: float
    paint: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    bare: list[Times] = []
    lab: list[Times] = []
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home) / "bare"
        folder.mkdir()
        (folder / "app.py").write_text(BARE, encoding="utf-8")
        for number in range(rounds):
            bare.append(measured(Path(home) / f"bare-{number}", folder, BARE_WORDS))
            lab.append(measured(Path(home) / f"lab-{number}", ROOT, LAB_WORDS))
    print(f"{rounds} rounds, medians in seconds")
    report("server answers", [times.start for times in bare], [times.start for times in lab])
    report("first page painted", [times.paint for times in bare], [times.paint for times in lab])


def measured(home: Path, folder: Path, words: str) -> Times:
    start = time.perf_counter()
    with app(home, folder=folder) as running:
        answered = time.perf_counter() - start
        with browser_page() as page:
            return Times(answered, paint(page, running.address, words))


def paint(page: Page, address: str, words: str) -> float:
    start = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.get_by_text(words).locator("visible=true").first.wait_for()
    return time.perf_counter() - start


def report(what: str, bare: list[float], lab: list[float]) -> None:
    one, other = statistics.median(bare), statistics.median(lab)
    holds = "holds" if other <= TARGET * one else "misses"
    print(f"{what:20} bare {one:5.2f}   lab {other:5.2f}   {other / one:4.2f} times (at most {TARGET}: {holds})")


if __name__ == "__main__":
    main()
