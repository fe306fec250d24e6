"""Inspect in a real browser: a click or a key on the confusion matrix shows its images, and the address names them."""

import numpy as np
from playwright.sync_api import Page, expect

from mnist_lab.data import load_mnist_sample
from mnist_lab.runs import RunStore
from mnist_lab.ui.components import streamlit_dom as dom
from tests.pages.ended_runs import ended


def focused(page: Page) -> str:
    return str(page.evaluate("() => document.activeElement.ariaLabel ?? document.activeElement.textContent"))


def test_a_click_a_key_and_a_link_show_the_images_of_a_cell(page: Page, lab: str, store: RunStore) -> None:
    dataset = load_mnist_sample()
    run = ended(store, "Confused", dataset=dataset, wrong=200)
    sevens = int(np.sum(dataset.test_labels[:200] == 7))
    title = page.locator(dom.by_key("images-head")).get_by_role("heading")
    page.set_viewport_size({"width": 1280, "height": 720})
    page.goto(f"{lab}/inspect?run={run.id}")
    expect(title).to_have_text("All mistakes · 200 images")

    # A click: the images are in view, and the focus is at their title.
    page.get_by_role("button", name=f"7 read as 8: {sevens} images").click()
    expect(title).to_have_text(f"7 read as 8 · {sevens} images")
    expect(title).to_be_focused()
    expect(title).to_be_in_viewport()
    image = page.get_by_role("img", name="A 7, read as 8, 91 %").first
    expect(image).to_be_in_viewport()
    page.wait_for_function("() => location.search.includes('true=7&read=8')")
    link = page.url
    page.get_by_role("button", name="Show all mistakes").click()
    expect(title).to_have_text("All mistakes · 200 images")
    page.get_by_role("button", name="Page 2", exact=True).click()
    page.wait_for_function("() => location.search.includes('sheet=2')")
    page.go_back()
    # While the pager is replaced, both are there.
    expect(page.locator("[aria-label='Page 1'][aria-current=page]")).to_have_count(1)
    page.go_back()
    expect(title).to_have_text(f"7 read as 8 · {sevens} images")
    page.go_forward()
    expect(title).to_have_text("All mistakes · 200 images")

    # Keys: one stop of Tab for the matrix, arrows inside it, Enter chooses.
    cell = page.get_by_role("button", name=f"7 read as 8: {sevens} images")
    cell.focus()
    page.keyboard.press("ArrowLeft")
    assert focused(page).startswith("7 read correctly: ")
    page.keyboard.press("ArrowUp")
    assert focused(page) == "6 read as 7: " + f"{int(np.sum(dataset.test_labels[:200] == 6))} images"
    page.keyboard.press("Home")
    assert focused(page) == "6 read as 0: none"
    page.keyboard.press("Enter")
    page.keyboard.press("Shift+Tab")
    assert "read" not in focused(page)
    page.keyboard.press("Tab")
    assert focused(page) == "6 read as 0: none"
    page.keyboard.press("Tab")
    assert focused(page) == "Error rate per digit in the glossary"
    page.keyboard.press("Tab")
    assert focused(page).startswith("Digit 0: ")
    page.keyboard.press("Enter")
    expect(title).to_have_text("0 read as another digit · " + f"{int(np.sum(dataset.test_labels[:200] == 0))} images")
    expect(title).to_be_focused()

    # The link in another window, on a phone.
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(link)
    expect(title).to_have_text(f"7 read as 8 · {sevens} images")
    expect(title).to_be_in_viewport()
    expect(image).to_be_visible()
    expect(page.get_by_role("button", name=f"7 read as 8: {sevens} images")).to_have_attribute("aria-pressed", "true")
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
    table = page.get_by_role("grid").bounding_box()
    assert table is not None
    assert table["x"] >= 0
    assert table["x"] + table["width"] <= 390
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
