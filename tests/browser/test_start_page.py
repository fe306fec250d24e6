"""Start in a real browser: the whole lab on one screen, and a network that reads while it learns."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from mnist_lab.network import PRESETS
from mnist_lab.recipe import Recipe
from mnist_lab.runs import RunStore
from mnist_lab.ui.components import streamlit_dom as dom
from mnist_lab.ui.session.ui_state import setup_link
from mnist_lab.ui.start.tour_steps import STEPS
from tests.pages.ended_runs import ended

SEVEN = ((90, 80), (160, 78), (230, 75), (215, 110), (200, 150), (175, 205), (150, 260))
"""Points of a seven, in pixels of the canvas."""
READ_AFTER = "document.querySelector('.lab-reading-by').textContent.match(/after ([0-9.]+)/)?.[1]"
FRAMED = """(selector) => {
  const [frame, target] = [".lab-tour-frame", selector].map((s) => document.querySelector(s).getBoundingClientRect());
  const isAround = frame.left < target.left && frame.right > target.right && frame.top < target.top;
  return isAround && target.bottom < frame.bottom && frame.width < target.width + 30;
}"""
IN_VIEW = """(selector) => {
  const { top, bottom, left, right } = document.querySelector(selector).getBoundingClientRect();
  return top >= 0 && left >= 0 && bottom <= innerHeight && right <= innerWidth;
}"""


def open_page(page: Page, address: str, width: int = 1280, height: int = 720) -> None:
    page.set_viewport_size({"width": width, "height": height})
    page.goto(address)
    expect(page.locator(f"{dom.by_key('start-curve')} .main-svg").first).to_be_visible()
    expect(page.locator(dom.CANVAS_SURFACE)).to_be_visible()


def draw(page: Page) -> None:
    """Draw a seven."""
    box = page.locator(dom.CANVAS_SURFACE).bounding_box()
    assert box is not None
    for index, (x, y) in enumerate(SEVEN):
        page.mouse.move(box["x"] + x, box["y"] + y, steps=8)
        if index == 0:
            page.mouse.down()
    page.mouse.up()


def test_everything_is_on_one_screen_and_on_a_phone_the_canvas_comes_first(page: Page, lab: str) -> None:
    open_page(page, lab)
    parts = ["start-presets", "start-diagram", "start-train-card", "start-curve", "start-draw"]
    for part in parts:
        page.wait_for_function(IN_VIEW, arg=dom.by_key(part))
    scrolled = page.locator(dom.MAIN).evaluate("(node) => node.scrollHeight - node.clientHeight")
    assert scrolled <= 1
    expect(page.get_by_role("button", name="Train this network")).to_be_in_viewport()

    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_function(IN_VIEW, arg=dom.by_key("start-draw"))
    tops = [page.locator(dom.by_key(part)).bounding_box() for part in ("start-draw", "start-presets", "start-curve")]
    heights = [top["y"] for top in tops if top is not None]
    assert heights == sorted(heights)
    assert len(heights) == 3


def test_a_card_changes_the_network_and_change_it_leads_to_compose_with_it(page: Page, lab: str) -> None:
    open_page(page, lab)
    page.get_by_role("button", name=re.compile("^LeNet-5")).click()
    expect(page.get_by_role("heading", name="LeNet-5")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^LeNet-5"))).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Change it").click()

    expect(page).to_have_title("Compose · MNIST Lab")
    expect(page.get_by_role("textbox", name="Name of the network")).to_have_value("LeNet-5")


def test_the_tour_is_taken_or_skipped_and_never_offered_again(page: Page, lab: str) -> None:
    open_page(page, lab)
    card = page.get_by_role("dialog", name="Tour of this page")
    page.get_by_role("button", name="Take the tour").click()
    for number, step in enumerate(STEPS, 1):
        expect(card).to_contain_text(f"{number} of 5")
        expect(card).to_contain_text(step.text)
        page.wait_for_function(FRAMED, arg=dom.by_key(step.key))
        page.keyboard.press("Enter")
    expect(card).to_be_hidden()
    expect(page.locator(".lab-tour-frame")).to_be_hidden()

    open_page(page, lab)
    expect(page.get_by_role("button", name="Take the tour")).to_be_hidden()
    page.evaluate("() => localStorage.clear()")
    open_page(page, lab)
    page.get_by_role("button", name="Take the tour").click()
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    expect(page.get_by_role("button", name="Take the tour")).to_be_hidden()


@pytest.mark.slow
def test_a_digit_is_read_by_a_network_while_it_learns(
    page: Page, start_app: Callable[..., AbstractContextManager[str]], data_settings: dict[str, str], tmp_path: Path
) -> None:
    # So many epochs that it is still at it whenever the test looks, on any machine.
    link = setup_link(PRESETS["tiny"].network, Recipe(epochs=400, limit=2000, precision="float32"))
    with start_app(tmp_path, data_settings, MNIST_LAB_REFERENCE="true") as address:
        open_page(page, f"{address}/?n={link}")
        draw(page)
        reading = page.locator(".lab-reading")
        expect(reading).to_contain_text("read by Reader", timeout=120_000)
        page.get_by_role("button", name="Train this network").click()
        expect(reading).to_contain_text(re.compile(r"read by Tiny, after \d+\.\d epochs"), timeout=120_000)
        first = epochs_read(page)
        page.wait_for_function(f"(first) => Number({READ_AFTER}) > first", arg=first, timeout=60_000)
        page.get_by_role("button", name="Stop").click()
        expect(reading).to_contain_text(re.compile(r"read by Tiny, \d+\.\d\d %"), timeout=120_000)
        expect(page.locator(dom.by_key("start-figures"))).to_contain_text("test accuracy of Tiny")
        run = page.url.partition("run=")[2][:8]
        assert not (tmp_path / "runs" / run / "live").exists()
        page.get_by_role("button", name="Look closer").click()
        expect(page).to_have_title("Train · MNIST Lab")
        expect(page.get_by_role("heading", name="Tiny").first).to_be_visible()


def epochs_read(page: Page) -> float:
    """After how many epochs the network was that has read the drawing last."""
    found = re.search(r"after ([\d.]+) epochs", page.locator(".lab-reading").inner_text())
    assert found is not None
    return float(found[1])


def test_a_stroke_is_sent_to_the_reader_and_clear_takes_the_bars_away(page: Page, lab: str, store: RunStore) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "live/reading" in request.url else None)
    run = ended(store, preset="small-cnn")
    open_page(page, f"{lab}/?run={run.id}")
    draw(page)
    # The run has no weights: the reader says so, and the page stays as it is.
    expect(page.locator(".lab-reading")).to_contain_text("weights", timeout=240_000)
    assert any(f"run={run.id}&pen=" in url for url in asked)
    page.get_by_role("button", name="Clear").click()
    expect(page.locator(".lab-reading")).to_contain_text("Draw a digit, 0 to 9")
