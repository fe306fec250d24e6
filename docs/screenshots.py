"""Take the screenshots of the documentation: `make screenshots`. Needs Chromium and MNIST."""

import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from benchmarks.browser import app, browser_page
from mnist_lab.network import get_preset
from mnist_lab.recipe import Recipe
from mnist_lab.runs import Command, RunState, RunStore, open_store
from mnist_lab.settings import Settings
from mnist_lab.ui.components.streamlit_dom import CANVAS_SURFACE

DOCS = Path(__file__).resolve().parent
FINISHED = {
    "small-cnn": Recipe(epochs=6, limit=12_000),
    "lenet-5": Recipe(epochs=6, limit=12_000),
    "too-much-dropout": Recipe(epochs=6, limit=12_000),
}
LIVE = Recipe(epochs=8)
SEVEN = ((90, 80), (160, 78), (230, 75), (215, 110), (200, 150), (175, 205), (150, 260))
"""Points of a seven, in pixels of the canvas."""


def main() -> None:
    """Train some networks in a temporary lab and take screenshots of its pages."""
    with (
        tempfile.TemporaryDirectory() as home,
        app(Path(home)) as lab,
        browser_page(1280, 860) as page,
    ):
        store = open_store(Settings(home=Path(home)))
        for name, recipe in FINISHED.items():
            run = store.create(get_preset(name).network, recipe)
            wait_for(page, store, run.id, lambda state, _epochs: state.is_ended)
        page.goto(f"{lab.address}/compose")
        screenshot_page(page, "compose", page.get_by_text("of memory, with a batch size"))
        live = store.create(get_preset("small-cnn").network, LIVE)
        wait_for(page, store, live.id, lambda _state, epochs: epochs >= 4)
        page.goto(f"{lab.address}/train?run={live.id}")
        screenshot_page(page, "train", page.get_by_text("test digits correct"))
        store.request(live.id, Command.STOP)
        wait_for(page, store, live.id, lambda state, _epochs: state.is_ended)
        for name, text in {"compare": "Which is better", "inspect": "Most confused"}.items():
            page.goto(f"{lab.address}/{name}")
            screenshot_page(page, name, page.get_by_text(text))
        for name, path in {"draw": "draw", "start": ""}.items():
            page.goto(f"{lab.address}/{path}")
            draw(page)
            screenshot_page(page, name, page.locator(".lab-reading-text").get_by_text("sure"))


def wait_for(page: Page, store: RunStore, run_id: str, reached: Callable[[RunState, int], bool]) -> None:
    """Wait until the run's state and number of finished epochs satisfy `reached`."""
    while True:
        run = store.get(run_id)
        if reached(run.state, run.epochs_done):
            return
        page.wait_for_timeout(200)


def screenshot_page(page: Page, name: str, sign: Locator) -> None:
    """Take a screenshot of the page once `sign`, which shows that it is complete, is visible."""
    expect(sign).to_be_visible(timeout=60_000)
    page.wait_for_timeout(2_000)
    page.screenshot(path=DOCS / f"{name}.png")


def draw(page: Page) -> None:
    """Draw a seven."""
    canvas = page.locator(CANVAS_SURFACE)
    expect(canvas).to_be_visible(timeout=60_000)
    page.wait_for_timeout(2_000)
    box = canvas.bounding_box()
    if box is None:
        raise RuntimeError("The canvas is not on the page.")
    scale = box["width"] / 320
    for index, (x, y) in enumerate(SEVEN):
        page.mouse.move(box["x"] + scale * x, box["y"] + scale * y, steps=8)
        if index == 0:
            page.mouse.down()
    page.mouse.up()


if __name__ == "__main__":
    main()
