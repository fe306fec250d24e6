"""Strangers are refused, nothing asks the internet, and pages work under their strict security policy."""

import http.client
import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from mnist_lab.ui.components import streamlit_dom as dom
from tests.browser.page_states import PAGE_TITLES
from tests.browser.proxies import RecordingProxy

StartApp = Callable[..., AbstractContextManager[str]]
AUDIT = Path(__file__).parent / "audited"
WATCH_POLICY = """document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`Violation of the policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`))"""


@pytest.fixture(scope="module")
def internet() -> Iterator[RecordingProxy]:
    """The proxy through which the app of this module would reach the internet."""
    with RecordingProxy() as proxy:
        yield proxy


@pytest.fixture(scope="module")
def connections(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file into which the app's processes write whom else they try to reach."""
    return tmp_path_factory.mktemp("log") / "connections.txt"


@pytest.fixture(scope="module")
def app(
    start_app: StartApp,
    data_settings: dict[str, str],
    internet: RecordingProxy,
    connections: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """An app with the reference runs that is open to the network."""
    settings = {"MNIST_LAB_REFERENCE": "true", "STREAMLIT_SERVER_ADDRESS": "0.0.0.0", "MNIST_LAB_STANDBY": "true"}
    with start_app(tmp_path_factory.mktemp("home"), data_settings, **settings, **audited(internet, connections)) as url:
        yield url


def audited(internet: RecordingProxy, connections: Path) -> dict[str, str]:
    """Environment variables of a process whose connections are noted."""
    path = os.pathsep.join(filter(None, [str(AUDIT), os.environ.get("PYTHONPATH")]))
    return {**internet.settings, "PYTHONPATH": path, "CONNECTIONS_LOG": str(connections)}


@pytest.fixture
def page(page: Page) -> Page:
    """A window that reports violations of the security policy."""
    page.add_init_script(WATCH_POLICY)
    return page


@pytest.fixture
def violations(page: Page) -> list[str]:
    found: list[str] = []

    def note(text: str) -> None:
        if re.search("policy", text, re.IGNORECASE):
            found.append(text)

    page.on("console", lambda message: note(message.text))
    return found


def open_page(page: Page, address: str) -> None:
    page.goto(address)
    page.locator(dom.PAGE).wait_for()
    page.wait_for_selector(dom.SCRIPT_RUNS_NOT)


def response(address: str, path: str = "/", method: str = "GET", **headers: str) -> tuple[int, str, dict[str, str]]:
    """Status, text and headers of a response."""
    connection = http.client.HTTPConnection(str(urlsplit(address).hostname), urlsplit(address).port, timeout=10)
    connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    text = answer.read().decode("utf-8", "replace")
    connection.close()
    return answer.status, text, {name.lower(): value for name, value in answer.getheaders()}


def refused_websocket(address: str, host: str | None = None, origin: str | None = None) -> tuple[int, str]:
    """Status and text of the answer to a websocket that is refused."""
    server = urlsplit(address)
    line = socket.create_connection((str(server.hostname), int(server.port or 80)))
    target = f"ws://{host or server.netloc}/_stcore/stream"
    with line, pytest.raises(InvalidStatus) as refused, connect(target, sock=line, origin=origin):  # type: ignore[arg-type]
        pass
    return refused.value.response.status_code, refused.value.response.body.decode()


def test_a_websocket_of_a_foreign_page_is_refused_at_once_and_delays_nobody(app: str) -> None:
    slowest = 0.0
    over = threading.Event()

    def ask_health() -> None:
        nonlocal slowest
        while not over.is_set():
            begun = time.monotonic()
            assert response(app, "/_stcore/health")[0] == 200
            slowest = max(slowest, time.monotonic() - begun)

    asking = threading.Thread(target=ask_health)
    asking.start()
    for origin in [
        "http://evil.example",
        "https://evil.example",
        "null",
        "http://127.0.0.1:1",
        "http://localhost:3000",
    ]:
        status, text = refused_websocket(app, origin=origin)
        assert status == 403
        assert text.startswith(f'A page of "{origin}" cannot use the lab')
        assert "MNIST_LAB_HOSTS" in text
    over.set()
    asking.join()
    assert slowest < 2


def test_another_host_opens_neither_pages_nor_data_nor_the_websocket(app: str) -> None:
    for host in ("evil.example", "127.0.0.1.evil.example", "6.6.6.6"):
        for path in ("/", "/live?run=x", "/assets/plotly.min.js", "/_stcore/health", "/train", "/media/x.png"):
            status, text, _headers = response(app, path, Host=host)
            assert (status, text.count("\n")) == (403, 1)
            assert "MNIST_LAB_HOSTS" in text
        status, text = refused_websocket(app, host, f"http://{host}")
        assert (status, text.count("\n")) == (403, 1)
        assert refused_websocket(app, host)[0] == 403


def test_a_program_without_an_origin_may_connect(app: str) -> None:
    target = f"ws://{urlsplit(app).netloc}/_stcore/stream"
    with connect(target, proxy=None, subprotocols=["streamlit"]) as websocket:  # type: ignore[list-item]
        assert websocket.response is not None
        assert websocket.response.status_code == 101


def test_streamlits_figures_about_the_app_are_not_public(app: str) -> None:
    for path in ("/_stcore/metrics", "/_stcore/agent/openapi.json", "/_stcore/agent/mcp"):
        status, text, _headers = response(app, path)
        assert (status, text) == (404, "Not found\n")


def test_every_response_has_the_security_headers(app: str) -> None:
    for path in ("/", "/train", "/live?run=x", "/assets/plotly.min.js", "/_stcore/health", "/_stcore/metrics", "/x.js"):
        headers = response(app, path)[2]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert "frame-ancestors 'self'" in headers["content-security-policy"]
    assert "frame-ancestors 'self'" in response(app, Host="evil.example")[2]["content-security-policy"]


@pytest.mark.parametrize("path", PAGE_TITLES)
def test_every_page_works_under_the_policy(page: Page, app: str, violations: list[str], path: str) -> None:
    open_page(page, f"{app}/{path}")
    expect(page).to_have_title(f"{PAGE_TITLES[path]} · MNIST Lab")
    if path == "":
        page.wait_for_selector(".js-plotly-plot .main-svg")
    page.wait_for_timeout(500)
    assert violations == []


def test_compose_downloads_uploads_and_scrolls_under_the_policy(
    page: Page, app: str, violations: list[str], tmp_path: Path
) -> None:
    page.set_viewport_size({"width": 1280, "height": 500})
    open_page(page, f"{app}/compose")
    block = page.locator(f"{dom.DIAGRAM} [data-index]").last
    row = page.get_by_role("button", name=f"Edit layer {int(block.get_attribute('data-index') or 0) + 1}")
    expect(row).not_to_be_in_viewport()
    block.click()
    expect(row).to_be_in_viewport()
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as JSON").click()
    file = tmp_path / "network.json"
    download.value.save_as(file)
    network = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps({**network, "name": "From a file"}), encoding="utf-8")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Import").click()
    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_role("textbox", name="Name")).to_have_value("From a file")
    assert violations == []


def test_a_drawing_is_read_under_the_policy(page: Page, app: str, violations: list[str]) -> None:
    open_page(page, f"{app}/draw")
    canvas = page.locator("canvas").last
    expect(canvas).to_be_visible()
    page.wait_for_timeout(1000)
    box = canvas.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 160, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 160, box["y"] + 260, steps=12)
    page.mouse.up()
    expect(page.locator(".lab-reading-digit")).to_have_text(re.compile("^[0-9]$"), timeout=120_000)
    image = page.locator(dom.by_key("draw-seen")).locator("img").first
    expect(image).to_be_visible()
    assert image.evaluate("(node) => node.naturalWidth") > 0
    assert violations == []


def test_runs_are_compared_and_downloaded_under_the_policy(page: Page, app: str, violations: list[str]) -> None:
    open_page(page, f"{app}/compare?runs=refchamp,reffast0")
    page.wait_for_selector(".js-plotly-plot .main-svg")
    expect(page.locator(dom.by_key("compare-table"))).to_be_visible()
    with page.expect_download():
        page.get_by_role("button", name="CSV", exact=True).click()
    open_page(page, f"{app}/train?run=refchamp")
    page.wait_for_selector(".js-plotly-plot .main-svg")
    assert violations == []


def test_a_script_that_got_into_a_page_does_not_run(page: Page, app: str, violations: list[str]) -> None:
    open_page(page, app)
    for attack in (
        "document.body.append(Object.assign(document.createElement('script'), { textContent: 'window.hacked = 1' }))",
        "document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.hacked = 1\">')",
        "fetch('http://evil.example/').catch(() => 0)",
        "document.body.append(Object.assign(document.createElement('iframe'), { src: 'http://evil.example/' }))",
    ):
        page.evaluate(f"() => {{ {attack} }}")
        page.wait_for_timeout(300)
        assert violations != [], attack
        violations.clear()
    assert page.evaluate("window.hacked") is None


@pytest.mark.parametrize(("site", "shown"), [("http://evil.example", False), ("", True)])
def test_only_a_page_of_the_same_host_may_show_the_lab_in_a_frame(page: Page, app: str, site: str, shown: bool) -> None:
    outer = f"{site or app}/outer.html"
    frame = f'<iframe src="{app}/draw" width="1200" height="900"></iframe>'
    page.route(outer, lambda route: route.fulfill(content_type="text/html", body=frame))
    page.goto(outer)
    inner = page.frame_locator("iframe").locator(dom.PAGE)
    if shown:
        expect(inner).to_be_visible()
    else:
        page.wait_for_timeout(3_000)
        assert "chrome-error" in page.frames[1].url
        expect(inner).to_have_count(0)


def test_nothing_has_asked_the_internet(page: Page, app: str, internet: RecordingProxy, connections: Path) -> None:
    hosts: set[str | None] = set()
    page.on("request", lambda request: hosts.add(urlsplit(request.url).hostname))
    for path in PAGE_TITLES:
        open_page(page, f"{app}/{path}")
    # Blobs and data URLs have no host.
    assert "127.0.0.1" in hosts
    assert hosts <= {"127.0.0.1", None}
    for origin in ("http://evil.example", "https://lab.school.org"):
        refused_websocket(app, origin=origin)
    assert internet.asked == []
    assert not connections.exists() or connections.read_text(encoding="utf-8") == ""
    # Both would have noted a request.
    program = (
        "import contextlib, requests\nwith contextlib.suppress(OSError): requests.get('http://192.0.2.1/', timeout=5)"
    )
    environment = {**os.environ, **audited(internet, connections)}
    subprocess.run([sys.executable, "-c", program], env=environment, check=True)
    assert internet.asked == ["GET http://192.0.2.1/ HTTP/1.1"]
    direct = "import socket\ns = socket.socket(type=socket.SOCK_DGRAM)\ns.connect(('192.0.2.1', 1))"
    subprocess.run([sys.executable, "-c", direct], env=environment, check=False)
    assert connections.read_text(encoding="utf-8") == "socket.connect 192.0.2.1\n"
