"""Presentation mode: begun by a switch or a link, remembered by the browser, left by the same switch or by Escape."""

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from mnist_lab.charts.palette import PALETTES, PRESENTATION_PALETTES
from mnist_lab.network import get_preset
from mnist_lab.recipe import Recipe
from mnist_lab.runs import Run, RunStore
from mnist_lab.runs.snapshot_files import write_snapshot
from mnist_lab.ui.components import streamlit_dom as dom
from tests.browser.page_states import settle, wait_until_drawn
from tests.pages.ended_runs import ended
from tests.snapshots import snapshot

SWITCH = "button[aria-label='Presentation mode']"
PLOT = f"{dom.by_key('compare-plot')} .js-plotly-plot"
CHART = """(selector) => {
  const plot = document.querySelector(selector);
  const { data, layout } = plot._fullData ? { data: plot._fullData, layout: plot._fullLayout } : plot;
  const lines = data.filter((trace) => trace.mode?.includes("lines")).map((trace) => trace.line.width);
  return { text: layout.xaxis.tickfont.size, line: Math.max(...lines), height: layout.height };
}"""
# Notes, before each frame that the browser paints, whether the page shows something and is not presented yet.
WATCH_FLASH = f"""window.labFlash = 0;
const look = () => {{
  const shown = document.querySelector('{dom.PAGE} h1, {dom.PAGE} h2');
  if (shown && !document.documentElement.classList.contains('{dom.PRESENTING_CLASS}')) labFlash += 1;
  requestAnimationFrame(look);
}};
requestAnimationFrame(look);"""


@pytest.fixture(scope="module", autouse=True)
def finished(store: RunStore) -> Run:
    """A finished run with curves and pictures."""
    run = ended(store, "Shown to a class")
    write_snapshot(store.folder(run.id).snapshots, snapshot(1))
    return run


def is_presented(page: Page) -> bool:
    presented: bool = page.evaluate("(name) => document.documentElement.classList.contains(name)", dom.PRESENTING_CLASS)
    return presented


def chart(page: Page) -> dict[str, Any]:
    page.wait_for_function("(selector) => document.querySelector(selector)?._fullLayout?.xaxis", arg=PLOT)
    found: dict[str, Any] = page.evaluate(CHART, PLOT)
    return found


def test_the_switch_enlarges_a_page_in_place_and_is_remembered(page: Page, lab: str, finished: Run) -> None:
    page.goto(f"{lab}/compare?runs={finished.id}")
    wait_until_drawn(page)
    before = chart(page)
    page.locator(PLOT).evaluate("(node) => { node.labSame = true; }")
    switch = page.locator(SWITCH)
    expect(switch).to_have_attribute("aria-pressed", "false")
    expect(page.locator(dom.HEADER)).to_be_visible()
    page.keyboard.press("Tab")
    switch.press("Enter")
    # The keyboard leads on from where it was.
    expect(switch).to_be_focused()
    expect(switch).to_have_attribute("aria-pressed", "true")
    expect(page.locator("html")).to_have_css("font-size", "24px")
    expect(page.locator(dom.HEADER)).to_be_hidden()
    expect(page.locator(dom.NARROW_MENU)).to_be_visible()
    # What a class need not see leaves no gap.
    hidden = page.locator(f"{dom.LAYOUT_WRAPPER}:has(> {dom.by_key('compare-actions')})")
    expect(hidden).to_have_count(1)
    expect(hidden).to_be_hidden()
    page.wait_for_function(f"(selector) => ({CHART})(selector).text >= 18", arg=PLOT)
    after = chart(page)
    assert after["line"] >= 1.5 * before["line"]
    # Its figures are to be on the same screen; on a higher one it is higher than usually.
    size = page.viewport_size
    assert size is not None
    assert after["height"] <= 0.61 * size["height"]
    page.set_viewport_size({**size, "height": 1200})
    page.wait_for_function(f"([selector, height]) => ({CHART})(selector).height > height", arg=[PLOT, before["height"]])
    assert page.locator(PLOT).evaluate("(node) => node.labSame")
    # The whole width of the projector is used.
    width = page.locator(dom.PAGE).evaluate("(node) => node.clientWidth / innerWidth")
    assert width > 0.95
    assert "present=1" in page.url

    page.reload()
    wait_until_drawn(page)
    assert is_presented(page)
    other = page.context.new_page()
    other.goto(f"{lab}/draw")
    wait_until_drawn(other)
    assert is_presented(other)
    other.keyboard.press("Escape")
    assert not is_presented(other)
    other.reload()
    wait_until_drawn(other)
    assert not is_presented(other)
    assert "present" not in other.url


def test_a_link_presents_a_page_and_those_that_it_leads_to(page: Page, lab: str) -> None:
    page.add_init_script(WATCH_FLASH)
    page.goto(f"{lab}/draw?present=1")
    wait_until_drawn(page)
    assert is_presented(page)
    assert page.evaluate("labFlash") == 0
    page.locator(dom.NARROW_MENU).get_by_role("link", name="Train").click()
    page.wait_for_url("**/train?*present=1*")
    wait_until_drawn(page)
    assert is_presented(page)
    # A change of the address by the page itself keeps the parameter as well.
    page.locator(dom.NARROW_MENU).get_by_role("link", name="Compose").click()
    page.wait_for_url(lambda address: "n=" in address and "present=1" in address)
    wait_until_drawn(page)
    page.locator(SWITCH).click()
    expect(page.locator(dom.HEADER)).to_be_visible()
    page.wait_for_url(lambda address: "n=" in address and "present" not in address)


def test_the_switch_gives_way_to_what_is_below_it_on_a_scrolled_page(page: Page, lab: str, finished: Run) -> None:
    page.goto(f"{lab}/compare?runs={finished.id}&present=1")
    wait_until_drawn(page)
    switch = page.locator(SWITCH)
    expect(switch).to_have_css("opacity", "1")
    page.locator(dom.MAIN).evaluate("(main) => main.scrollTo(0, 300)")
    expect(switch).to_have_css("opacity", "0")
    expect(switch).to_have_css("pointer-events", "none")
    # By keyboard it can still be reached.
    page.keyboard.press("Tab")
    switch.focus()
    expect(switch).to_have_css("opacity", "1")
    page.locator(dom.MAIN).evaluate("(main) => main.scrollTo(0, 0)")
    expect(switch).to_have_css("pointer-events", "auto")


def test_escape_first_closes_what_is_open(page: Page, lab: str) -> None:
    page.goto(f"{lab}/draw?present=1")
    wait_until_drawn(page)
    expect(page.locator(dom.OVERLAY)).to_have_count(0)
    networks = page.get_by_role("combobox", name="Network")
    # Its list would close again while the page scrolls.
    networks.scroll_into_view_if_needed()
    settle(page)
    networks.click()
    expect(page.locator(dom.OVERLAY).first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(dom.OVERLAY)).to_have_count(0)
    assert is_presented(page)
    page.keyboard.press("Escape")
    assert not is_presented(page)


def test_the_mode_works_where_the_browser_stores_nothing(browser: Browser, lab: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.add_init_script(
        "Object.defineProperty(document, 'cookie', { get() { throw new Error(); }, set() { throw new Error(); } });"
    )
    page.goto(f"{lab}/draw")
    wait_until_drawn(page)
    page.locator(SWITCH).click()
    assert is_presented(page)
    page.locator(SWITCH).click()
    assert not is_presented(page)
    context.close()


def test_what_streamlit_draws_around_and_on_a_page_is_found(page: Page, lab: str, finished: Run) -> None:
    page.goto(f"{lab}/train?run={finished.id}")
    wait_until_drawn(page)
    header, switch, caption = page.locator(dom.HEADER), page.locator(SWITCH), page.locator(dom.CAPTION).first
    expect(header).to_have_css("height", "60px")
    expect(page.locator(dom.HEADER_RIGHT)).to_have_css("padding-right", "48px")
    expect(caption).to_have_css("opacity", "1")
    pale = caption.evaluate("(node) => getComputedStyle(node).color")
    # The switch is in the header, at its right.
    place = switch.bounding_box()
    assert place is not None
    assert place["y"] + place["height"] < 60
    assert place["x"] > 1200
    expect(page.locator(dom.PRESENTING)).to_have_count(0)
    switch.click()
    expect(page.locator(dom.PRESENTING)).to_have_count(1)
    expect(page.locator(dom.FRAME)).to_have_css("padding-left", "24px")
    expect(caption).to_have_css("color", "rgb(31, 41, 51)")
    assert pale != "rgb(31, 41, 51)"
    expect(page.locator(dom.CHOSEN_SEGMENT).first).to_have_css("color", "rgb(0, 75, 120)")
    expect(page.locator(dom.BADGE).first).to_have_css("color", "rgb(31, 41, 51)")


def test_colours_of_buttons_messages_and_icons(page: Page, lab: str) -> None:
    page.emulate_media(color_scheme="dark")
    page.goto(f"{lab}/train?run=nowhere")
    wait_until_drawn(page)
    expect(page.locator(dom.PRIMARY_BUTTON).first).to_have_css("color", "rgb(18, 22, 27)")
    expect(page.locator(dom.ALERT).first).to_contain_text("nowhere")
    expect(page.locator(dom.ICON).first).to_have_css("font-family", re.compile("Material"))


def test_a_button_that_destroys_something_is_red_all_over(page: Page, lab: str, store: RunStore) -> None:
    waiting = store.create(get_preset("tiny").network, Recipe(), name="In the way")
    page.emulate_media(color_scheme="light")
    page.goto(f"{lab}/train?run={waiting.id}")
    wait_until_drawn(page)
    red = page.locator(f"button:has({dom.COLOURED_TEXT})", has_text="Cancel").first
    usual, presented = (PALETTES["light"]["bad"], PRESENTATION_PALETTES["light-presentation"]["bad"])
    expect(red).to_have_css("border-top-color", rgb(usual))
    expect(red.locator(dom.COLOURED_TEXT)).to_have_css("color", rgb(usual))
    page.locator(SWITCH).click()
    expect(red.locator(dom.COLOURED_TEXT)).to_have_css("color", rgb(presented))
    store.delete(waiting.id)


def rgb(colour: str) -> str:
    return f"rgb({', '.join(str(part) for part in bytes.fromhex(colour[1:]))})"


def test_a_chart_is_higher(page: Page, lab: str, finished: Run) -> None:
    page.goto(f"{lab}/train?run={finished.id}&present=1")
    wait_until_drawn(page)
    around, plot = (
        page.locator(f"{dom.ELEMENT}:has(.lab-plot)").first.bounding_box(),
        page.locator(".lab-plot").first.bounding_box(),
    )
    assert around is not None
    assert plot is not None
    assert around["height"] >= plot["height"] > 300


# On other digits, their notice takes a line of the screen.
@pytest.mark.usefixtures("mnist_folder")
@pytest.mark.parametrize(("width", "height"), [(1280, 720), (1024, 768)])
def test_the_matrix_and_what_it_says_are_on_one_screen(page: Page, lab: str, width: int, height: int) -> None:
    page.set_viewport_size({"width": width, "height": height})
    page.goto(f"{lab}/inspect?present=1")
    wait_until_drawn(page)
    for part in ("table", ".rates", ".frequent li"):
        expect(page.locator(f".lab-confusion {part}").first).to_be_in_viewport(ratio=1)
    # The figures have room beside the picker, and the menu names the page.
    picker, figures = (page.locator(f"{dom.INSPECT_HEAD} > *").nth(index).bounding_box() for index in (0, 1))
    assert picker is not None
    assert figures is not None
    assert picker == page.locator(dom.INSPECT_PICKER).bounding_box()
    assert picker["y"] < figures["y"] + figures["height"] / 2 < picker["y"] + picker["height"]
    title = page.locator(dom.VISIBLE_TITLE_WRAPPER)
    expect(title).to_have_css("position", "absolute")
    page.locator(SWITCH).click()
    expect(title).to_have_css("position", "static")
    expect(title.get_by_role("heading", level=1)).to_be_in_viewport()
