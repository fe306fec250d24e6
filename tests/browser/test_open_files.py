"""Sessions that are gone hold no files open, and the app may have more files open than macOS allows at first."""

import gc
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from urllib.parse import urlsplit

import psutil
import pytest
from websockets.sync.client import connect

from mnist_lab.files import OPEN_FILES

StartApp = Callable[..., AbstractContextManager[str]]
DRAW_THE_PAGE = b"Z\x00"
"""Streamlit's message of a browser that opens a page."""
MACOS_LIMIT = 256

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")]


@contextmanager
def limit_of_open_files(limit: int) -> Iterator[None]:
    """Give this process, and those that it starts, a limit."""
    import resource

    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.fixture(scope="module")
def app(start_app: StartApp, data_settings: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An app that was started with the limit of macOS, and that starts processes."""
    settings = {"STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL": "600", "MNIST_LAB_STANDBY": "true"}
    with limit_of_open_files(MACOS_LIMIT):
        started = start_app(tmp_path_factory.mktemp("home"), data_settings, **settings)
        address = started.__enter__()
    try:
        yield address
    finally:
        started.__exit__(None, None, None)


def process_of(address: str) -> psutil.Process:
    port = urlsplit(address).port
    return next(child for child in psutil.Process().children() if str(port) in child.cmdline())


@contextmanager
def session(address: str) -> Iterator[None]:
    """A session whose page is being drawn."""
    target = f"ws://{urlsplit(address).netloc}/_stcore/stream"
    # Without a bound, as closing would wait until all messages were read.
    unbounded = {"max_size": None, "max_queue": None}
    with connect(target, proxy=None, subprotocols=["streamlit"], **unbounded) as browser:  # type: ignore[list-item]
        browser.send(DRAW_THE_PAGE)
        for _ in range(5):
            browser.recv(timeout=60)
        yield


def visit(address: str) -> None:
    """Begin a session and end it."""
    with session(address):
        pass


def descriptors(process: psutil.Process) -> int:
    """The number of open files, as soon as it no longer changes."""
    before = -1
    while (now := process.num_fds()) != before:
        before = now
        time.sleep(1.0)
    return now


def test_a_hundred_sessions_that_are_gone_hold_nothing_open(app: str) -> None:
    process = process_of(app)
    for _ in range(3):
        visit(app)
    before = descriptors(process)
    for _ in range(100):
        visit(app)
    assert descriptors(process) < before + 20


def test_a_hundred_sessions_at_once_need_a_file_each(app: str) -> None:
    process = process_of(app)
    visit(app)
    before = descriptors(process)
    with ExitStack() as open_pages:
        for _ in range(100):
            open_pages.enter_context(session(app))
        assert before + 100 <= descriptors(process) < before + 150
    gc.collect()
    assert descriptors(process) < before + 20


@pytest.mark.skipif(not hasattr(psutil.Process, "rlimit"), reason="psutil reads limits on Linux only")
def test_the_app_raises_the_limit_for_itself_and_its_processes(app: str) -> None:
    process = process_of(app)
    visit(app)
    deadline = time.monotonic() + 60
    while not process.children() and time.monotonic() < deadline:
        time.sleep(0.2)
    assert process.children()
    for one in (process, *process.children()):
        soft, hard = one.rlimit(psutil.RLIMIT_NOFILE)
        assert soft == min(OPEN_FILES, hard)
