"""The notice about the data set takes one line: on a small screen too, each page's title stays near the top."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Page, expect

from mnist_lab.ui.components import streamlit_dom as dom

CONTENT = {
    "": f"{dom.by_key('start-head')} h1",
    "compose": dom.by_key("compose-toolbar"),
    **dict.fromkeys(("train", "compare", "draw", "handwriting", "inspect", "glossary"), f"{dom.PAGE} :is(h1, h2)"),
}
"""Where each page's own content begins: with its title, or on Compose with the toolbar."""
SCREENS = {(390, 844): 160, (1280, 720): 160}
"""Of a phone and of a projector; with the highest top of a title."""
# The top of the text itself, as a heading has empty space above it.
TEXT_TOP = (
    "(element) => { const range = document.createRange(); range.selectNodeContents(element);"
    " return range.getBoundingClientRect().top; }"
)

StartApp = Callable[..., AbstractContextManager[str]]


@pytest.fixture(scope="module")
def on_sample(start_app: StartApp, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An app that could not download MNIST."""
    home = tmp_path_factory.mktemp("home")
    refused = {"MNIST_LAB_DATA": "", "MNIST_LAB_MNIST_URL": "http://127.0.0.1:9/mnist.npz", "HOME": str(home)}
    with start_app(home, refused, no_proxy="127.0.0.1") as address:
        yield address


@pytest.fixture(scope="module")
def downloading(start_app: StartApp, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An app whose download of MNIST stops half-way."""
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "1000000")
            self.end_headers()
            self.wfile.write(b"PK" + bytes(499_998))
            with suppress(OSError):
                while not over.wait(1):  # a byte a second, so that the download does not time out
                    self.wfile.write(bytes(1))

        def log_message(self, *_arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    home = tmp_path_factory.mktemp("home")
    url = f"http://127.0.0.1:{server.server_port}/mnist.npz"
    with start_app(
        home, {"MNIST_LAB_DATA": "", "MNIST_LAB_MNIST_URL": url, "HOME": str(home)}, no_proxy="127.0.0.1"
    ) as a:
        yield a
    over.set()
    server.shutdown()
    server.server_close()


def title_top(page: Page, path: str, width: int, height: int) -> float:
    """Pixels from the upper edge of the window to the page's title."""
    page.set_viewport_size({"width": width, "height": height})
    title = page.locator(CONTENT[path]).first
    expect(title).to_be_visible(timeout=60_000)
    top, before = 0.0, -1.0
    # Until nothing moves any more: the browser fetches the scripts of the menu and the notice after the page.
    while top != before:
        before = top
        page.wait_for_timeout(1000)
        top = title.evaluate(TEXT_TOP)
    return top


@pytest.mark.parametrize("path", CONTENT)
def test_the_notice_about_the_sample_takes_one_line_above_the_title(page: Page, on_sample: str, path: str) -> None:
    page.goto(f"{on_sample}/{path}")
    notice = page.locator(dom.DATA_NOTICE)
    expect(notice.get_by_role("button", name="Try again")).to_be_visible(timeout=60_000)
    expect(page.locator(dom.PAGE_BELOW_NOTICE)).to_have_count(1)
    if path not in {"", "compose"}:
        expect(page.locator(dom.TITLE_BELOW_NOTICE).first).to_have_css("padding-top", "0px")
    for (width, height), max_top in SCREENS.items():
        assert title_top(page, path, width, height) < max_top, (width, height)
        box = notice.bounding_box()
        assert box is not None
        assert box["height"] < 45
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_reason_is_shown_on_demand(page: Page, on_sample: str) -> None:
    page.goto(f"{on_sample}/draw")
    page.get_by_role("button", name="5,000 of MNIST's 70,000 images").click()
    expect(page.get_by_text("MNIST sample (5,000 images) is in use")).to_be_visible()
    expect(page.get_by_text("the connection was refused")).to_be_visible()


@pytest.mark.parametrize("path", ["", "train"])
def test_the_progress_of_the_download_takes_one_line_above_the_title(page: Page, downloading: str, path: str) -> None:
    page.goto(f"{downloading}/{path}")
    for (width, height), max_top in SCREENS.items():
        top = title_top(page, path, width, height)
        expect(page.get_by_text("Downloading MNIST")).to_be_visible()
        box = page.locator(dom.DATA_NOTICE).bounding_box()
        assert box is not None
        assert box["height"] < 45
        assert top < max_top, (width, height)
