"""In a picture of paper, a person draws a box around the digit: with the mouse, and with the keyboard alone."""

import io

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Locator, Page, expect

from mnist_lab.runs import Run, RunStore
from mnist_lab.ui.components.streamlit_dom import SCRIPT_RUNS_NOT
from tests.pages.ended_runs import ended

WIDTH, HEIGHT = 600, 400
LEFT_DIGIT, RIGHT_DIGIT = (60, 60, 200, 340), (380, 60, 520, 340)
"""Left, top, right, bottom of two zeros."""


@pytest.fixture(scope="module", autouse=True)
def finished(store: RunStore) -> Run:
    """A finished run, without which nothing is read."""
    return ended(store)


@pytest.fixture
def picture_box(page: Page, lab: str) -> Locator:
    """The picture of two zeros on Draw; both are marked."""
    picture = Image.new("L", (WIDTH, HEIGHT), 255)
    for digit in (LEFT_DIGIT, RIGHT_DIGIT):
        ImageDraw.Draw(picture).ellipse(digit, outline=0, width=24)
    content = io.BytesIO()
    picture.save(content, "PNG")
    page.goto(f"{lab}/draw?view=photo")
    file = {"name": "zeros.png", "mimeType": "image/png", "buffer": content.getvalue()}
    page.locator("input[type=file]").set_input_files([file])
    box = page.locator(".lab-picture-box")
    expect(marked(box)).to_have_count(2)
    # The first reading starts a process that imports TensorFlow, which takes minutes on a machine that is very busy.
    page.wait_for_selector(SCRIPT_RUNS_NOT, timeout=240_000)
    return box


def marked(box: Locator) -> Locator:
    return box.locator("i:not(.lab-drawn)")


def test_the_mouse_draws_a_box_around_one_digit(page: Page, picture_box: Locator) -> None:
    picture_box.scroll_into_view_if_needed()
    edges = picture_box.bounding_box()
    assert edges is not None
    page.mouse.move(edges["x"] + 0.55 * edges["width"], edges["y"] + 0.05 * edges["height"])
    page.mouse.down()
    page.mouse.move(edges["x"] + 0.95 * edges["width"], edges["y"] + 0.95 * edges["height"], steps=3)
    expect(picture_box.locator(".lab-drawn")).to_have_count(1)
    page.mouse.up()
    expect(marked(picture_box)).to_have_count(1)
    frame = marked(picture_box).bounding_box()
    assert frame is not None
    assert abs((frame["x"] - edges["x"]) / edges["width"] - RIGHT_DIGIT[0] / WIDTH) < 0.02
    page.get_by_role("button", name="Look at the whole picture").click()
    expect(marked(page.locator(".lab-picture-box"))).to_have_count(2)


def test_the_keyboard_moves_and_enlarges_a_box(page: Page, picture_box: Locator) -> None:
    hint = page.get_by_text("Arrow keys move a box")
    expect(hint).to_be_hidden()
    page.get_by_role("button", name="Remove it").focus()
    page.keyboard.press("Tab")
    expect(picture_box).to_be_focused()
    expect(hint).to_be_visible()
    for key, times in (("ArrowLeft", 16), ("ArrowUp", 16), ("Shift+ArrowDown", 30)):
        for _ in range(times):
            page.keyboard.press(key)
    page.keyboard.press("Enter")
    expect(marked(picture_box)).to_have_count(1)
    frame, edges = marked(picture_box).bounding_box(), picture_box.bounding_box()
    assert frame is not None
    assert edges is not None
    assert abs((frame["x"] - edges["x"]) / edges["width"] - LEFT_DIGIT[0] / WIDTH) < 0.02
    assert frame["height"] > 0.6 * edges["height"]


def test_escape_gives_the_box_up(page: Page, picture_box: Locator) -> None:
    picture_box.focus()
    page.keyboard.press("ArrowRight")
    expect(picture_box.locator(".lab-drawn")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(picture_box.locator(".lab-drawn")).to_have_count(0)
    expect(marked(picture_box)).to_have_count(2)
