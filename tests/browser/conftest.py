"""The app in its own process, and a real browser."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, Playwright, expect, sync_playwright

from mnist_lab.runs import RunStore, open_store
from mnist_lab.settings import Settings
from mnist_lab.training.claim import take_slot
from tests.conftest import missing

# Long, as a page may be slow on a busy machine.
expect.set_options(timeout=90_000)

ROOT = Path(__file__).resolve().parents[2]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextlib.contextmanager
def running_app(home: Path, data: Mapping[str, str], *, path: str = "", **settings: str) -> Iterator[str]:
    """Run the app in its own process. Yields its URL.

    Args:
        home: The folder of its runs and its log.
        data: Environment variables.
        path: The path below which it is served: empty, or with a slash at its beginning.
        settings: More environment variables.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # A standby worker and a predictor would load TensorFlow.
    own = {"MNIST_LAB_HOME": str(home), "MNIST_LAB_REFERENCE": "false", "MNIST_LAB_STANDBY": "false"}
    environment = {**os.environ, **own, **data, **settings}
    environment.pop("MNIST_LAB_DB", None)
    options = ["--server.port", str(port), "--server.baseUrlPath", path.removeprefix("/")]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", *options]
    with (home / "app.log").open("wb") as log:
        app = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        _wait_for(f"http://127.0.0.1:{port}{path}/_stcore/health")
        yield f"http://127.0.0.1:{port}{path}"
    finally:
        app.terminate()
        app.wait(timeout=30)


@pytest.fixture(scope="session")
def start_app() -> Callable[..., AbstractContextManager[str]]:
    """`running_app`, for tests that start an app with other settings."""
    return running_app


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunStore]:
    """The store of `lab`, which all browser tests share: each makes runs of its own and ends them."""
    opened = open_store(Settings(home=tmp_path_factory.mktemp("home")))
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def lab(store: RunStore, data_settings: dict[str, str]) -> Iterator[str]:
    """The URL of an app that reads its store many times a second, and whose own workers get no slot: nothing trains."""
    home = store.runs_folder.parent
    slot = take_slot(Settings(home=home, workers=1))
    assert slot is not None
    hurry = {"MNIST_LAB_REFRESH": "0.15", "MNIST_LAB_WORKERS": "1"}
    with running_app(home, data_settings, **hurry) as started:
        yield started
    slot.release()


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of Debian's Chromium."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        missing("Chromium is missing; on Debian and Ubuntu: sudo apt install chromium")
    return str(path)


@pytest.fixture(scope="session")
def browser(playwright: Playwright, chromium: str) -> Iterator[Browser]:
    """For tests that need browser contexts of their own: without cookies, or with a touch screen."""
    opened = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def profile(
    playwright: Playwright, chromium: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[BrowserContext]:
    """A browser with a profile on disk.

    There it keeps the app's scripts compiled, and loads a page with two thirds of the processor time.
    """
    folder = tmp_path_factory.mktemp("profile")
    with playwright.chromium.launch_persistent_context(folder, executable_path=chromium, args=FLAGS) as opened:
        opened.set_default_timeout(120_000)
        yield opened


@pytest.fixture
def page(profile: BrowserContext) -> Iterator[Page]:
    """A new browser window without cookies and stored data."""
    # Without its last window, the browser would end.
    others = set(profile.pages)
    opened = profile.new_page()
    opened.set_viewport_size({"width": 1280, "height": 1000})
    yield opened
    with contextlib.suppress(Error):  # a page of no server has no storage
        opened.evaluate("() => localStorage.clear()")
    for window in set(profile.pages) - others:
        window.close()
    profile.clear_cookies()


def _wait_for(url: str, seconds: float = 60.0) -> None:
    until = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(url, timeout=2):  # noqa: S310 - an address of this machine
                return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)
