"""Drawing in a real browser: no stroke is lost on a slow machine, and fingers, pens and palms do what they should."""

import itertools
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, CDPSession, Locator, Page, WebSocketRoute, expect

from mnist_lab.runs import Run, RunStore
from mnist_lab.ui.components.streamlit_dom import SCRIPT_RUNS_NOT
from tests.pages.ended_runs import ended

SLOWDOWN = 6
"""How many times slower the browser's processor is."""
STROKES = (((60, 60), (60, 260)), ((160, 60), (160, 260)), ((260, 60), (260, 260)), ((60, 160), (260, 160)))
INK = """(node) => {
  const pixels = node.getContext("2d").getImageData(0, 0, node.width, node.height).data;
  const paper = pixels[0];
  let found = 0;
  for (let at = 0; at < pixels.length; at += 4) found += Math.abs(pixels[at] - paper) > 80;
  return found;
}"""


class Server:
    """The connection to the server; while it is held, the server's answers wait."""

    def __init__(self, page: Page) -> None:
        self._held: list[Any] | None = None
        self._browser: WebSocketRoute | None = None
        self._server: WebSocketRoute | None = None
        self._is_lost = False
        page.route_web_socket(re.compile("/_stcore/stream"), self._connect)

    def _connect(self, browser: WebSocketRoute) -> None:
        self._browser = browser
        self._server = browser.connect_to_server()
        self._server.on_message(self._answer)
        browser.on_message(self._ask)

    def lose(self) -> None:
        """From now on nothing that the browser sends arrives, until `find`."""
        self._is_lost = True

    def find(self) -> None:
        self._is_lost = False

    def _ask(self, message: Any) -> None:
        if not self._is_lost and self._server is not None:
            self._server.send(message)

    def _answer(self, message: Any) -> None:
        if self._held is not None:
            self._held.append(message)
        elif self._browser is not None:
            self._browser.send(message)

    def hold(self) -> None:
        self._held = []

    def release(self) -> None:
        # What arrives meanwhile waits behind what has been held.
        while self._held and self._browser is not None:
            self._browser.send(self._held.pop(0))
        self._held = None


@pytest.fixture(scope="module", autouse=True)
def finished(store: RunStore) -> Run:
    """A finished run, so that the page asks for a prediction after each stroke."""
    return ended(store)


@pytest.fixture
def server(page: Page) -> Server:
    return Server(page)


@pytest.fixture
def cdp(page: Page) -> CDPSession:
    return page.context.new_cdp_session(page)


@contextmanager
def slow_browser(cdp: CDPSession) -> Iterator[None]:
    cdp.send("Emulation.setCPUThrottlingRate", {"rate": SLOWDOWN})
    yield
    cdp.send("Emulation.setCPUThrottlingRate", {"rate": 1})


def open_draw(page: Page, lab: str) -> Locator:
    """The canvas of the Draw page, once it can be drawn on."""
    page.goto(f"{lab}/draw")
    canvas = page.locator(".lab-canvas .upper-canvas")
    expect(canvas).to_be_visible()
    return canvas


def place(canvas: Locator) -> tuple[float, float, float]:
    """Left, top, and screen pixels to a pixel of the canvas."""
    box = canvas.bounding_box()
    assert box is not None
    return box["x"], box["y"], box["width"] / 320


def draw(page: Page, canvas: Locator, *strokes: tuple[tuple[int, int], ...]) -> None:
    left, top, scale = place(canvas)
    for stroke in strokes:
        first, *others = [(left + scale * x, top + scale * y) for x, y in stroke]
        page.mouse.move(*first)
        page.mouse.down()
        for point in others:
            page.mouse.move(*point, steps=4)
        page.mouse.up()


def strokes(page: Page) -> int:
    """Strokes that the browser knows of."""
    number: int = page.locator(".lab-canvas").evaluate("(node) => node.labCanvas.strokes.length")
    return number


def ink(page: Page) -> int:
    """Pixels with ink on the canvas itself."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    number: int = page.locator(".lab-canvas .dc-canvas.lower-canvas").evaluate(INK)
    return number


def settled(page: Page) -> None:
    """Wait until the page has taken all answers of the server."""
    page.wait_for_timeout(500)
    # The first prediction starts a process that imports TensorFlow, which takes minutes on a machine that is very busy.
    page.wait_for_selector(SCRIPT_RUNS_NOT, timeout=240_000)
    page.wait_for_timeout(500)


def wait_until_reported(page: Page) -> None:
    """Wait until the server has the drawing: then the browser sends it no more."""
    page.locator(".lab-canvas").evaluate(
        """(node) => new Promise((done) => {
          const look = () => (node.labCanvas.sent === null ? done() : setTimeout(look, 50));
          look();
        })"""
    )


@pytest.mark.parametrize("drawn", [1, 4])
def test_strokes_begun_right_after_clear_stay(
    page: Page, lab: str, server: Server, cdp: CDPSession, drawn: int
) -> None:
    canvas = open_draw(page, lab)
    draw(page, canvas, STROKES[3])
    settled(page)
    with slow_browser(cdp):
        server.hold()
        page.get_by_role("button", name="Clear").click()
        draw(page, canvas, *STROKES[:drawn])
        server.release()
        settled(page)
    assert strokes(page) == drawn
    assert ink(page) >= 3000 * min(drawn, 3)


def test_clear_and_undo_act_while_the_server_is_silent(page: Page, lab: str, server: Server) -> None:
    canvas = open_draw(page, lab)
    canvas.evaluate("(node) => { node.labKept = true; }")
    settled(page)
    server.hold()
    draw(page, canvas, *STROKES[:3])
    three = ink(page)
    page.get_by_role("button", name="Undo").click()
    assert (strokes(page), ink(page) < three) == (2, True)
    page.keyboard.press("Control+z")
    assert strokes(page) == 1
    page.get_by_role("button", name="Clear").click()
    assert (strokes(page), ink(page)) == (0, 0)
    expect(page.get_by_text("Draw here")).to_be_visible()
    server.release()
    settled(page)
    assert (strokes(page), ink(page)) == (0, 0)
    assert canvas.evaluate("(node) => node.labKept"), "the canvas is the same one"


def test_no_stroke_is_lost_while_the_page_is_being_run(page: Page, lab: str, server: Server, cdp: CDPSession) -> None:
    canvas = open_draw(page, lab)
    with slow_browser(cdp):
        for stroke in STROKES:
            server.hold()
            draw(page, canvas, stroke)
            server.release()
    settled(page)
    assert strokes(page) == len(STROKES)
    wait_until_reported(page)


def test_a_stroke_that_the_answer_interrupts_goes_on(page: Page, lab: str, server: Server) -> None:
    canvas = open_draw(page, lab)
    server.hold()
    draw(page, canvas, STROKES[0])
    left, top, scale = place(canvas)
    page.mouse.move(left + 100, top + 30 * scale)
    page.mouse.down()
    page.mouse.move(left + 100, top + 150 * scale, steps=4)
    server.release()
    page.wait_for_timeout(1500)
    page.mouse.move(left + 100, top + 290 * scale, steps=4)
    page.mouse.up()
    settled(page)
    height = page.locator(".lab-canvas").evaluate("(node) => node.labCanvas.strokes[1].height")
    assert height == pytest.approx(260, abs=12)


def test_strokes_drawn_before_can_be_cleared_and_undone_after_a_visit_elsewhere(
    page: Page, lab: str, server: Server
) -> None:
    canvas = open_draw(page, lab)
    draw(page, canvas, *STROKES[:3])
    settled(page)
    page.get_by_role("link", name="Compare").first.click()
    expect(page).to_have_title("Compare · MNIST Lab")
    page.get_by_role("link", name="Draw").first.click()
    expect(canvas).to_be_visible()
    settled(page)
    assert strokes(page) == 3
    assert ink(page) > 9000
    server.hold()
    page.get_by_role("button", name="Undo").click()
    assert strokes(page) == 2
    page.get_by_role("button", name="Clear").click()
    draw(page, canvas, STROKES[3])
    server.release()
    settled(page)
    assert strokes(page) == 1
    assert ink(page) > 3000


@pytest.mark.parametrize("last", ["stroke", "clear"])
def test_what_is_drawn_while_the_connection_is_broken_is_reported_when_it_is_back(
    page: Page, lab: str, server: Server, last: str
) -> None:
    canvas = open_draw(page, lab)
    settled(page)
    if last == "clear":
        draw(page, canvas, STROKES[0])
        wait_until_reported(page)
    settled(page)
    server.lose()
    if last == "clear":
        page.get_by_role("button", name="Clear").click()
    else:
        draw(page, canvas, STROKES[0])
    page.wait_for_timeout(1500)
    assert page.locator(".lab-canvas").evaluate("(node) => node.labCanvas.sent") is not None
    server.find()
    wait_until_reported(page)


@pytest.mark.parametrize("way", ["reload", "menu"])
def test_a_drawing_is_there_again_after_its_page_was_left_before_the_server_knew_it(
    page: Page, lab: str, way: str
) -> None:
    canvas = open_draw(page, lab)
    settled(page)
    # What the browser reports gets lost, as it does when the click comes before the page has been run.
    page.locator(".lab-canvas").evaluate("(node) => { node.labCanvas.setStateValue = () => {}; }")
    draw(page, canvas, *STROKES[:3])
    page.get_by_role("button", name="Undo").click()
    if way == "menu":
        page.get_by_role("link", name="Compare").first.click()
        expect(page).to_have_title("Compare · MNIST Lab")
        page.get_by_role("link", name="Draw").first.click()
    else:
        page.reload()
    expect(canvas).to_be_visible()
    settled(page)
    assert strokes(page) == 2
    assert ink(page) > 6000
    wait_until_reported(page)


def test_a_drawing_too_large_for_the_server_says_so_until_it_is_smaller(page: Page, lab: str) -> None:
    canvas = open_draw(page, lab)
    draw(page, canvas, STROKES[0])
    page.locator(".lab-canvas").evaluate(
        """({ labCanvas }) => {
          const [stroke] = labCanvas.strokes;
          const enough = 3e6 / JSON.stringify(stroke).length;
          labCanvas.change(Array.from({ length: enough }, () => stroke));
        }"""
    )
    note = page.get_by_text("This drawing has too many lines to be read.")
    expect(note).to_be_visible()
    page.get_by_role("button", name="Clear").click()
    expect(note).to_be_hidden()
    wait_until_reported(page)


def test_the_drawing_stays_when_the_theme_changes(page: Page, lab: str, server: Server) -> None:
    page.emulate_media(color_scheme="light")
    canvas = open_draw(page, lab)
    draw(page, canvas, *STROKES[:2])
    settled(page)
    light = ink(page)
    page.emulate_media(color_scheme="dark")
    page.wait_for_timeout(1500)
    draw(page, canvas, STROKES[2])
    assert strokes(page) == 3
    assert ink(page) > 1.3 * light


def test_the_pen_size_is_kept_and_used_at_once(page: Page, lab: str, server: Server) -> None:
    canvas = open_draw(page, lab)
    settled(page)
    server.hold()
    page.get_by_role("slider", name="Pen size").fill("36")
    draw(page, canvas, STROKES[0])
    assert page.locator(".lab-canvas").evaluate("(node) => node.labCanvas.strokes[0].strokeWidth") == 36
    server.release()
    settled(page)
    page.get_by_role("link", name="Compare").first.click()
    expect(page).to_have_title("Compare · MNIST Lab")
    page.get_by_role("link", name="Draw").first.click()
    expect(page.get_by_role("slider", name="Pen size")).to_have_value("36")


# Fingers, pens and palms.


@pytest.fixture
def touched(browser: Browser) -> Iterator[Page]:
    """A window with a touch screen."""
    context = browser.new_context(viewport={"width": 820, "height": 700}, has_touch=True, is_mobile=True)
    context.set_default_timeout(60_000)
    yield context.new_page()
    context.close()


class Hand:
    """Touches and pen strokes on the canvas of a page, through the browser's own input."""

    def __init__(self, page: Page, canvas: Locator) -> None:
        self._cdp = page.context.new_cdp_session(page)
        self._left, self._top, self._scale = place(canvas)

    def touch(self, kind: str, *points: tuple[int, int], size: int = 10) -> None:
        """`kind` is Start, Move, End or Cancel; each point is a finger that touches."""
        fingers = [
            {
                "x": self._left + self._scale * x,
                "y": self._top + self._scale * y,
                "radiusX": size,
                "radiusY": size,
                "id": number,
            }
            for number, (x, y) in enumerate(points)
        ]
        self._cdp.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": fingers})

    def swipe(self, *points: tuple[int, int], size: int = 10) -> None:
        self.touch("Start", points[0], size=size)
        for (x, y), (to_x, to_y) in itertools.pairwise(points):
            for step in range(1, 9):
                self.touch("Move", (x + (to_x - x) * step // 8, y + (to_y - y) * step // 8), size=size)
        self.touch("End")

    def pen(self, *points: tuple[int, int]) -> None:
        self._mouse("mouseMoved", points[0], buttons=0)
        self._mouse("mousePressed", points[0], buttons=1)
        for (x, y), (to_x, to_y) in itertools.pairwise(points):
            for step in range(1, 9):
                at = (x + (to_x - x) * step // 8, y + (to_y - y) * step // 8)
                self._mouse("mouseMoved", at, buttons=1)
        self._mouse("mouseReleased", points[-1], buttons=0)

    def _mouse(self, kind: str, point: tuple[int, int], *, buttons: int) -> None:
        pressed = {"button": "none" if kind == "mouseMoved" and not buttons else "left", "buttons": buttons}
        position = {"x": self._left + self._scale * point[0], "y": self._top + self._scale * point[1]}
        event = {"type": kind, "clickCount": 1, "pointerType": "pen", **position, **pressed}
        self._cdp.send("Input.dispatchMouseEvent", event)


def scrolled(page: Page) -> float:
    top: float = page.evaluate("() => Math.max(...[...document.querySelectorAll('*')].map((node) => node.scrollTop))")
    return top


def test_a_finger_draws_and_the_page_does_not_scroll(touched: Page, lab: str) -> None:
    canvas = open_draw(touched, lab)
    settled(touched)
    hand, before = Hand(touched, canvas), scrolled(touched)
    for stroke in STROKES[:3]:
        hand.swipe(*stroke)
    settled(touched)
    assert strokes(touched) == 3
    assert ink(touched) > 9000
    assert scrolled(touched) == before


def test_a_pen_draws_and_the_hand_that_holds_it_does_not(touched: Page, lab: str) -> None:
    canvas = open_draw(touched, lab)
    settled(touched)
    hand = Hand(touched, canvas)
    hand.pen(*STROKES[0])
    assert strokes(touched) == 1
    hand.swipe(*STROKES[1])
    hand.swipe(*STROKES[2], size=60)
    hand.pen(*STROKES[3])
    settled(touched)
    assert strokes(touched) == 2
    assert ink(touched) < 9000


def test_a_palm_does_not_draw_even_before_the_pen(touched: Page, lab: str) -> None:
    canvas = open_draw(touched, lab)
    settled(touched)
    hand = Hand(touched, canvas)
    hand.swipe(*STROKES[1], size=60)
    assert strokes(touched) == 0
    # The small edge of a hand looks like a finger, until the pen comes down.
    hand.touch("Start", (250, 250))
    hand.touch("Move", (250, 255))
    hand.pen(*STROKES[0])
    hand.touch("End")
    settled(touched)
    assert strokes(touched) == 1
    assert touched.locator(".lab-canvas").evaluate("(node) => node.labCanvas.strokes[0].left") < 100


def test_two_fingers_draw_nothing(touched: Page, lab: str) -> None:
    canvas = open_draw(touched, lab)
    settled(touched)
    hand = Hand(touched, canvas)
    # In one event: on a busy machine, a second one may come too late for two fingers that come down together.
    hand.touch("Start", (100, 100), (200, 100))
    for step in range(1, 9):
        hand.touch("Move", (100, 100 + 15 * step), (200, 100 + 15 * step))
    hand.touch("End")
    settled(touched)
    assert (strokes(touched), ink(touched)) == (0, 0)
    hand.swipe(*STROKES[0])
    assert strokes(touched) == 1


def test_a_second_finger_during_a_stroke_is_ignored(touched: Page, lab: str) -> None:
    canvas = open_draw(touched, lab)
    settled(touched)
    hand = Hand(touched, canvas)
    hand.touch("Start", (60, 60))
    for y in range(60, 150, 15):
        hand.touch("Move", (60, y))
    touched.wait_for_timeout(400)
    hand.touch("Start", (60, 150), (250, 250))
    for y in range(150, 261, 15):
        hand.touch("Move", (60, y), (250, y))
    hand.touch("End")
    settled(touched)
    assert strokes(touched) == 1
    height = touched.locator(".lab-canvas").evaluate("(node) => node.labCanvas.strokes[0].height")
    assert height == pytest.approx(195, abs=16)


def test_the_network_is_above_the_canvas_while_its_layers_are_shown(page: Page, lab: str) -> None:
    page.set_viewport_size({"width": 1280, "height": 720})
    canvas = open_draw(page, lab)
    draw(page, canvas, STROKES[0])
    diagram = page.locator(".lab-network-diagram svg").first
    page.get_by_role("radio", name="Through the layers").click()
    expect(diagram).to_be_visible()
    expect(diagram).to_be_in_viewport(ratio=1)
    expect(canvas).to_be_in_viewport(ratio=1)
    above, below = diagram.bounding_box(), canvas.bounding_box()
    assert above is not None
    assert below is not None
    assert above["y"] + above["height"] <= below["y"]
    page.get_by_role("radio", name="All networks").click()
    expect(diagram).to_have_count(0)
    assert strokes(page) == 1


def test_the_keyboard_alone_draws(page: Page, lab: str) -> None:
    open_draw(page, lab)
    pad, hint = page.locator(".lab-canvas-pad"), page.get_by_text("Arrow keys move the pen")
    expect(hint).to_be_hidden()
    page.get_by_role("slider", name="Pen size").focus()
    page.keyboard.press("Shift+Tab")
    expect(pad).to_be_focused()
    expect(hint).to_be_visible()
    for keys in (["ArrowUp"] * 10, [" "], ["ArrowDown"] * 20, [" "], ["ArrowRight"] * 10):
        for key in keys:
            page.keyboard.press(key)
    assert strokes(page) == 1
    one = ink(page)
    assert one > 1500
    page.keyboard.press(" ")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Tab")
    assert strokes(page) == 2
    assert ink(page) > one
