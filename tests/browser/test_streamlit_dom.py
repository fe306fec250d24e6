"""Every assumption of `streamlit_dom` about Streamlit's page, checked against the running app.

Run these tests first after an upgrade of Streamlit. Each checks that a selector still matches and that the effect it is
used for is still there.
"""

import ast
import re
import time
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, WebSocketRoute, expect

from mnist_lab.charts import PALETTES
from mnist_lab.handwriting import Collection
from mnist_lab.network import PRESETS, Conv2D, Network, link_from_network
from mnist_lab.recipe import Recipe
from mnist_lab.runs import MACHINE, Run, RunStore
from mnist_lab.ui.components import streamlit_dom as dom
from tests.handwriting.drawn import drawn
from tests.pages.ended_runs import ended

PACKAGE = Path(dom.__file__).resolve().parents[2]
REM = 16
"""Pixels of a `rem`."""
LAYOUT = "() => [...document.querySelectorAll('*')].map((node) => node.getBoundingClientRect().bottom).join()"


@pytest.fixture(scope="module", autouse=True)
def finished(store: RunStore) -> Run:
    """A finished run, for pages that show none without one."""
    return ended(store)


def go(page: Page, address: str, width: int = 1280, height: int = 720) -> None:
    """Open a page and wait until it is drawn and nothing moves any more."""
    page.set_viewport_size({"width": width, "height": height})
    page.goto(address)
    # Before the script has begun, it does not run either.
    page.locator(dom.PAGE).wait_for()
    page.wait_for_selector(dom.SCRIPT_RUNS_NOT)
    # Streamlit fetches the scripts of many elements, our style among them, only when the page has them.
    page.locator(dom.by_key("translation-guard")).wait_for(state="hidden")
    before = ""
    while (now := page.evaluate(LAYOUT)) != before:
        before = now
        page.wait_for_timeout(700)


def box(found: Locator) -> dict[str, float]:
    """The only match's `x`, `y`, `width` and `height`, and its `right` and `bottom`."""
    expect(found).to_have_count(1)
    measured: Any = found.bounding_box()
    assert measured is not None
    return {**measured, "right": measured["x"] + measured["width"], "bottom": measured["y"] + measured["height"]}


def css(found: Locator, name: str) -> str:
    value: str = found.evaluate("(node, name) => getComputedStyle(node).getPropertyValue(name)", name)
    return value


def pixels(length: str) -> float:
    return REM * float(length.removesuffix("rem"))


def in_view(page: Page, selector: str, width: int) -> list[dict[str, float]]:
    """The boxes of all matches that lie within the screen's width; a hidden menu lies beyond its left edge."""
    boxes: list[Any] = [found.bounding_box() for found in page.locator(selector).filter(visible=True).all()]
    return [found for found in boxes if found is not None and 0 <= found["x"] < width]


def test_every_name_of_the_module_is_checked() -> None:
    here = Path(__file__)
    # The notice about the data set needs apps of its own; presentation mode and the focus have tests of their own.
    others = ("test_notices.py", "test_presentation.py", "test_focus.py")
    files = (here, *(here.with_name(name) for name in others))
    sources = [path.read_text(encoding="utf-8") for path in files]
    attributes = [node for text in sources for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Attribute)]
    checked = {node.attr for node in attributes if isinstance(node.value, ast.Name) and node.value.id == "dom"}
    assert {name for name in checked if not name.startswith("_")} == {name for name in vars(dom) if name[0] != "_"}


def test_the_lab_uses_no_other_variables_of_the_theme() -> None:
    texts = [path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*") if path.suffix in {".py", ".js"}]
    assert {name for text in texts for name in re.findall(r"--st-[a-z-]+", text)} == set(dom.THEME_VARIABLES)


@pytest.mark.parametrize(("width", "empty"), [(1280, dom.EMPTY_TOP), (390, dom.EMPTY_TOP_NARROW)])
def test_the_page_begins_right_below_the_header(page: Page, lab: str, width: int, empty: str) -> None:
    go(page, f"{lab}/draw", width)
    top, header = box(page.locator(dom.PAGE))["y"], pixels(dom.HEADER_HEIGHT)
    assert header <= top <= header + 1.5 * REM
    page.locator(dom.PAGE).evaluate("(node) => { node.style.marginTop = '0'; }")
    assert box(page.locator(dom.PAGE))["y"] == pytest.approx(top + pixels(empty), abs=1)


def test_the_content_fills_the_screen_above_the_foot(page: Page, lab: str) -> None:
    go(page, f"{lab}/glossary")
    page.get_by_role("searchbox").fill("no term at all")
    content, foot = box(page.locator(dom.CONTENT)), box(page.get_by_role("link", name="Glossary"))
    assert content["height"] >= 720 - 13 * REM
    assert content["bottom"] <= foot["y"] < foot["bottom"] <= 720


def test_a_hidden_title_leaves_no_gap(page: Page, lab: str) -> None:
    go(page, f"{lab}/compose")
    hidden = page.locator(dom.HIDDEN_TITLE_WRAPPER)
    assert css(hidden, "position") == "absolute"
    assert box(hidden)["height"] <= 1
    expect(hidden.get_by_role("heading", level=1)).to_have_count(1)


def test_a_wide_screen_shows_streamlits_menu_in_its_header(page: Page, lab: str) -> None:
    go(page, f"{lab}/draw", dom.MENU_MIN_WIDTH)
    expect(page.locator(dom.MENU_LINK).last).to_be_visible()
    links = in_view(page, dom.MENU_LINK, dom.MENU_MIN_WIDTH)
    assert len(links) == 6
    assert all(link["y"] + link["height"] <= pixels(dom.HEADER_HEIGHT) for link in links)
    expect(page.locator(dom.NARROW_MENU)).to_be_hidden()


def test_a_narrow_screen_shows_our_menu_instead(page: Page, lab: str) -> None:
    width = dom.MENU_MIN_WIDTH - 1
    go(page, f"{lab}/draw", width)
    assert in_view(page, dom.MENU_LINK, width) == []
    arrow = page.locator(dom.MENU_ARROW)
    expect(arrow).to_have_count(1)
    assert css(arrow, "display") == "none"
    found = page.locator(dom.NARROW_MENU).get_by_role("link")
    expect(found).to_have_count(6)
    links = [box(link) for link in found.all()]
    assert len({link["y"] for link in links}) == 1
    assert links == sorted(links, key=lambda link: link["x"])


@pytest.mark.parametrize(
    ("width", "run_stacked", "setup_stacked"),
    [(900, True, True), (901, False, True), (1100, False, True), (1101, False, False)],
)
def test_columns_are_stacked_where_they_have_no_room(
    page: Page, lab: str, width: int, run_stacked: bool, setup_stacked: bool
) -> None:
    go(page, f"{lab}/train", width, 1000)
    columns = page.locator(dom.STACKED_COLUMN)
    expect(page.locator(dom.SETUP_COLUMN)).to_have_count(2)
    # Two of the next training, two of the run shown.
    expect(columns).to_have_count(4)
    boxes = [box(column) for column in columns.all()]
    for (left, right), stacked in ((boxes[:2], setup_stacked), (boxes[2:], run_stacked)):
        assert (right["y"] >= left["bottom"]) is stacked
        assert (right["x"] >= left["right"]) is not stacked


BELOW = """([lower, upper]) => {
  const [below, above] = [lower, upper].map((selector) => document.querySelector(selector).getBoundingClientRect());
  return below.top >= above.bottom;
}"""


def long_network() -> str:
    """The address of Compose with a network of which no block repeats, so that its list is long."""
    layers = [Conv2D(filters=filters, kernel_size=1) for filters in range(4, 24)]
    return f"compose?n={link_from_network(Network(layers=tuple(layers)))}"


def test_the_network_diagram_stays_below_the_header(page: Page, lab: str) -> None:
    go(page, f"{lab}/{long_network()}", height=800)
    wrapper = page.locator(dom.DIAGRAM_WRAPPER)
    before = box(wrapper)["y"]
    assert before > pixels(dom.HEADER_HEIGHT)
    scrolled = page.locator(dom.MAIN).evaluate("(main) => { main.scrollBy(0, 400); return main.scrollTop; }")
    assert scrolled > before
    assert box(wrapper)["y"] == pytest.approx(pixels(dom.HEADER_HEIGHT), abs=1)
    assert box(page.locator(dom.DIAGRAM))["y"] == pytest.approx(pixels(dom.HEADER_HEIGHT), abs=1)
    # Content that scrolls below it must not be visible.
    assert css(wrapper, "background-color") != "rgba(0, 0, 0, 0)"


def test_keys_name_elements_and_the_form_sticks_below_the_diagram(page: Page, lab: str) -> None:
    go(page, f"{lab}/{long_network()}", height=800)
    expect(page.locator(dom.LAYER_FORMS)).to_have_count(0)
    page.locator(f"{dom.DIAGRAM} .fold").first.click()
    page.locator(f"{dom.DIAGRAM} [data-index]").last.click()
    form = page.locator(f"{dom.LAYER_FORM}-19")
    expect(form).to_have_count(1)
    expect(page.locator(dom.LAYER_FORMS)).to_have_count(1)
    expect(form.get_by_role("spinbutton", name="Filters")).to_be_visible()
    # However far the page is scrolled, the form begins below the diagram and ends above the window's lower edge.
    wrapper = page.locator(dom.SIDE_WRAPPER)
    for distance in (0, 200, 5_000):
        page.locator(dom.MAIN).evaluate("(main, top) => main.scrollTo(0, top)", distance)
        # The page learns of the picture's new height a moment later.
        page.wait_for_function(BELOW, arg=[dom.SIDE_WRAPPER, dom.DIAGRAM])
        assert box(form)["y"] == pytest.approx(box(wrapper)["y"], abs=1)
        # At first the toolbar is above it.
        assert distance == 0 or box(wrapper)["bottom"] <= 800


def test_the_cost_has_an_element_around_it_which_is_gone_beside_a_form(page: Page, lab: str) -> None:
    go(page, f"{lab}/compose")
    expect(page.locator(dom.COST_WRAPPER)).to_be_visible()
    page.locator(f"{dom.DIAGRAM} [data-index]").first.click()
    expect(page.locator(dom.COST_WRAPPER)).to_be_hidden()


def test_links_buttons_and_fields_of_streamlit_have_our_ring_and_an_open_popover_is_found(page: Page, lab: str) -> None:
    go(page, f"{lab}/compose")
    assert page.locator(f"{dom.OWN_COMPONENT} .lab-network-diagram").count() == 1
    page.locator(dom.by_key("import-0")).get_by_role("button").press("Enter")
    expect(page.locator(dom.POPOVER)).to_be_visible()
    button = page.locator(dom.POPOVER_BUTTON)
    expect(button).to_have_accessible_name(re.compile("Import"))
    assert css(button, "outline-style") == "solid"
    page.locator(dom.MENU_LINK).first.focus()
    assert css(page.locator(dom.MENU_LINK).first, "outline-style") == "solid"
    go(page, f"{lab}/train")
    toolbar = page.locator(dom.ELEMENT_TOOLBAR).first
    assert css(toolbar, "opacity") == "0"
    toolbar.get_by_role("button").first.focus()
    expect(toolbar).to_have_css("opacity", "1")


def test_components_know_the_colours_of_the_page(page: Page, lab: str) -> None:
    page.emulate_media(color_scheme="light")
    go(page, f"{lab}/compose")
    diagram = page.locator(f"{dom.DIAGRAM} .lab-network-diagram")
    assert all(css(diagram, name).strip() for name in dom.THEME_VARIABLES)
    light = css(diagram, dom.BACKGROUND)
    page.emulate_media(color_scheme="dark")
    ours = "(node) => node.style.getPropertyValue('--lab-background')"
    page.wait_for_function(
        f"(node) => ({ours})(node) === '{PALETTES['dark']['background']}'", arg=diagram.element_handle()
    )
    assert css(diagram, dom.BACKGROUND) != light


def test_the_prediction_is_beside_the_canvas_or_below_it(page: Page, lab: str) -> None:
    pad, answer = page.locator(".lab-canvas-pad"), page.locator(dom.DRAW_ANSWER)
    go(page, f"{lab}/draw")
    assert box(answer)["x"] >= box(pad)["right"]
    expect(answer.get_by_role("combobox", name="Network")).to_have_count(1)
    go(page, f"{lab}/draw", 700)
    assert box(answer)["y"] >= box(pad)["bottom"]
    assert box(answer)["width"] >= 340


def test_the_canvas_takes_the_mouse_and_reports_at_a_click(page: Page, lab: str) -> None:
    go(page, f"{lab}/draw")
    frame = page.locator(dom.by_key("canvas"))
    surface, send = frame.locator(dom.CANVAS_SURFACE), frame.locator(dom.CANVAS_SEND)
    # It is shown larger than it is drawn, with all that is around it, and takes the mouse where it is shown.
    assert box(surface)["width"] == box(surface)["height"] == box(page.locator(".lab-canvas-pad"))["width"] > 320
    assert frame.locator(dom.CANVAS_BOXES).count() == 8
    assert surface.evaluate("(node) => [node.width, node.height]") == [320, 320]
    expect(frame.locator(dom.CANVAS_STROKES)).to_have_count(1)
    expect(send).to_have_count(1)
    expect(frame.locator(dom.CANVAS_TOOLBAR)).to_be_hidden()
    # As the package's own events of the mouse would: they draw, and the click reports it.
    surface.evaluate(
        """(node) => {
          const { x, y } = node.getBoundingClientRect();
          const fire = (type, at) => node.dispatchEvent(
            new MouseEvent(type, { clientX: x + at, clientY: y + at, bubbles: true, composed: true }));
          fire("mousedown", 40); fire("mousemove", 90); fire("mouseup", 90);
        }"""
    )
    assert page.locator(".lab-canvas").evaluate("(node) => node.labCanvas.strokes.length") == 0
    send.evaluate("(button) => button.click()")
    assert page.locator(".lab-canvas").evaluate("(node) => node.labCanvas.strokes.length") == 1
    drawn = page.locator(".lab-canvas").evaluate("(node) => node.labCanvas.strokes[0].width")
    assert drawn == pytest.approx(50 * 320 / box(surface)["width"], abs=2)


def test_the_old_page_is_stale_until_the_next_one_is_drawn(page: Page, lab: str) -> None:
    def slowly(browser: WebSocketRoute) -> None:
        server = browser.connect_to_server()
        # Otherwise the browser may receive the whole page before it draws for the next time.
        server.on_message(lambda message: (time.sleep(0.05), browser.send(message)))

    page.route_web_socket(re.compile("/_stcore/stream"), slowly)
    go(page, f"{lab}/compose")
    page.evaluate(
        """([stale, done]) => {
          window.labSeen = { stale: false, running: false };
          new MutationObserver(() => {
            labSeen.stale ||= document.querySelector(stale) !== null;
            labSeen.running ||= document.querySelector(done) === null;
          }).observe(document.body, { subtree: true, childList: true, attributes: true });
        }""",
        [dom.STALE, dom.SCRIPT_RUNS_NOT],
    )
    page.locator(dom.MENU_LINK).filter(has_text="Compare").click()
    expect(page.locator(dom.by_key("compare-table"))).to_be_visible()
    page.wait_for_selector(dom.SCRIPT_RUNS_NOT)
    assert page.evaluate("labSeen") == {"stale": True, "running": True}
    expect(page.locator(dom.STALE)).to_have_count(0)


def test_an_open_dialog_is_found(page: Page, lab: str, finished: Run) -> None:
    go(page, f"{lab}/compare?runs={finished.id}")
    expect(page.locator(dom.DIALOG)).to_have_count(0)
    page.get_by_role("button", name="Rename").click()
    expect(page.locator(dom.DIALOG)).to_contain_text("Rename this run")
    page.keyboard.press("Escape")
    expect(page.locator(dom.DIALOG)).to_have_count(0)


def test_a_container_names_the_runs_that_it_is_about(page: Page, lab: str, store: RunStore) -> None:
    runs = [ended(store, name, wrong=wrong) for name, wrong in (("One", 1), ("Two", 30))]
    go(page, f"{lab}/compare?runs={runs[0].id},{runs[1].id}")
    line = page.locator(dom.ABOUT_RUNS)
    expect(line).to_have_count(1)
    names = line.evaluate("(node) => [...node.classList]")
    (about,) = [name for name in names if name.startswith(dom.ABOUT_RUNS_CLASS)]
    assert set(about.removeprefix(dom.ABOUT_RUNS_CLASS).split("-")) == {run.id for run in runs}
    assert dom.by_key(dom.about_runs("a", "b")) == f".{dom.ABOUT_RUNS_CLASS}a-b"
    assert dom.by_key("a") == f".{dom.KEY_CLASS}a"


def test_a_number_is_increased_by_its_button(page: Page, lab: str) -> None:
    go(page, f"{lab}/compose")
    figure = page.locator(dom.METRIC_VALUE).first
    before = figure.inner_text()
    page.get_by_role("button", name="Edit layer 1").click()
    page.locator(f"{dom.LAYER_FORMS} {dom.STEP_UP}").first.click()
    expect(figure).not_to_have_text(before)


def test_the_figures_of_inspect_are_smaller(page: Page, lab: str) -> None:
    go(page, f"{lab}/inspect")
    figures = page.locator(f"{dom.INSPECT_HEAD} {dom.METRIC_VALUE}")
    expect(figures).to_have_count(3)
    assert css(figures.first, "font-size") == f"{1.5 * REM:g}px"


def test_the_figures_of_the_collection_are_smaller(page: Page, lab: str, store: RunStore) -> None:
    collection = Collection(store.db)
    kept = collection.keep([drawn(1)], MACHINE).added
    go(page, f"{lab}/handwriting")
    figures = page.locator(f"{dom.HANDWRITING_HEAD} {dom.METRIC_VALUE}")
    expect(figures).to_have_count(3)
    assert css(figures.first, "font-size") == f"{1.5 * REM:g}px"
    collection.delete(kept, MACHINE)


def test_a_popover_a_red_button_and_a_toast_are_found(page: Page, lab: str, store: RunStore) -> None:
    queued = store.create(PRESETS["tiny"].network, Recipe(), name="Deleted elsewhere")
    # Without its feed, the page does not see that the run is gone.
    page.route("**/live?*", lambda route: route.abort())
    go(page, f"{lab}/train?run={queued.id}")
    # The run's progress is as wide as its row leaves it.
    assert box(page.locator(dom.RUN_PROGRESS_WRAPPER))["width"] > 600
    page.set_viewport_size({"width": 500, "height": 720})
    expect(page.locator(dom.RUN_PROGRESS_WRAPPER)).to_have_css("min-width", "min(320px, 100%)")
    page.set_viewport_size({"width": 1280, "height": 720})
    cancel = page.get_by_role("button", name="Cancel", exact=False).filter(has=page.locator(dom.COLOURED_TEXT))
    cancel.click()
    expect(page.locator(dom.POPOVER)).to_contain_text("You can bring it back for a day.")
    store.delete(queued.id)
    page.get_by_role("button", name="Cancel this run").click()
    expect(page.locator(dom.TOAST)).to_be_visible()


def test_on_start_the_canvas_is_beside_the_network_or_above_it(page: Page, lab: str) -> None:
    go(page, lab)
    assert page.locator(dom.by_key_prefix("start-")).count() > 5
    lab_part, drawing, curve = (box(page.locator(part)) for part in (dom.START_LAB, dom.START_DRAW, dom.START_CURVE))
    assert lab_part["right"] < drawing["x"]
    assert lab_part["x"] < curve["x"] < curve["right"] < lab_part["right"]
    assert box(page.locator(dom.START_FIGURES))["right"] < curve["x"]
    assert box(page.locator(dom.START_PAD_WRAPPER))["x"] == pytest.approx(drawing["x"], abs=1)
    # The page ends where its content does: the empty space below it is taken away.
    assert css(page.locator(dom.PAGE_WITH_START), "margin-bottom") == f"-{pixels(dom.EMPTY_BOTTOM):g}px"
    assert page.locator(dom.MAIN).evaluate("(node) => node.scrollHeight - node.clientHeight") <= 1
    page.set_viewport_size({"width": dom.MENU_MIN_WIDTH - 1, "height": 720})
    page.wait_for_function(
        "([canvas, lab]) => document.querySelector(canvas).getBoundingClientRect().bottom <="
        " document.querySelector(lab).getBoundingClientRect().top",
        arg=[dom.START_DRAW, dom.START_LAB],
    )
