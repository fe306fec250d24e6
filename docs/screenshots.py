"""Make the pictures of the documentation anew: `make screenshots`. Needs Chromium and MNIST."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import sync_playwright

DOCS = Path(__file__).resolve().parent
PORT = 8765
TRAININGS = [
    ["--preset", "small-cnn", "--epochs", "4", "--limit", "12000"],
    ["--preset", "lenet-5", "--epochs", "4", "--limit", "12000"],
    ["--preset", "too-much-dropout", "--epochs", "4", "--limit", "12000"],
]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def main() -> None:
    """Train three small runs in a home of their own, start the app there and photograph its pages."""
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "MNIST_LAB_HOME": home}
        for arguments in TRAININGS:
            subprocess.run([sys.executable, "-m", "mnist_lab", "train", *arguments], env=environment, check=True)
        command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(PORT)]
        app = subprocess.Popen(command, cwd=DOCS.parent, env=environment)
        try:
            _wait()
            _photograph()
        finally:
            app.terminate()
            app.wait()


def _wait() -> None:
    for _ in range(100):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{PORT}/_stcore/health", timeout=2).close()
        except OSError:
            time.sleep(0.3)
        else:
            return


def _photograph() -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 860})
        for name in ("compose", "train", "compare", "draw", "inspect"):
            page.goto(f"http://127.0.0.1:{PORT}/{name}")
            page.wait_for_timeout(6000)
            if name == "draw":
                _draw_seven(page)
            page.screenshot(path=DOCS / f"{name}.png")
        browser.close()


def _draw_seven(page) -> None:
    box = page.locator("canvas").last.bounding_box()
    page.mouse.move(box["x"] + 90, box["y"] + 80)
    page.mouse.down()
    for x, y in ((230, 75), (200, 150), (150, 260)):
        page.mouse.move(box["x"] + x, box["y"] + y, steps=12)
    page.mouse.up()
    page.wait_for_timeout(9000)


if __name__ == "__main__":
    main()
