"""The app in a process of its own and a real browser before it, for the benchmarks that measure what a person sees."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
from playwright.sync_api import Browser, Page, sync_playwright

from mnist_lab.ui.services.container import PREDICTOR_DELAY_SECONDS

ROOT = Path(__file__).resolve().parents[1]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


_SETTLE_TIMEOUT, _LOOK_SECONDS = 90.0, 2.0
_REST = 0.1
"""Of a core: less is rest."""


@dataclass(frozen=True)
class App:
    """A running app."""

    address: str
    process: psutil.Process

    def cpu_seconds(self) -> float:
        """Processor time of the process that serves the pages, without its children."""
        return _seconds(self.process)

    def settle(self) -> None:
        """Wait until what starts in the background, seconds after the app, has loaded TensorFlow and is at rest.

        Raises:
            TimeoutError: Something is still at work after a minute and a half.
        """
        until = time.monotonic() + _SETTLE_TIMEOUT
        busy = True
        while busy or time.time() < self.process.create_time() + PREDICTOR_DELAY_SECONDS + _LOOK_SECONDS:
            if time.monotonic() > until:
                raise TimeoutError("The app does not come to rest.")
            before = self._seconds_of_all()
            time.sleep(_LOOK_SECONDS)
            # Less than before: one of the processes has ended, and another may be about to start.
            busy = not 0.0 <= self._seconds_of_all() - before <= _REST * _LOOK_SECONDS

    def _seconds_of_all(self) -> float:
        total = 0.0
        for one in (self.process, *self.process.children(recursive=True)):
            with contextlib.suppress(psutil.NoSuchProcess):
                total += _seconds(one)
        return total


@contextlib.contextmanager
def app(home: Path, *, folder: Path = ROOT, **settings: str) -> Iterator[App]:
    """The `app.py` of a folder, with its home in `home`; `settings` are environment variables."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    home.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "MNIST_LAB_HOME": str(home), **settings}
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    with (home / "app.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
    try:
        _wait_for(f"http://127.0.0.1:{port}/_stcore/health")
        yield App(f"http://127.0.0.1:{port}", psutil.Process(process.pid))
    finally:
        process.terminate()
        process.wait(timeout=30)
        _end_workers(home)


def _seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _end_workers(home: Path) -> None:
    """End the trainings of a lab: they would outlive its app, and slow down what is measured next."""
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.environ().get("MNIST_LAB_HOME") == str(home) and "mnist_lab" in process.cmdline():
                process.kill()


@contextlib.contextmanager
def chromium(program: Path | None = None, *flags: str) -> Iterator[Browser]:
    """A Chromium without windows: the machine's own, or what `program` starts."""
    with sync_playwright() as playwright:
        path = program or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=path, args=[*FLAGS, *flags])
        try:
            yield browser
        finally:
            browser.close()


@contextlib.contextmanager
def browser_page(width: int = 1280, height: int = 1000) -> Iterator[Page]:
    """A new window of a Chromium of its own."""
    with chromium() as browser:
        page = browser.new_page(viewport={"width": width, "height": height})
        page.set_default_timeout(90_000)
        yield page


def _wait_for(url: str, seconds: float = 60.0) -> None:
    until = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(url, timeout=2):  # noqa: S310 - an address of this machine
                return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.02)
