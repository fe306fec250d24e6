"""The steps of a new user in a real browser, on MNIST or the MNIST sample: compose, train, draw, compare."""

import math
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from mnist_lab.ui.components.streamlit_dom import MENU_ARROW, by_key
from tests.browser.page_states import PAGE_TITLES

# Lengths of the training curves, without those of other charts.
POINTS = (
    "() => [...document.querySelectorAll('.js-plotly-plot')].flatMap((p) => p.data)"
    ".filter((t) => (t.name ?? '').startsWith('training')).map((t) => (t.x ?? []).length)"
)


@pytest.fixture(scope="module")
def address(
    start_app: Callable[..., AbstractContextManager[str]],
    data_settings: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """The URL of a newly started app with an empty store, on MNIST or the MNIST sample."""
    with start_app(tmp_path_factory.mktemp("home"), data_settings) as started:
        yield started


def longest_curve(page: Page) -> int:
    lengths: list[int] = page.evaluate(POINTS)
    return max(lengths, default=0)


# A digit 3: two arcs, one below the other.
THREE = [
    [
        (x + 90 * math.cos(angle), y + height * math.sin(angle))
        for x, y, height, first, last in ((240, 160, 80, -2.6, 1.5), (240, 340, 100, -1.5, 2.6))
        for angle in (first + (last - first) * step / 12 for step in range(13))
    ]
]


def draw(page: Page, strokes: list[list[tuple[float, float]]]) -> None:
    """Draw strokes, 0..500 on either axis, on the canvas of the Draw page."""
    canvas = page.locator("canvas").last
    expect(canvas).to_be_visible()
    page.wait_for_timeout(1000)
    box = canvas.bounding_box()
    assert box is not None
    for stroke in strokes:
        points = [(box["x"] + 40 + x / 500 * 240, box["y"] + 40 + y / 500 * 240) for x, y in stroke]
        page.mouse.move(*points[0])
        page.mouse.down()
        for x, y in points[1:]:
            page.mouse.move(x, y, steps=2)
        page.mouse.up()


def test_every_page_opens_by_its_url_and_loads_nothing_from_other_hosts(page: Page, address: str) -> None:
    hosts: set[str] = set()
    page.on("request", lambda request: hosts.add(request.url.split("/")[2] if "//" in request.url else ""))
    for path, title in {**PAGE_TITLES, "start": "Start"}.items():
        page.goto(f"{address}/{path}")
        expect(page).to_have_title(f"{title} · MNIST Lab")
        expect(page.get_by_text("Page not found")).to_have_count(0)
    assert hosts <= {address.split("/")[2], ""}


@pytest.mark.parametrize("first", [390, 1280])
def test_menu_and_canvas_are_completely_visible_at_every_width(page: Page, address: str, first: int) -> None:
    page.set_viewport_size({"width": first, "height": 800})
    page.goto(f"{address}/draw")
    expect(page.locator("canvas").last).to_be_visible()
    for width in (first, 640, 700, 768, 900, 1024):
        page.set_viewport_size({"width": width, "height": 800})
        page.wait_for_timeout(700)
        assert_menu_is_there_once(page, width)
        assert_canvas_is_visible(page, width)


def assert_menu_is_there_once(page: Page, width: int) -> None:
    for title in ("Start", "Compose", "Train", "Compare", "Draw", "Inspect"):
        # Streamlit's hidden menu lies beyond the left edge, where Playwright regards it as visible.
        boxes = [link.bounding_box() for link in page.get_by_role("link", name=title).filter(visible=True).all()]
        assert [box is not None and 0 <= box["x"] < width for box in boxes].count(True) == 1, (title, width)
    expect(page.locator(MENU_ARROW).filter(visible=True)).to_have_count(0)


def assert_canvas_is_visible(page: Page, width: int) -> None:
    frame = page.locator(by_key("canvas-frame")).bounding_box()
    pad = page.locator(".lab-canvas-pad").bounding_box()
    slider = page.get_by_role("slider", name="Pen size").bounding_box()
    assert frame is not None
    assert pad is not None
    assert slider is not None
    for box in (pad, slider):
        assert frame["x"] <= box["x"]
        assert box["x"] + box["width"] <= frame["x"] + frame["width"] <= width
    assert pad["width"] >= 320


def test_a_drawing_stays_when_its_page_is_left_and_ctrl_z_undoes_it(page: Page, address: str) -> None:
    undo = page.get_by_role("button", name="Undo")
    page.goto(f"{address}/draw")
    expect(page.get_by_text("Draw here")).to_be_visible()
    draw(page, [[(100, 100), (400, 400)]])
    expect(undo).to_be_enabled()
    expect(page.get_by_text("Draw here")).to_be_hidden()
    page.get_by_role("link", name="Compare").first.click()
    expect(page).to_have_title("Compare · MNIST Lab")
    page.get_by_role("link", name="Draw").first.click()
    expect(undo).to_be_enabled()
    page.keyboard.press("Control+z")
    expect(undo).to_be_disabled()
    expect(page.get_by_text("Draw here")).to_be_visible()


def test_a_network_is_composed_trained_used_and_compared(page: Page, address: str) -> None:
    page.goto(f"{address}/compose")
    diagram = page.locator(".lab-network-diagram svg")
    expect(diagram).to_be_visible()
    # Add a dropout layer: the diagram shows it at once.
    blocks = diagram.locator("[data-index]")
    before = blocks.count()
    page.get_by_role("button", name="Add dropout").click()
    expect(blocks).to_have_count(before + 1)
    link = page.url
    page.get_by_role("button", name="Go to training").click()

    # Train on a part of MNIST, or on the whole sample.
    expect(page).to_have_title("Train · MNIST Lab")
    page.get_by_role("combobox", name="Training images").click()
    page.get_by_role("option", name=re.compile(r"^(6,000|All 4,000)$")).click()
    page.get_by_role("spinbutton", name="Epochs").fill("20")
    page.get_by_role("spinbutton", name="Epochs").press("Enter")
    page.get_by_role("textbox", name="Name of the run").fill("<b>First</b> & best")
    page.get_by_role("textbox", name="Name of the run").press("Enter")
    page.get_by_role("button", name="Train this network").click()
    page.wait_for_function(f"() => ({POINTS})().some((n) => n >= 2)", timeout=90_000)
    first = longest_curve(page)
    page.evaluate("window.notReloaded = true")
    page.wait_for_function(f"() => ({POINTS})().some((n) => n > {first})", timeout=90_000)
    assert page.evaluate("window.notReloaded") is True
    watched = page.url
    expect(page.get_by_text("finished").first).to_be_visible(timeout=240_000)

    # A reload and a second window show the same run.
    page.goto(watched)
    expect(page.get_by_text("<b>First</b> & best").first).to_be_visible()
    assert "run=" in watched
    assert "n=" in link

    # Draw a three.
    page.goto(f"{address}/draw")
    draw(page, THREE)
    expect(page.locator(".lab-reading-digit")).to_have_text(re.compile("^[0-9]$"), timeout=60_000)

    # Compare: the table is shown.
    page.goto(f"{address}/compare")
    expect(page.locator(by_key("compare-table")).get_by_role("table")).to_be_visible()


def test_a_reference_run_predicts_a_drawing_without_mnist(
    page: Page, start_app: Callable[..., AbstractContextManager[str]], tmp_path: Path
) -> None:
    nowhere = {"MNIST_LAB_DATA": str(tmp_path)}
    with start_app(tmp_path, nowhere, MNIST_LAB_REFERENCE="true") as address:
        page.goto(f"{address}/draw")
        expect(page.get_by_role("combobox", name="Network")).to_have_value(re.compile("reference"))
        expect(page.get_by_role("button", name="Try again")).to_be_visible()
        draw(page, THREE)
        expect(page.locator(".lab-reading-text")).to_have_text(re.compile("^3, .*sure"), timeout=60_000)
        page.goto(f"{address}/compare")
        expect(page.get_by_role("button", name="CSV", exact=True)).to_be_visible()
        expect(page.locator(by_key("compare-table")).get_by_role("table")).to_be_visible()
