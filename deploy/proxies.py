"""Puts the app behind nginx and Caddy with the files of this folder: `python -m deploy.proxies`.

Only the ports and the name are replaced. Through each proxy it opens pages in Chromium below the path and the teacher's
link, and sends what must not pass: half a request, too large a one, a foreign page's. It needs nginx, Caddy and
Chromium (`apt-get install nginx-light caddy chromium`).
"""

import base64
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from deploy.report import Report, StepError, require

ROOT = Path(__file__).resolve().parent.parent
NAME = "lab.localhost"
"""A name that every browser takes for this machine, in place of lab.school.org."""
_SLOW_SECONDS = 25.0
_MEGABYTE = 1_000_000


def free_port() -> int:
    """A port that nobody uses at this moment."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    """Wait until somebody listens at this port."""
    give_up = time.monotonic() + 60
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            require(process.poll() is None and time.monotonic() < give_up, "it does not start")
            time.sleep(0.1)
        else:
            return


@contextmanager
def running(command: list[str], port: int, log: Path, **variables: str) -> Iterator[None]:
    """Run a server until the end of the block."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=os.environ | variables, stdout=output, stderr=output, stdin=subprocess.DEVNULL
        )
    try:
        wait_for(port, process)
        yield
    finally:
        process.terminate()
        process.wait(30)


def nginx(folder: Path, port: int, app: int) -> list[str]:
    """Write nginx's files and return its command."""
    text = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    text = text.replace("listen 80;", f"listen 127.0.0.1:{port};").replace("lab.school.org;", f"{NAME};")
    text = text.replace("127.0.0.1:8501", f"127.0.0.1:{app}")
    folders = "\n".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    whole = (
        f"daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx-error.log; events {{}}\n"
        f"http {{ access_log off; {folders}\n{text}\n}}"
    )
    (folder / "nginx.conf").write_text(whole, encoding="utf-8")
    return ["nginx", "-c", str(folder / "nginx.conf"), "-p", str(folder)]


def caddy(folder: Path, port: int, app: int) -> list[str]:
    """Write Caddy's file and return its command."""
    text = (ROOT / "deploy" / "Caddyfile").read_text(encoding="utf-8")
    text = text.replace("\nlab.school.org {", f"\nhttp://{NAME}:{port} {{").replace(
        "127.0.0.1:8501", f"127.0.0.1:{app}"
    )
    (folder / "Caddyfile").write_text(text.replace("{\n\tservers", "{\n\tadmin off\n\tservers", 1), encoding="utf-8")
    return ["caddy", "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]


def upgrade(port: int, headers: dict[str, str]) -> int:
    """Ask for the websocket, and return the status: 101 if it is opened."""
    lines = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": base64.b64encode(secrets.token_bytes(16)).decode(),
        **headers,
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(f"GET /lab/_stcore/stream HTTP/1.1\r\n{head}\r\n".encode())
        return int(connection.recv(100).split()[1])


def seconds_until_closed(port: int) -> float | None:
    """Send half a request and wait until the server closes the connection; None if it waits too long."""
    start = time.monotonic()
    with socket.create_connection(("127.0.0.1", port), timeout=_SLOW_SECONDS) as connection:
        connection.sendall(f"GET /lab/ HTTP/1.1\r\nHost: {NAME}\r\nX-Slow: ".encode())
        try:
            while connection.recv(1000):
                pass
        except TimeoutError:
            return None
        except ConnectionResetError:
            pass
    return time.monotonic() - start


def upload_status(port: int, size: int) -> int:
    """The status of a request with so many bytes."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/lab/live/drawing", data=bytes(size), headers={"Host": NAME}, method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except (ConnectionError, urllib.error.URLError):
        return 0


def look(report: Report, proxy: str, port: int, page: Page, token: str) -> None:
    """Everything that is looked at through one proxy; `token` is the secret part of the teacher's link."""
    address = f"http://{NAME}:{port}/lab"
    with report.step(f"{proxy}: pages below the path, drawn over the websocket") as found:
        strays: list[str] = []
        page.on("request", lambda request: strays.append(request.url) if not request.url.startswith(address) else None)
        for path, title in (("", "Start"), ("compose", "Compose"), ("compare", "Compare")):
            page.goto(f"{address}/{path}")
            page.wait_for_function(f"() => document.title === '{title} · MNIST Lab'", timeout=90_000)
        page.goto(address)
        page.wait_for_function("() => document.title === 'Start · MNIST Lab'", timeout=90_000)
        asked = [url for url in strays if not url.startswith(("data:", "blob:")) and url != address]
        require(not asked, f"it asked for {asked[:3]}")
        found("Start, Compose, Compare, and /lab without its slash")
    with report.step(f"{proxy}: the teacher's link") as found:
        page.goto(f"{address}/?teacher={token}")
        page.wait_for_function("() => document.title === 'Start · MNIST Lab'", timeout=90_000)
        require("teacher" not in page.url and page.url.startswith(f"{address}/"), f"it leads to {page.url}")
        names = [str(cookie.get("name")) for cookie in page.context.cookies()]
        require(any(name.startswith("mnist-lab-teacher") for name in names), f"the cookies are {names}")
        found("the browser has the cookie, and the address no secret")
    with report.step(f"{proxy}: half a request") as found:
        seconds = seconds_until_closed(port)
        if seconds is None:
            raise StepError(f"the connection is open after {_SLOW_SECONDS:.0f} s")
        found(f"closed after {seconds:.0f} s")
    with report.step(f"{proxy}: a request of 13 MB") as found:
        status = upload_status(port, 13 * _MEGABYTE)
        # Caddy passes a request on while it reads it, and can only break it off.
        require(status in {413, 502}, f"status {status}")
        found(f"refused, {status}")
    with report.step(f"{proxy}: a websocket of a foreign page") as found:
        status = upgrade(port, {"Host": NAME, "Origin": "http://evil.example"})
        require(status == 403, f"status {status}")
        found("403")


def main() -> int:
    """Try each proxy; the exit status is 1 if a step failed."""
    missing = [name for name in ("nginx", "caddy", "chromium") if shutil.which(name) is None]
    if missing:
        sys.exit(f"Not installed: {', '.join(missing)}")
    report = Report()
    folder = Path(tempfile.mkdtemp(prefix="mnist-lab-proxies-"))
    app = free_port()
    options = ["--server.port", str(app), "--server.baseUrlPath", "lab"]
    settings = {
        "MNIST_LAB_HOME": str(folder / "home"),
        "MNIST_LAB_HOSTS": NAME,
        "MNIST_LAB_STANDBY": "false",
        "STREAMLIT_BROWSER_SERVER_ADDRESS": NAME,
    }
    try:
        with (
            running(
                [sys.executable, "-m", "streamlit", "run", "app.py", *options], app, folder / "app.log", **settings
            ),
            sync_playwright() as playwright,
            playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
            ) as browser,
        ):
            with report.step("the app alone: half a request") as found:
                seconds = seconds_until_closed(app)
                found("still open after 25 s" if seconds is None else f"closed after {seconds:.0f} s")
            token = re.findall(r"\?teacher=(\S+)", (folder / "app.log").read_text(encoding="utf-8"))[0]
            for name, write in (("nginx", nginx), ("Caddy", caddy)):
                port = free_port()
                with running(write(folder, port, app), port, folder / f"{name}.log"):
                    look(report, name, port, browser.new_page(), token)
    except StepError:
        pass
    finally:
        shutil.rmtree(folder)
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main())
