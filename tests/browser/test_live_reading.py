"""Reading while the pen is down, in a real browser."""

import base64
import io
import json
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, Route, expect

from mnist_lab.drawing import normalize_drawing, open_picture
from mnist_lab.runs import Run, RunStore
from mnist_lab.ui.components import streamlit_dom as dom
from tests.browser.pen_strokes import FOUR, SEVEN, Point, on_screen
from tests.pages.ended_runs import ended

DIGIT = ".lab-reading-digit"
IS_READ = """() => {
  const { reader } = document.querySelector(".lab-reading").labReading;
  return document.labDrawing.number === reader.read && !document.labDrawing.isMoving;
}"""
LOWER_CANVAS = f"(node) => node.querySelector('{dom.CANVAS_STROKES}').toDataURL()"


@pytest.fixture(scope="module", autouse=True)
def finished(store: RunStore) -> Run:
    return ended(store)


class Reader:
    """In place of the server's reader: it reads a seven, or what `digit` is, and can hold its answers back."""

    def __init__(self, page: Page) -> None:
        self.digit = 7
        self.pictures: list[bytes] = []
        self._held: list[Route] | None = None
        self.most_at_once = 0
        page.route(re.compile("/live/reading"), self._on_request)

    def hold(self) -> None:
        self._held = []

    @property
    def waiting(self) -> int:
        """Requests that wait for their answer."""
        return len(self._held or ())

    def release(self) -> None:
        held, self._held = self._held or [], None
        for route in held:
            self._answer(route)

    def _on_request(self, route: Route) -> None:
        png = route.request.post_data_buffer
        if not png:  # it only has the network loaded
            self._answer(route)
            return
        self.pictures.append(png)
        if self._held is None:
            self._answer(route)
        else:
            self._held.append(route)
            self.most_at_once = max(self.most_at_once, len(self._held))

    def _answer(self, route: Route) -> None:
        values = [0.91 if digit == self.digit else 0.01 for digit in range(10)]
        answer = {"number": str(self.digit), "text": f"{self.digit}, quite sure (91 %)", "by": "A run"}
        body = json.dumps({**answer, "bars": [{"probabilities": values, "labels": [""] * 10}]})
        route.fulfill(status=200, content_type="application/json", body=body)


class Pen:
    """A mouse on the canvas."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def down(self, *points: Point) -> None:
        """Draw a line and leave the pen down."""
        first, *others = self._placed(points)
        self._page.mouse.move(*first)
        self._page.mouse.down()
        for point in others:
            self._page.mouse.move(*point, steps=3)

    def move(self, *points: Point) -> None:
        for point in self._placed(points):
            self._page.mouse.move(*point, steps=3)

    def up(self) -> None:
        self._page.mouse.up()

    def _placed(self, points: tuple[Point, ...]) -> list[tuple[float, float]]:
        return next(on_screen([points], *canvas_box(self._page)))


def canvas_box(page: Page) -> tuple[float, float, float]:
    box = page.locator(dom.CANVAS_SURFACE).bounding_box()
    assert box is not None
    return box["x"], box["y"], box["width"]


def ink_of(png: bytes) -> int:
    """Pixels with ink."""
    grey = np.asarray(Image.open(io.BytesIO(png)).convert("L"), np.int16)
    return int((abs(grey - grey[0, 0]) > 80).sum())


def open_draw(page: Page, address: str) -> None:
    page.goto(f"{address}/draw")
    expect(page.locator(dom.CANVAS_SURFACE)).to_be_visible()
    expect(page.locator(".lab-reading")).to_contain_text("Draw a digit from 0 to 9")


def test_the_bars_follow_the_pen_while_it_is_down_and_no_script_runs(page: Page, lab: str) -> None:
    reader, pen = Reader(page), Pen(page)
    open_draw(page, lab)
    sent: list[object] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    page.reload()
    expect(page.locator(dom.CANVAS_SURFACE)).to_be_visible()
    page.wait_for_selector(dom.SCRIPT_RUNS_NOT)
    sent.clear()

    pen.down(*SEVEN[0][:9])
    expect(page.locator(DIGIT)).to_have_text("7")
    before = len(reader.pictures)
    reader.digit = 4
    pen.move(*SEVEN[0][9:])
    expect(page.locator(DIGIT)).to_have_text("4")
    assert page.locator(".lab-reading-column.lab-best b").inner_text() == "4"
    assert len(reader.pictures) > before
    assert not sent, "the page's script has heard nothing"
    pen.up()
    # What a screen reader hears is told once, when the pen is up.
    expect(page.get_by_role("status").filter(has_text="4, quite sure")).to_have_count(1)


def test_one_request_is_under_way_and_the_newest_drawing_is_next(page: Page, lab: str) -> None:
    reader, pen = Reader(page), Pen(page)
    open_draw(page, lab)
    reader.hold()
    pen.down(*SEVEN[0][:4])
    page.wait_for_function("() => document.querySelector('.lab-reading').labReading.reader.isAsking")
    pen.move(*SEVEN[0][4:])
    pen.up()
    assert (reader.waiting, reader.most_at_once) == (1, 1)
    reader.release()
    page.wait_for_function(IS_READ)
    assert len(reader.pictures) == 2, "what was drawn between the first and the last was never asked"
    first, last = map(ink_of, reader.pictures)
    assert last > 2 * first


def test_the_picture_of_a_finished_drawing_is_the_canvas_itself(page: Page, lab: str) -> None:
    reader, pen = Reader(page), Pen(page)
    open_draw(page, lab)
    for stroke in FOUR:
        pen.down(*stroke)
        pen.up()
    page.wait_for_function(IS_READ)
    canvas = base64.b64decode(page.locator(".lab-canvas").evaluate(LOWER_CANVAS).partition(",")[2])
    sent, shown = (normalize_drawing(open_picture(png), pen_width=20) for png in (reader.pictures[-1], canvas))
    assert sent is not None
    assert shown is not None
    np.testing.assert_array_equal(sent.pixels, shown.pixels)


def test_the_picture_of_a_stroke_under_way_has_the_strokes_before_it(page: Page, lab: str) -> None:
    reader, pen = Reader(page), Pen(page)
    open_draw(page, lab)
    pen.down(*FOUR[0])
    pen.up()
    page.wait_for_function(IS_READ)
    pen.down(*FOUR[1])
    page.wait_for_function(
        "() => document.labDrawing.number === document.querySelector('.lab-reading').labReading.reader.read"
    )
    under_way = reader.pictures[-1]
    pen.up()
    page.wait_for_function(IS_READ)
    first, during, finished = (ink_of(png) for png in (reader.pictures[0], under_way, reader.pictures[-1]))
    assert first < during
    assert during == pytest.approx(finished, rel=0.02)


def test_clear_takes_the_bars_away_at_once_and_a_late_answer_changes_nothing(page: Page, lab: str) -> None:
    reader, pen = Reader(page), Pen(page)
    open_draw(page, lab)
    pen.down(*SEVEN[0])
    pen.up()
    expect(page.locator(DIGIT)).to_have_text("7")
    reader.hold()
    pen.down(*FOUR[1])
    pen.up()
    page.wait_for_function("() => document.querySelector('.lab-reading').labReading.reader.isAsking")
    page.get_by_role("button", name="Clear").click()
    expect(page.locator(".lab-reading")).to_contain_text("Draw a digit from 0 to 9")
    reader.release()
    page.wait_for_function("() => !document.querySelector('.lab-reading').labReading.reader.isAsking")
    expect(page.locator(DIGIT)).to_have_text("")
    assert page.locator(".lab-reading-column.lab-best").count() == 0


def test_undo_has_what_is_left_read_again(page: Page, lab: str) -> None:
    reader, pen = Reader(page), Pen(page)
    open_draw(page, lab)
    for stroke in FOUR:
        pen.down(*stroke)
        pen.up()
    page.wait_for_function(IS_READ)
    reader.digit = 1
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(DIGIT)).to_have_text("1")


def test_a_reading_that_failed_is_asked_again(page: Page, lab: str) -> None:
    open_draw(page, lab)
    failures = iter([503, 413])

    def fail_twice(route: Route) -> None:
        if (status := next(failures, None)) is None:
            route.fallback()
        else:
            route.fulfill(status=status)

    Reader(page)
    page.route(re.compile("/live/reading"), fail_twice)
    Pen(page).down(*SEVEN[0])
    Pen(page).up()
    expect(page.locator(DIGIT)).to_have_text("7")


@pytest.fixture
def touched(browser: Browser) -> Iterator[Page]:
    """A phone."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    context.set_default_timeout(60_000)
    yield context.new_page()
    context.close()


def test_on_a_phone_canvas_and_answer_are_in_sight_together(touched: Page, lab: str) -> None:
    reader = Reader(touched)
    open_draw(touched, lab)
    touch(touched, SEVEN)
    touched.wait_for_function(IS_READ)
    assert reader.pictures
    for part in (".lab-canvas-pad", DIGIT, ".lab-reading-bars"):
        expect(touched.locator(part)).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (1920, 1080)])
def test_in_a_presentation_canvas_and_answer_fill_the_screen(page: Page, lab: str, width: int, height: int) -> None:
    Reader(page)
    page.set_viewport_size({"width": width, "height": height})
    page.goto(f"{lab}/draw?present=1")
    expect(page.locator(dom.CANVAS_SURFACE)).to_be_visible()
    Pen(page).down(*SEVEN[0])
    Pen(page).up()
    expect(page.locator(DIGIT)).to_have_text("7")
    for part in (".lab-canvas-pad", DIGIT, ".lab-reading-bars"):
        expect(page.locator(part)).to_be_in_viewport(ratio=1)
    assert canvas_box(page)[2] > 0.6 * height
    digit = page.locator(DIGIT).bounding_box()
    assert digit is not None
    assert digit["height"] > 0.25 * height, "it is read from the last row"


def touch(page: Page, strokes: tuple[tuple[Point, ...], ...], *, lift: bool = True) -> None:
    """Draw with a finger."""
    cdp = page.context.new_cdp_session(page)

    def send(kind: str, *points: tuple[float, float]) -> None:
        fingers = [{"x": x, "y": y, "radiusX": 10, "radiusY": 10, "id": 1} for x, y in points]
        cdp.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": fingers})

    for stroke in on_screen(strokes, *canvas_box(page)):
        send("Start", stroke[0])
        for point in stroke[1:]:
            send("Move", point)
        if lift:
            send("End")


@pytest.mark.slow
def test_a_real_network_reads_while_the_pen_is_down(
    page: Page,
    touched: Page,
    start_app: Callable[..., AbstractContextManager[str]],
    data_settings: dict[str, str],
    tmp_path: Path,
) -> None:
    with start_app(tmp_path, data_settings, MNIST_LAB_REFERENCE="true") as address:
        open_draw(page, address)
        Pen(page).down(*SEVEN[0])
        expect(page.locator(DIGIT)).to_have_text("7", timeout=240_000)
        Pen(page).up()
        expect(page.locator(".lab-reading-text")).to_have_text(re.compile("^7, quite sure"))

        open_draw(touched, address)
        touch(touched, SEVEN, lift=False)
        expect(touched.locator(DIGIT)).to_have_text("7", timeout=120_000)
