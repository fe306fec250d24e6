"""A drawing is kept with the digit that was meant, once, and can be taken back: in the browser."""

import pytest
from playwright.sync_api import Page, expect

from mnist_lab.runs import RunStore
from mnist_lab.ui.components import streamlit_dom as dom
from tests.browser.page_states import SEVEN, wait_until_drawn
from tests.pages.ended_runs import ended

KEEPER = ".lab-keeper button"


@pytest.fixture(scope="module", autouse=True)
def _finished(store: RunStore) -> None:
    """Without any network that could read, nothing is drawn."""
    ended(store, "Reads what is kept")


def draw(page: Page, *, end: int) -> None:
    box = page.locator(dom.CANVAS_SURFACE).bounding_box()
    assert box is not None
    scale = box["width"] / 320
    for index, (x, y) in enumerate([*SEVEN[:-1], (150, end)]):
        page.mouse.move(box["x"] + scale * x, box["y"] + scale * y, steps=3)
        if index == 0:
            page.mouse.down()
    page.mouse.up()


def test_a_drawing_is_kept_once_and_the_next_one_can_be_kept_again(page: Page, lab: str) -> None:
    page.goto(f"{lab}/draw")
    wait_until_drawn(page)
    buttons = page.locator(KEEPER)
    expect(buttons).to_have_count(10)
    expect(buttons.nth(7)).to_be_disabled()
    draw(page, end=260)
    expect(buttons.nth(7)).to_be_enabled()
    buttons.nth(7).press("Enter")
    expect(page.get_by_text("Kept as 7")).to_be_visible()
    expect(buttons.nth(7)).to_be_disabled()
    page.locator(f"{dom.by_key('kept-drawing-undo')} button").click()
    expect(page.get_by_text("Kept as 7")).to_have_count(0)
    expect(buttons.nth(7)).to_be_enabled()
    buttons.nth(7).click()
    expect(page.get_by_text("Kept as 7")).to_be_visible()
    # The notice lies over the page, and goes with the drawing that it is about.
    picker = page.get_by_role("combobox", name="Network").bounding_box()
    draw(page, end=230)
    expect(buttons.nth(1)).to_be_enabled()
    expect(page.get_by_text("Kept as 7")).to_be_hidden()
    assert page.get_by_role("combobox", name="Network").bounding_box() == picker
    page.get_by_role("link", name="Handwriting").click()
    expect(page.locator(".lab-drawings .cell")).to_have_count(1)
    expect(page.locator(".lab-drawings .cell").first).to_have_attribute("aria-label", "7, by you")


def test_a_press_that_is_lost_on_the_way_is_sent_again(page: Page, lab: str) -> None:
    page.goto(f"{lab}/draw")
    wait_until_drawn(page)
    draw(page, end=200)
    button = page.locator(KEEPER).nth(3)
    expect(button).to_be_enabled()
    # As while the connection is broken.
    page.evaluate(
        """() => {
          const keeper = document.querySelector(".lab-keeper").labKeeper;
          const { send } = keeper;
          keeper.send = () => { keeper.send = send; };
        }"""
    )
    button.click()
    expect(page.get_by_text("Kept as 3")).to_be_visible()
    expect(button).to_have_attribute("aria-pressed", "true")
    page.locator(f"{dom.by_key('kept-drawing-undo')} button").click()
    expect(page.get_by_text("Kept as 3")).to_have_count(0)
