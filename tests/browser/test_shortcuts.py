"""No keyboard shortcut acts while the user types; elsewhere they do."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from mnist_lab.runs import RunStore
from mnist_lab.ui.components.streamlit_dom import SCRIPT_RUNS_NOT
from tests.pages.ended_runs import ended


def layers(page: Page) -> Locator:
    # An open list of options hides them from the roles.
    return page.locator(".lab-layers button.main")


def wait_for_scripts(page: Page) -> None:
    """Wait until the browser has the scripts of all elements: until then React may hide those that have the focus."""
    page.wait_for_selector(SCRIPT_RUNS_NOT)
    page.wait_for_timeout(2000)


def with_one_layer_more(page: Page, lab: str) -> int:
    """Compose after a layer was added; returns the number of layers."""
    page.goto(f"{lab}/compose")
    expect(layers(page).first).to_be_visible()
    wait_for_scripts(page)
    before = layers(page).count()
    page.get_by_role("button", name="Add dropout").click()
    expect(layers(page)).to_have_count(before + 1)
    return before + 1


def name(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Name of the network")


def number(page: Page) -> Locator:
    layers(page).first.click()
    return page.get_by_role("spinbutton", name="Filters")


def choice(page: Page) -> Locator:
    layers(page).first.click()
    return page.get_by_role("combobox", name="Activation")


def pasted(page: Page) -> Locator:
    page.get_by_role("button", name="Import").click()
    return page.get_by_role("textbox", name="Or paste its text")


def editable(page: Page) -> Locator:
    page.evaluate(
        """() => {
          const node = document.createElement("p");
          node.contentEditable = "true";
          node.id = "editable";
          node.textContent = "some text";
          node.style = "position: fixed; top: 0; left: 0; z-index: 9999999";
          document.body.prepend(node);
        }"""
    )
    return page.locator("#editable")


@pytest.mark.parametrize("field", [name, number, choice, pasted, editable])
def test_undo_while_typing_takes_no_layer_away(page: Page, lab: str, field: Callable[[Page], Locator]) -> None:
    count = with_one_layer_more(page, lab)
    field(page).click()
    page.keyboard.type("12")
    for keys in ("Control+z", "Meta+z"):
        page.keyboard.press(keys)
        page.wait_for_timeout(700)
        expect(layers(page)).to_have_count(count)


def test_redo_while_typing_adds_no_layer(page: Page, lab: str) -> None:
    count = with_one_layer_more(page, lab)
    page.keyboard.press("Control+z")
    expect(layers(page)).to_have_count(count - 1)
    number(page).click()
    page.keyboard.type("12")
    page.keyboard.press("Control+Shift+z")
    page.wait_for_timeout(700)
    expect(layers(page)).to_have_count(count - 1)


def test_undo_and_redo_act_elsewhere(page: Page, lab: str) -> None:
    count = with_one_layer_more(page, lab)
    page.keyboard.press("Control+z")
    expect(layers(page)).to_have_count(count - 1)
    page.keyboard.press("Control+Shift+z")
    expect(layers(page)).to_have_count(count)
    page.keyboard.press("Meta+z")
    expect(layers(page)).to_have_count(count - 1)


def test_what_was_typed_is_taken_back_by_the_browser_itself(page: Page, lab: str) -> None:
    with_one_layer_more(page, lab)
    field = name(page)
    before = field.input_value()
    field.click()
    page.keyboard.press("End")
    page.keyboard.type("xyz")
    page.keyboard.press("Control+z")
    expect(field).to_have_value(before)


@pytest.mark.parametrize(("path", "fields"), [("train", ["Name of the run", "Epochs"]), ("compare", ["Find"])])
def test_keys_typed_into_the_fields_of_other_pages_run_nothing(
    page: Page, lab: str, store: RunStore, path: str, fields: list[str]
) -> None:
    ended(store)
    page.goto(f"{lab}/{path}")
    page.get_by_label(fields[0]).first.wait_for()
    wait_for_scripts(page)
    page.evaluate(
        """(done) => {
          window.labRuns = 0;
          new MutationObserver(() => {
            labRuns += document.querySelector(done) === null;
          }).observe(document.body, { subtree: true, attributes: true });
        }""",
        SCRIPT_RUNS_NOT,
    )
    for field in fields:
        found = page.locator("input").and_(page.get_by_label(field)).first
        found.click()
        for key in ("r", "c", "Control+z"):
            page.keyboard.press(key)
            page.wait_for_timeout(500)
            assert page.evaluate("labRuns") == 0, (field, key)
            expect(page.get_by_role("dialog")).to_have_count(0)
            expect(found).to_be_focused()
        # What was typed would be sent with the next click.
        page.keyboard.press("ControlOrMeta+a")
        page.keyboard.press("Backspace")


def test_undo_in_the_picker_of_networks_takes_no_stroke_away(page: Page, lab: str, store: RunStore) -> None:
    ended(store)
    page.goto(f"{lab}/draw")
    canvas = page.locator(".lab-canvas .upper-canvas")
    expect(canvas).to_be_visible()
    page.wait_for_timeout(1000)
    box = canvas.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 50, box["y"] + 50)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 200, steps=5)
    page.mouse.up()
    undo = page.get_by_role("button", name="Undo")
    expect(undo).to_be_enabled()
    page.get_by_role("combobox", name="Network").click()
    page.keyboard.type("a")
    page.keyboard.press("Control+z")
    page.wait_for_timeout(500)
    # The open list hides the rest of the page from the roles.
    page.keyboard.press("Escape")
    expect(undo).to_be_enabled()
    page.get_by_role("slider", name="Pen size").focus()
    page.keyboard.press("Control+z")
    expect(undo).to_be_disabled()
