"""The keyboard's focus: Tab reaches every control with a visible ring, and no action loses the focus."""

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from mnist_lab.network import PRESETS
from mnist_lab.recipe import Recipe
from mnist_lab.runs import RunStore
from mnist_lab.ui.components import streamlit_dom as dom
from tests.browser.fake_worker import FakeWorker
from tests.browser.page_states import DEFAULT_PAGE, PAGES, PageState, open_state, settle, wait_until_drawn
from tests.pages.ended_runs import ended

ACTIVE = """() => {
  let node = document.activeElement;
  while (node?.shadowRoot?.activeElement) node = node.shadowRoot.activeElement;
  if (!node || node === document.body) return null;
  const rings = [node, node.parentElement, node.querySelector(":scope > .halo"), node.querySelector(":scope > rect")];
  const shows = (part) => {
    const { outlineStyle, boxShadow, stroke } = getComputedStyle(part);
    return outlineStyle !== "none" || boxShadow !== "none" || (part.localName === "rect" && stroke !== "none");
  };
  const name = node.getAttribute("aria-label") ?? node.textContent;
  return { tag: node.localName, name: name.trim().slice(0, 80), ring: rings.some((part) => part && shows(part)) };
}"""
MOST_CONTROLS = 600
"""On one page; more presses of Tab would mean that it goes round in circles."""


def tabbed(page: Page, keys: str) -> list[dict[str, Any]]:
    """What has the focus after each press, from the beginning of the page to its end."""
    reached: list[dict[str, Any]] = []
    for _ in range(MOST_CONTROLS):
        page.keyboard.press(keys)
        active = page.evaluate(ACTIVE)
        if active is None:
            return reached
        reached.append(active)
    raise AssertionError(f"Tab never leaves the page: {reached[-3:]}")


def press(control: Locator, key: str = "Enter") -> None:
    """Press a key on a control, as somebody who has come there by keyboard."""
    control.page.keyboard.press("Tab")
    control.press(key)


@pytest.mark.parametrize("name", PAGES)
def test_tab_reaches_everything_with_a_ring_and_leads_out_in_both_directions(
    page: Page, lab: str, store: RunStore, name: str
) -> None:
    run = ended(store, f"Reached by keyboard on {name}")
    query = "" if name in {DEFAULT_PAGE, "compose", "glossary"} else "runs={run}" if name == "compare" else "run={run}"
    open_state(page, lab, PageState(name, "by keyboard", query), {"run": run.id})
    there = tabbed(page, "Tab")
    # The part that scrolls can have the focus, too: the arrow keys then scroll it.
    assert [one for one in there if not one["ring"] and one["tag"] != "main"] == []
    assert len(there) > 8
    assert len(tabbed(page, "Shift+Tab")) >= len(there) - 1


def test_a_button_that_is_disabled_by_its_own_action_hands_the_focus_on(page: Page, lab: str) -> None:
    page.goto(f"{lab}/compose")
    wait_until_drawn(page)
    page.get_by_role("button", name="Add dropout").click()
    undo, redo = (page.locator(dom.by_key(key)).get_by_role("button") for key in ("undo", "redo"))
    expect(undo).to_be_enabled()
    press(undo)
    expect(undo).to_be_disabled()
    expect(redo).to_be_focused()


def test_after_the_page_has_changed_the_focus_is_on_its_title(page: Page, lab: str) -> None:
    page.goto(lab)
    wait_until_drawn(page)
    press(page.get_by_role("button", name="Change it"))
    expect(page).to_have_title("Compose · MNIST Lab")
    expect(page.get_by_role("heading", name="Compose a network")).to_be_focused()


def test_tab_leads_into_an_open_popover_and_on_behind_its_button(page: Page, lab: str) -> None:
    page.goto(f"{lab}/compose")
    wait_until_drawn(page)
    button = page.locator(dom.by_key("import-0")).get_by_role("button")
    press(button)
    inside = page.locator(dom.POPOVER).get_by_role("button", name=re.compile("Upload$|Open this network"))
    expect(inside.first).to_be_visible()
    # What is in it comes part by part, and the first of it is meant.
    settle(page)
    page.keyboard.press("Tab")
    expect(inside.first).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(button).to_be_focused()
    inside.last.focus()
    page.keyboard.press("Tab")
    expect(page.locator(dom.by_key("export")).get_by_role("button")).to_be_focused()
    button.focus()
    page.keyboard.press("Escape")
    expect(page.locator(dom.POPOVER)).to_have_count(0)
    expect(button).to_be_focused()


def test_after_a_stop_the_focus_is_beside_the_button_that_is_gone(page: Page, lab: str, store: RunStore) -> None:
    for waiting in store.queue():
        store.delete(waiting.id)
    with FakeWorker(
        store, store.create(PRESETS["tiny"].network, Recipe(epochs=500), name="Stopped by keyboard")
    ) as worker:
        page.goto(f"{lab}/train?run={worker.run.id}")
        wait_until_drawn(page)
        press(page.get_by_role("button", name="Stop", exact=True))
        confirm = page.get_by_role("button", name="Stop it")
        expect(confirm).to_be_visible()
        expect(page.locator(dom.POPOVER_BUTTON)).to_be_focused()
        page.keyboard.press("Tab")
        expect(confirm).to_be_focused()
        page.keyboard.press("Enter")
        expect(confirm).to_have_count(0)
        page.wait_for_function(f"() => {{ const active = ({ACTIVE})(); return active && active.tag !== 'main'; }}")
        # Not at the end of the document, where the popover was.
        expect(page.locator(f"{dom.by_key('page-foot')} a:focus")).to_have_count(0)


def test_continue_leads_to_pause_and_back(page: Page, lab: str, store: RunStore) -> None:
    with FakeWorker(store, store.create(PRESETS["tiny"].network, Recipe(epochs=50), name="In turn")) as worker:
        page.goto(f"{lab}/train?run={worker.run.id}")
        pause, proceed = (page.get_by_role("button", name=name, exact=True) for name in ("Pause", "Continue"))
        press(pause)
        expect(proceed).to_be_focused()
        proceed.press("Enter")
        expect(pause).to_be_focused()


def test_renaming_begins_in_the_field(page: Page, lab: str, store: RunStore) -> None:
    run = ended(store, "To be renamed")
    page.goto(f"{lab}/compare?runs={run.id}")
    page.locator(dom.by_key("compare-rename")).get_by_role("button").click()
    expect(page.locator(dom.by_key(f"rename-{run.id}")).locator("input")).to_be_focused()


def test_after_runs_are_deleted_the_focus_is_on_undo(page: Page, lab: str, store: RunStore) -> None:
    run = ended(store, "Deleted by keyboard")
    page.goto(f"{lab}/compare?runs={run.id}")
    wait_until_drawn(page)
    press(page.locator(dom.by_key("compare-delete")).get_by_role("button"))
    press(page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True))
    undo = page.locator(dom.UNDO_DELETION)
    expect(undo).to_be_focused()
    page.keyboard.press("Enter")
    expect(undo).to_have_count(0)
    # On to the control beside it, or to the title: anywhere but nowhere.
    page.wait_for_function(f"() => ({ACTIVE})() !== null")
    assert store.get(run.id).id == run.id


def test_a_mouse_leaves_the_focus_alone(page: Page, lab: str) -> None:
    page.goto(f"{lab}/compose")
    wait_until_drawn(page)
    page.get_by_role("button", name="Add dropout").click()
    undo = page.locator(dom.by_key("undo")).get_by_role("button")
    undo.click()
    expect(undo).to_be_disabled()
    page.wait_for_timeout(1_000)
    assert page.evaluate(ACTIVE) is None


def test_clearing_the_canvas_leads_to_the_pen(page: Page, lab: str) -> None:
    page.goto(f"{lab}/draw")
    wait_until_drawn(page)
    surface = page.locator(dom.CANVAS_SURFACE)
    surface.hover(position={"x": 100, "y": 60})
    page.mouse.down()
    surface.hover(position={"x": 120, "y": 250})
    page.mouse.up()
    clear = page.get_by_role("button", name="Clear")
    expect(clear).to_be_enabled()
    press(clear)
    expect(clear).to_be_disabled()
    expect(page.get_by_role("slider", name=re.compile("Pen size"))).to_be_focused()
