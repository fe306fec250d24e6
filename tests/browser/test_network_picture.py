"""The picture of a network in a browser: readable at every width, and every layer within reach of the keyboard."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from mnist_lab.network import PRESETS, Activation, BatchNormalization, Conv2D, MaxPooling2D, Network, link_from_network
from mnist_lab.ui.components import streamlit_dom as dom

LONG = Network(
    name="Long",
    layers=tuple(
        layer
        for n in range(16)
        for layer in (
            Conv2D(filters=8 * (n // 4 + 1) + n, padding="same"),
            BatchNormalization(),
            Activation(activation="relu"),
            *([MaxPooling2D()] if n in (5, 10) else [Conv2D(filters=8 + n, padding="same")]),
        )
    ),
)
WIDTHS = (390, 640, 768, 1280, 1920)
SMALLEST_TEXT = """(diagram) => {
  const svg = diagram.querySelector("svg");
  const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
  const size = (text) => parseFloat(getComputedStyle(text).fontSize) * scale;
  return Math.min(...[...svg.querySelectorAll("text")].map(size));
}"""
# Texts of which one is drawn over another, or over the edge of the picture.
COLLISIONS = """(diagram) => {
  const texts = [...diagram.querySelectorAll("text")].filter((text) => text.textContent);
  const boxes = texts.map((text) => [text.textContent, text.getBoundingClientRect()]);
  const picture = diagram.querySelector("svg").getBoundingClientRect();
  const outside = boxes.filter(([, box]) => box.left < picture.left || box.right > picture.right);
  const crossing = boxes.filter(([, a], index) => boxes.slice(index + 1).some(([, b]) =>
    a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 4 && b.top < a.bottom - 4));
  return [...outside, ...crossing].map(([text]) => text);
}"""


def open_compose(page: Page, lab: str, network: Network) -> Locator:
    page.goto(f"{lab}/compose?n={link_from_network(network)}")
    diagram = page.locator(".lab-network-diagram")
    expect(diagram.locator("svg")).to_be_visible()
    page.wait_for_selector(dom.SCRIPT_RUNS_NOT)
    return diagram


@pytest.mark.parametrize("network", [PRESETS["champion"].network, LONG], ids=lambda network: network.name)
def test_text_is_never_smaller_than_twelve_pixels_and_a_wide_screen_needs_no_scrolling(
    page: Page, lab: str, network: Network
) -> None:
    diagram = open_compose(page, lab, network)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        # 640 is a screen of 1280 at 200 %.
        page.wait_for_function(
            "([diagram, may]) => diagram.scrollWidth <= diagram.clientWidth || may",
            arg=[diagram.element_handle(), width < 640],
        )
        assert diagram.evaluate(SMALLEST_TEXT) >= 12, width
        assert diagram.evaluate(COLLISIONS) == [], width
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"), width
    # Larger text, as for a projector, enlarges that of the picture as well.
    page.evaluate("() => { document.documentElement.style.fontSize = '20px'; }")
    page.set_viewport_size({"width": 1100, "height": 800})
    page.wait_for_function(f"(diagram) => ({SMALLEST_TEXT})(diagram) >= 15", arg=diagram.element_handle())


def test_folded_layers_open_and_a_layer_is_chosen_with_the_keyboard(page: Page, lab: str) -> None:
    page.set_viewport_size({"width": 1000, "height": 800})
    diagram = open_compose(page, lab, LONG)
    fold = diagram.get_by_role("button", name=re.compile("folded"))
    first = fold.first.get_attribute("data-first")
    fold.first.focus()
    page.keyboard.press("Enter")
    expect(fold).to_have_count(0)
    expect(diagram.locator("[data-index]")).to_have_count(64)
    opened = diagram.locator(f'[data-index="{first}"]')
    expect(opened).to_be_focused()
    expect(opened).to_be_in_viewport()
    stroke = "(block) => getComputedStyle(block.querySelector('rect')).strokeWidth"
    assert float(str(opened.evaluate(stroke)).removesuffix("px")) >= 2
    # A layer far to the right is scrolled to.
    last = diagram.get_by_role("button", name="Layer 63, activation relu")
    last.focus()
    expect(last).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(last).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Fold the layers again").click()
    expect(diagram.locator(".fold.selected")).to_have_count(1)


def test_a_preset_is_chosen_in_the_gallery_with_the_keyboard(page: Page, lab: str) -> None:
    diagram = open_compose(page, lab, Network(name="Mine"))
    page.get_by_role("button", name="Start from").click()
    gallery = page.get_by_role("dialog")
    for group in ("Start here", "Ideas", "Records", "The notebook"):
        expect(gallery.get_by_role("heading", name=group)).to_be_visible()
    card = gallery.get_by_role("button", name=re.compile("^LeNet-5, read cheques in 1998, .*61.7 k parameters$"))
    card.focus()
    page.keyboard.press("Enter")
    expect(gallery).to_be_hidden()
    expect(diagram.locator("[data-index]")).to_have_count(7)
    page.get_by_role("button", name="Start from").click()
    expect(gallery.locator('[aria-pressed="true"]')).to_have_attribute("data-name", "lenet-5")
    page.keyboard.press("Escape")
    expect(gallery).to_be_hidden()
    page.locator(dom.by_key("undo")).get_by_role("button").click()
    expect(diagram.locator("[data-index]")).to_have_count(0)


@pytest.mark.parametrize("kernel", [3, 40])
def test_the_button_that_changes_the_network_is_at_the_right_edge_of_its_card(
    page: Page, lab: str, kernel: int
) -> None:
    network = Network(name="Sound or broken", layers=(Conv2D(filters=8, kernel_size=(kernel, kernel)),))
    page.goto(f"{lab}/train?n={link_from_network(network)}")
    button = page.get_by_role("button", name="Change the network")
    expect(button).to_be_visible()
    card = page.locator(dom.by_key("train-network")).bounding_box()
    place = button.bounding_box()
    assert card is not None
    assert place is not None
    assert card["x"] + card["width"] - place["x"] - place["width"] < 40
