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
from playwright.sync_api import Browser, BrowserContext, Error, Page, expect, sync_playwright

from mnist_lab.runs import RunStore, open_store
from mnist_lab.settings import Settings
from mnist_lab.training.claim import take_slot
from tests.conftest import missing

# Long, as a page may be slow on a busy machine.
expect.set_options(timeout=30_000)

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
def browser() -> Iterator[Browser]:
    """Debian's Chromium; the one without windows, if it is there, as it loads pages with less of the processor."""
    names = ("chromium-headless-shell", "chromium", "chromium-browser")
    chromium = next(filter(None, map(shutil.which, names)), None)
    if chromium is None:
        missing("Chromium is missing; on Debian: sudo apt install chromium-headless-shell")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def profile(browser: Browser) -> BrowserContext:
    """A browser profile, which has loaded the app's scripts after its first page."""
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    context.set_default_timeout(60_000)
    return context


@pytest.fixture
def page(profile: BrowserContext) -> Iterator[Page]:
    """A new browser window without cookies and stored data."""
    opened = profile.new_page()
    yield opened
    with contextlib.suppress(Error):  # a page of no server has no storage
        opened.evaluate("() => localStorage.clear()")
    for window in profile.pages:
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
