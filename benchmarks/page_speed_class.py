"""Part of `page_speed`: a hundred sessions open Compare at once over a store of ten thousand runs.

A hundred browsers would measure themselves on a small machine. So one real browser opens the page, what it sends over
its websocket is recorded, and a hundred plain clients send the same: nothing of Streamlit's protocol is known here.
"""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import websockets
from playwright.sync_api import Browser, WebSocket

from benchmarks.browser import App, app, chromium
from benchmarks.figures import Figure
from benchmarks.many_runs import fill
from benchmarks.page_speed_compare import RUNS
from mnist_lab.runs import open_store
from mnist_lab.settings import Settings
from mnist_lab.ui.components.streamlit_dom import SCRIPT_RUNS_NOT

SESSIONS = 100
OPEN_TARGET, MEMORY_TARGET = 10.0, 500.0
HOLD_SECONDS = 3.0
"""How long the sessions stay when all have the page."""
FORGET_SECONDS = 150.0
"""Streamlit keeps a session for two minutes after its browser has gone, in case it comes back."""
_TIMEOUT = 300.0
_MAX_MESSAGE = 64 * 2**20
_WHOLE = 0.95
"""A session must receive this share of what the browser received."""


@dataclass(frozen=True)
class Conversation:
    """What a browser and the server sent each other over the websocket, until the page was drawn."""

    url: str
    sent: tuple[bytes, ...]
    last: bytes
    """The message that ends the drawing of the page."""
    size: int
    """Bytes of all that the browser received."""


def figures(_rounds: int) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        store = open_store(Settings(home=home))
        fill(store, RUNS)
        store.close()
        with app(home, MNIST_LAB_STANDBY="false", MNIST_LAB_REFERENCE="false") as running:
            running.settle()
            with chromium() as browser:
                conversation = _record(browser, running.address)
            before, busy = _megabytes(running), running.cpu_seconds()
            seconds, most = asyncio.run(_all_at_once(conversation, running))
            busy = running.cpu_seconds() - busy
            time.sleep(FORGET_SECONDS)
            after = _megabytes(running)
    # On a machine that has other work, too, the processor's time says more than the clock.
    worst = f"worst {max(seconds):.1f} s; {busy:.1f} s of the processor for all of them"
    yield Figure(
        f"Compare for {SESSIONS} sessions at once, median", statistics.median(seconds), OPEN_TARGET, "s", worst
    )
    detail = f"{before:.0f} MB before, {after:.0f} MB {FORGET_SECONDS:.0f} s after they left"
    yield Figure(f"Memory of the page process, {SESSIONS} sessions on Compare", most, MEMORY_TARGET, "MB", detail)
    yield Figure("Memory that does not come back", after - before, 100.0, "MB")


def _record(browser: Browser, address: str) -> Conversation:
    sent: list[bytes] = []
    received: list[bytes] = []
    urls: list[str] = []

    def listen(socket: WebSocket) -> None:
        urls.append(socket.url)
        socket.on("framesent", lambda frame: sent.append(bytes(frame) if isinstance(frame, bytes) else frame.encode()))
        socket.on("framereceived", lambda frame: received.append(frame if isinstance(frame, bytes) else frame.encode()))

    page = browser.new_page()
    page.on("websocket", listen)
    page.goto(f"{address}/compare")
    page.get_by_text(f"{RUNS:,} of {RUNS:,} runs").wait_for()
    page.wait_for_selector(SCRIPT_RUNS_NOT)
    # All that the page asks for by itself, such as the script of a component, is over now.
    page.wait_for_timeout(1000)
    # The first message asks for the page. The last one of its answer is the shortest: it says only that all was sent.
    conversation = Conversation(urls[0], (sent[0],), min(received, key=len), sum(map(len, received)))
    page.close()
    return conversation


async def _all_at_once(conversation: Conversation, running: App) -> tuple[list[float], float]:
    """Seconds until each session had the page, and the most megabytes until all had it."""
    seconds: list[float] = []
    all_there = asyncio.Event()
    sessions = [asyncio.create_task(_open(conversation, seconds, all_there)) for _ in range(SESSIONS)]
    most = 0.0
    until = time.perf_counter() + _TIMEOUT
    while len(seconds) < SESSIONS and time.perf_counter() < until and not any(task.done() for task in sessions):
        await asyncio.sleep(0.2)
        most = max(most, _megabytes(running))
    await asyncio.sleep(HOLD_SECONDS)
    most = max(most, _megabytes(running))
    all_there.set()
    await asyncio.gather(*sessions)
    return seconds, most


async def _open(conversation: Conversation, seconds: list[float], all_there: asyncio.Event) -> None:
    """Open the page as the browser did, and stay until all have it."""
    start = time.perf_counter()
    async with websockets.connect(
        conversation.url,
        subprotocols=[websockets.Subprotocol("streamlit")],
        max_size=_MAX_MESSAGE,
        open_timeout=_TIMEOUT,
    ) as socket:
        for message in conversation.sent:
            await socket.send(message)
        size = 0
        while (message := await asyncio.wait_for(socket.recv(decode=False), _TIMEOUT)) != conversation.last:
            size += len(message)
        seconds.append(time.perf_counter() - start)
        if size < _WHOLE * conversation.size:
            raise RuntimeError(f"a session got {size:,} bytes of the page, the browser {conversation.size:,}")
        await all_there.wait()


def _megabytes(running: App) -> float:
    return float(running.process.memory_info().rss) / 2**20
