"""Take contact sheets of all pages, to look at: `make sheets`. Needs Chromium.

A sheet shows one page in one state: a row for each look (light, dark, presentation), a column for each size of the
screen. A line marks the lower edge of the screen; what is below is seen by scrolling.
"""

import argparse
import contextlib
import io
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import Browser, Page

from benchmarks.browser import app, chromium
from mnist_lab.runs import RunStore, open_store
from mnist_lab.settings import Settings
from mnist_lab.training.claim import take_slot
from mnist_lab.ui.components import streamlit_dom as dom
from tests.browser.page_states import PAGES, STATES, PageState, example_runs, open_state, settle

DEFAULT_FOLDER = Path(__file__).resolve().parents[1] / "build" / "contact_sheets"
SHIPPED = {"finished": "refstron", "other": "reffast0"}
"""Runs that ship with the lab, for the states that show ended runs."""
MAX_HEIGHT = 2400
"""Pixels; of a longer page the end is left out."""
SCALE = 0.5
GAP, LABEL = 24, 28
MIN_COLUMN = 260
"""Pixels; a label is so wide."""
_PAPER, _INK, _FOLD = "#8A8F98", "#000000", "#FF00FF"


@dataclass(frozen=True)
class Size:
    """The size of a screen."""

    width: int
    height: int
    zoom: int = 1
    """How many times larger the browser shows the page; the page then has so many times less room."""

    @property
    def name(self) -> str:
        """For labels and files."""
        return f"{self.width}x{self.height}" + (f"-{100 * self.zoom}%" if self.zoom > 1 else "")


@dataclass(frozen=True)
class Look:
    """A theme, and whether the page is shown in presentation mode."""

    theme: Literal["light", "dark"]
    presentation: bool = False

    @property
    def name(self) -> str:
        """For labels and files."""
        return f"{self.theme}-presentation" if self.presentation else self.theme


@dataclass(frozen=True)
class Shot:
    """A screenshot of a page in one look and one size."""

    picture: Image.Image
    look: Look
    size: Size


SIZES = (Size(1440, 900), Size(1280, 720), Size(1024, 768), Size(768, 1024), Size(390, 844), Size(1280, 720, zoom=2))
LOOKS = (Look("light"), Look("dark"), Look("light", presentation=True), Look("dark", presentation=True))


def main(arguments: Sequence[str] | None = None) -> None:
    """Start the lab with a home of its own, and take the sheets."""
    chosen = parse(arguments)
    states = [state for state in STATES if state.page in chosen.pages]
    with lab() as (address, store), chromium() as browser:
        take_sheets(browser, address, [state for state in states if not state.needs_runs], {}, chosen)
        if own := [state for state in states if state.needs_runs]:
            with example_runs(store, **SHIPPED) as runs:
                take_sheets(browser, address, own, runs, chosen)


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line: which pages, sizes and looks, and the folder of the sheets."""
    parser = argparse.ArgumentParser(prog="python -m docs.contact_sheets", description=__doc__)
    parser.add_argument(
        "--pages", type=_listed({name: name for name in PAGES}), default=list(PAGES), help="names, separated by commas"
    )
    parser.add_argument(
        "--sizes", type=_listed({size.name: size for size in SIZES}), default=list(SIZES), help="such as 1280x720"
    )
    parser.add_argument(
        "--looks", type=_listed({look.name: look for look in LOOKS}), default=list(LOOKS), help="such as light,dark"
    )
    parser.add_argument("--out", type=Path, default=DEFAULT_FOLDER, help="the folder of the sheets")
    return parser.parse_args(arguments)


def _listed(known: Mapping[str, object]) -> Callable[[str], list[object]]:
    """Reads names separated by commas; it returns what they stand for."""

    def read(text: str) -> list[object]:
        if unknown := [name for name in text.split(",") if name not in known]:
            raise argparse.ArgumentTypeError(f"{', '.join(unknown)} is none of {', '.join(known)}")
        return [known[name] for name in text.split(",")]

    return read


@contextlib.contextmanager
def lab() -> Iterator[tuple[str, RunStore]]:
    """An app with a home of its own, whose workers have no slot: nothing trains."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        settings = Settings(home=home, workers=1)
        slot = take_slot(settings)
        store = open_store(settings)
        try:
            with app(home, MNIST_LAB_WORKERS="1", MNIST_LAB_STANDBY="false") as running:
                yield running.address, store
        finally:
            store.close()
            if slot is not None:
                slot.release()


def take_sheets(
    browser: Browser, address: str, states: Sequence[PageState], runs: Mapping[str, str], chosen: argparse.Namespace
) -> None:
    """Take the sheets of some states, one after the other."""
    for state in states:
        shots = [shot for look in chosen.looks for shot in shots_of(browser, address, state, runs, look, chosen.sizes)]
        folder = chosen.out / state.slug
        folder.mkdir(parents=True, exist_ok=True)
        for shot in shots:
            shot.picture.save(folder / f"{shot.look.name}-{shot.size.name}.png")
        path = chosen.out / f"{state.slug}.png"
        sheet(shots, f"{state.page}: {state.name}").save(path)
        print(os.path.relpath(path), flush=True)


def shots_of(
    browser: Browser, address: str, state: PageState, runs: Mapping[str, str], look: Look, sizes: Sequence[Size]
) -> Iterator[Shot]:
    """Open a page in one look, and take it in all sizes."""
    context = browser.new_context(color_scheme=look.theme, viewport={"width": 1280, "height": 720})
    context.set_default_timeout(90_000)
    page = context.new_page()
    open_state(page, address, state, runs, extra="present=1" if look.presentation else "")
    for size in sizes:
        yield Shot(_taken(page, size), look, size)
    context.close()


def _taken(page: Page, size: Size) -> Image.Image:
    width, height = size.width // size.zoom, size.height // size.zoom
    page.set_viewport_size({"width": width, "height": height})
    # The picture is of the whole page, but what depends on the screen's height must not notice.
    page.evaluate(
        "(height) => Object.defineProperty(window, 'innerHeight', { value: height, configurable: true })", height
    )
    settle(page)
    length = int(page.locator(dom.MAIN).evaluate("(main) => main.scrollHeight + main.getBoundingClientRect().top"))
    page.set_viewport_size({"width": width, "height": min(max(height, length), MAX_HEIGHT // size.zoom)})
    settle(page)
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    return picture.resize((picture.width * size.zoom, picture.height * size.zoom), Image.Resampling.BICUBIC)


def sheet(shots: Sequence[Shot], title: str) -> Image.Image:
    """One picture of all shots: a row for each look, each shot with a label and the lower edge of its screen."""
    rows = [[shot for shot in shots if shot.look == look] for look in dict.fromkeys(shot.look for shot in shots)]
    places, (width, height) = arranged([[thumbnail_size(shot.picture.size) for shot in row] for row in rows])
    places = [[(x, y + GAP + LABEL) for x, y in row] for row in places]
    drawn = Image.new("RGB", (width, height + GAP + LABEL), _PAPER)
    pen = ImageDraw.Draw(drawn)
    font = ImageFont.load_default(size=LABEL - 10)
    pen.text((GAP, GAP), title, _INK, ImageFont.load_default(size=LABEL))
    for row, row_places in zip(rows, places, strict=True):
        for shot, (x, y) in zip(row, row_places, strict=True):
            small = shot.picture.resize(thumbnail_size(shot.picture.size), Image.Resampling.LANCZOS)
            drawn.paste(small, (x, y))
            pen.text((x, y - LABEL), f"{shot.look.name}, {shot.size.name}", _INK, font)
            fold = y + round(shot.size.height * SCALE)
            pen.line([(x - GAP // 2, fold), (x + small.width + GAP // 2, fold)], _FOLD, 2)
    return drawn


def thumbnail_size(size: tuple[int, int]) -> tuple[int, int]:
    """Width and height of a thumbnail."""
    return max(1, round(size[0] * SCALE)), max(1, round(size[1] * SCALE))


def arranged(
    rows: Sequence[Sequence[tuple[int, int]]],
) -> tuple[list[list[tuple[int, int]]], tuple[int, int]]:
    """The upper left corners of pictures in rows, with room for a label above each, and the size of the whole."""
    places, y, right = [], 0, 0
    for row in rows:
        x, y = GAP, y + GAP + LABEL
        corners = []
        for width, _height in row:
            corners.append((x, y))
            x += max(width, MIN_COLUMN) + GAP
        places.append(corners)
        right = max(right, x)
        y += max(height for _width, height in row)
    return places, (right, y + GAP)


if __name__ == "__main__":
    main()
