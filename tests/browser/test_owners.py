"""Two pupils and a teacher in real browsers, on an app that listens on the network."""

import re
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Request, expect

from mnist_lab.runs import Command, Run, RunState, RunStore, open_store
from mnist_lab.settings import Settings
from mnist_lab.training.claim import take_slot
from tests.browser.fake_worker import FakeWorker
from tests.conftest import missing

WATCH = "This run belongs to another browser; you can watch it."
FILE_BYTES = 9_900_000


def own_address() -> str:
    """An address of this machine that is not loopback, as another computer would use it."""
    all_of = [one for addresses in psutil.net_if_addrs().values() for one in addresses]
    found = [one.address for one in all_of if one.family == socket.AF_INET and not one.address.startswith("127.")]
    if not found:
        missing("this machine has no address in a network")
    return found[0]


@dataclass
class School:
    """An app on the network, in which nothing trains."""

    home: Path
    store: RunStore
    local: str
    """Its URL at the machine itself."""
    remote: str
    """Its URL from another computer."""
    process: psutil.Process


@pytest.fixture(scope="module")
def school(
    start_app: Callable[..., AbstractContextManager[str]],
    data_settings: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[School]:
    home = tmp_path_factory.mktemp("school")
    slot = take_slot(Settings(home=home, workers=1))
    assert slot is not None
    store = open_store(Settings(home=home))
    everywhere = "0.0.0.0"
    options = {
        "STREAMLIT_SERVER_ADDRESS": everywhere,
        "MNIST_LAB_WORKERS": "1",
        "MNIST_LAB_REFRESH": "0.15",
    }
    address = own_address()
    with start_app(home, data_settings, **options) as local:
        port = local.rpartition(":")[2]
        (process,) = [one for one in psutil.Process().children() if port in one.cmdline()]
        yield School(home, store, local, f"http://{address}:{port}", process)
    store.close()
    slot.release()


@pytest.fixture
def new_browser(browser: Browser) -> Iterator[Callable[[], BrowserContext]]:
    """Opens browsers that share nothing."""
    with ExitStack() as stack:

        def opened() -> BrowserContext:
            context = browser.new_context(viewport={"width": 1280, "height": 1000})
            context.set_default_timeout(30_000)
            stack.callback(context.close)
            return context

        yield opened


def page_of(context: BrowserContext, address: str) -> Page:
    page = context.new_page()
    page.goto(address)
    return page


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


def train(context: BrowserContext, school: School) -> Run:
    """Queue a run as a pupil does, and return it."""
    before = {run.id for run in school.store.list()}
    page = page_of(context, f"{school.remote}/train")
    button(page, "Train this network").click()
    # The page may show another run before.
    until = time.monotonic() + 60
    while not (new := [run for run in school.store.list() if run.id not in before]):
        assert time.monotonic() < until
        page.wait_for_timeout(100)
    page.close()
    return new[0]


@pytest.fixture(autouse=True)
def empty(school: School) -> None:
    for run in school.store.queue():
        school.store.delete(run.id, forever=True)


def test_a_pupil_controls_its_own_run_and_watches_that_of_another(
    school: School, new_browser: Callable[[], BrowserContext]
) -> None:
    anna, ben = new_browser(), new_browser()
    run = train(anna, school)
    with FakeWorker(school.store, run, pause=5.0) as worker:
        address = f"{school.remote}/train?run={run.id}"
        # Another tab, and a page loaded again, are the same browser.
        for page in (page_of(anna, address), page_of(anna, address)):
            expect(button(page, "Pause")).to_be_visible()
        looking = page_of(ben, address)
        expect(looking.get_by_text(WATCH)).to_be_visible()
        for name in ("Pause", "One epoch", "Stop", "Discard", "Learning rate"):
            expect(button(looking, name)).to_have_count(0)
        # At the machine itself, and with the teacher's link, everything is allowed.
        expect(button(page_of(new_browser(), f"{school.local}/train?run={run.id}"), "Pause")).to_be_visible()
        link = re.search(r"http://\S+\?teacher=\S+", (school.home / "app.log").read_text())
        assert link is not None
        teacher = new_browser()
        page = page_of(teacher, link[0])
        expect(page).not_to_have_url(re.compile("teacher="))
        page = page_of(teacher, address)
        button(page, "Pause").click()
        expect(button(page, "Continue")).to_be_visible()
        expect(looking.get_by_text(WATCH)).to_be_visible()
        assert worker.run.owner == run.owner != ""


def test_a_browser_is_known_again_and_a_forged_cookie_is_replaced(
    school: School, new_browser: Callable[[], BrowserContext]
) -> None:
    anna = new_browser()
    page = page_of(anna, f"{school.remote}/compare")
    (cookie,) = [one for one in anna.cookies() if one["name"].startswith("mnist-lab-browser")]
    assert (cookie["httpOnly"], cookie["sameSite"], cookie["path"]) == (True, "Lax", "/")
    assert cookie["name"] not in page.evaluate("document.cookie")
    page.reload()
    assert [one["value"] for one in anna.cookies() if one["name"] == cookie["name"]] == [cookie["value"]]
    first, second = train(anna, school), train(anna, school)
    assert first.owner == second.owner
    mallory = new_browser()
    forged = cookie["value"][:-4] + "AAAA"
    mallory.add_cookies([{"name": cookie["name"], "value": forged, "url": school.remote}])
    run = train(mallory, school)
    assert run.owner != first.owner
    assert [one["value"] for one in mallory.cookies() if one["name"] == cookie["name"]] != [forged]
    # One turn a browser: the other's first run comes before the second of this one.
    assert [one.id for one in school.store.queue()] == [first.id, run.id, second.id]


def test_a_crafted_message_of_another_browser_changes_nothing(
    school: School, new_browser: Callable[[], BrowserContext]
) -> None:
    """A page keeps its buttons while the run behind them becomes somebody else's: the same message as a forged one."""
    run = train(new_browser(), school)
    ben = new_browser()
    with FakeWorker(school.store, run, pause=5.0):
        with school.store.db.write() as connection:
            connection.exec_driver_sql("UPDATE runs SET owner = ?", (owner_of(ben, school),))
        page = page_of(ben, f"{school.remote}/train?run={run.id}")
        expect(button(page, "Stop")).to_be_visible()
        with school.store.db.write() as connection:
            connection.exec_driver_sql("UPDATE runs SET owner = 'somebody'")
        button(page, "Stop").click()
        button(page, "Stop it").click()
        expect(page.get_by_text("belongs to another browser; only that one or a teacher can change it")).to_be_visible()
        assert school.store.get(run.id).command is Command.NONE
        assert school.store.get(run.id).state is RunState.RUNNING


def owner_of(context: BrowserContext, school: School) -> str:
    page_of(context, school.remote).close()
    (cookie,) = [one for one in context.cookies() if one["name"].startswith("mnist-lab-browser")]
    return cookie["value"].partition(".")[0]


def test_thirty_uploads_are_freed_and_what_no_page_reads_is_bounded(
    school: School, new_browser: Callable[[], BrowserContext], tmp_path: Path
) -> None:
    context = new_browser()
    page = page_of(context, f"{school.remote}/compose")
    sessions: list[str] = []
    page.on("requestfinished", lambda request: sessions.extend(uploads_of(request)))
    file = tmp_path / "network.json"
    file.write_text('{"layers": "' + "x" * FILE_BYTES + '"}')
    button(page, "Import").click()
    before = 0
    until = time.monotonic() + 240
    while len(sessions) < 30:
        assert time.monotonic() < until
        # A file that is chosen while the field is being replaced is not uploaded, so it is chosen again.
        expect(page.locator("input[type=file]")).to_have_count(1)
        page.locator("input[type=file]").first.set_input_files(file)
        page.wait_for_timeout(700)
        expect(page.get_by_role("alert")).to_be_visible()
        if not before and len(sessions) > 1:
            before = school.process.memory_info().rss
    assert school.process.memory_info().rss - before < 10 * FILE_BYTES
    # Without a page that reads them, they stay: but not many.
    cookies = {one["name"]: one["value"] for one in context.cookies()}
    statuses = [put(school.remote, sessions[0], f"f{number}", cookies) for number in range(8)]
    assert statuses == [204] * 4 + [413] * 4


def uploads_of(request: Request) -> list[str]:
    """The session of a request, in a list, if it is an upload that was accepted."""
    answer = request.response()
    accepted = request.method == "PUT" and answer is not None and answer.status == 204
    return re.findall(r"upload_file/([^/]+)/", request.url) if accepted else []


def put(address: str, session: str, name: str, cookies: dict[str, str]) -> int:
    """Upload a file as a script does."""
    body = b'--x\r\nContent-Disposition: form-data; name="f"; filename="f.json"\r\n\r\n' + b"x" * FILE_BYTES
    headers = {
        "Content-Type": "multipart/form-data; boundary=x",
        "Cookie": "; ".join(f"{key}={value}" for key, value in cookies.items()),
        "X-Xsrftoken": cookies.get("_streamlit_xsrf", ""),
        "Origin": address,
    }
    request = urllib.request.Request(  # noqa: S310 - an address of this machine
        f"{address}/_stcore/upload_file/{session}/{name}", body + b"\r\n--x--\r\n", headers, method="PUT"
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
    except urllib.error.URLError:
        # Refused while the body was still being sent.
        return 413
