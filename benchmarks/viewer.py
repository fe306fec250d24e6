"""A browser session without a browser: it opens pages over Streamlit's web socket and asks on as their scripts do.

Thirty Chromium pages on a small machine would measure Chromium. A viewer says and asks what Streamlit's and the lab's
own scripts say and ask in the browser (a page by its name, fragments that run again and again, how a run is getting
on), and draws nothing.
"""

import asyncio
import contextlib
import gzip
import json
import time
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

_FEED, _TIMELINE, _SLIDER = "mnist_lab_live_feed", "mnist_lab_timeline", "watch-epoch-"


class Viewer:
    """One session; `async with Viewer(address) as viewer`."""

    def __init__(self, address: str) -> None:
        self._url = address.replace("http", "ws", 1) + "/_stcore/stream"
        self._lab = _Lab(address)
        self._page, self._query = "", ""
        self._page_hash = ""
        self._asked = 0.0
        self._finished = asyncio.Event()
        self._again: dict[str, tuple[float, asyncio.Task[None]]] = {}
        self._feed: asyncio.Task[None] | None = None
        self._newest: tuple[str, str] = "", ""
        self.updates: list[float] = []
        """Seconds of each answer: from the question to the end of what came of it."""

    async def __aenter__(self) -> Self:
        self._socket: ClientConnection = await connect(self._url, subprotocols=["streamlit"], max_size=None)
        self._reader = asyncio.create_task(self._read())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._forget()
        self._reader.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._reader
        await self._socket.close()
        self._lab.close()

    async def open(self, page: str, query: str = "", *, seconds: float = 60.0) -> None:
        """Go to a page by the last part of its address, and wait until it is drawn.

        Raises:
            TimeoutError: It was not drawn in time.
        """
        self._forget()
        self._page, self._query, self._page_hash = page, query, ""
        self._finished.clear()
        await self._ask()
        await asyncio.wait_for(self._finished.wait(), seconds)

    async def _ask(self, fragment: str = "") -> None:
        message = BackMsg()
        message.rerun_script.page_name = self._page
        message.rerun_script.page_script_hash = self._page_hash
        message.rerun_script.query_string = self._query
        message.rerun_script.fragment_id = fragment
        message.rerun_script.is_auto_rerun = fragment in self._again
        self._asked = time.perf_counter()
        await self._socket.send(message.SerializeToString())

    async def _read(self) -> None:
        async for data in self._socket:
            message = ForwardMsg.FromString(data if isinstance(data, bytes) else data.encode())
            kind = message.WhichOneof("type")
            if kind == "stop_auto_rerun":
                for fragment in message.stop_auto_rerun.fragment_ids:
                    self._stop_asking(fragment)
            elif kind == "auto_rerun":
                self._ask_again(message.auto_rerun.fragment_id, message.auto_rerun.interval)
            elif kind == "navigation":
                # Without it, a page that draws itself anew would come back as the first of the menu.
                self._page_hash = message.navigation.page_script_hash
            elif kind == "delta":
                self._follow(message.delta)
            elif kind == "new_session" and not message.metadata.run.fragment_ids:
                self._forget()
            elif kind == "script_finished" and self._asked:
                self.updates.append(time.perf_counter() - self._asked)
                self._asked = 0.0
                self._finished.set()

    def _follow(self, delta: Delta) -> None:
        component = delta.new_element.bidi_component
        if component.component_name == _FEED:
            if self._feed is not None:
                self._feed.cancel()
            self._feed = asyncio.create_task(self._keep_looking(delta.fragment_id, *json.loads(component.json)))
        elif component.component_name == _TIMELINE:
            self._newest = delta.fragment_id, json.loads(component.json)["newest"]

    async def _keep_looking(self, fragment: str, address: str, outline: str, every: float) -> None:
        """What `live_feed.js` does."""
        while True:
            await asyncio.sleep(every)
            start = time.perf_counter()
            told = await self._lab.get(address)
            self.updates.append(time.perf_counter() - start)
            every = told["every"]
            timeline, newest = self._newest
            newer = [part for key, part in told["parts"].items() if key.startswith(_SLIDER) and part != newest]
            # What was asked before and has not been answered counts on.
            if not self._asked and told["outline"] != outline:
                await self._ask(fragment)
            elif not self._asked and newer and timeline:
                await self._ask(timeline)

    def _ask_again(self, fragment: str, interval: float) -> None:
        if fragment in self._again and self._again[fragment][0] == interval:
            return
        self._stop_asking(fragment)
        self._again[fragment] = interval, asyncio.create_task(self._keep_asking(fragment, interval))

    def _stop_asking(self, fragment: str) -> None:
        if fragment in self._again:
            self._again.pop(fragment)[1].cancel()

    async def _keep_asking(self, fragment: str, interval: float) -> None:
        while True:
            await asyncio.sleep(interval)
            # What was asked before and has not been answered counts on.
            if not self._asked:
                await self._ask(fragment)

    def _forget(self) -> None:
        for fragment in list(self._again):
            self._stop_asking(fragment)
        if self._feed is not None:
            self._feed.cancel()
            self._feed = None


class _Lab:
    """Asks the server over one connection that is kept open, as a browser does."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self._host, self._port = parts.hostname, parts.port
        self._connection: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def get(self, path: str) -> Any:
        """What the server answers, read as JSON."""
        try:
            return await self._get(path)
        except BaseException:
            # Broken off in the middle of an answer, the connection would give the rest of it to the next question.
            self.close()
            raise

    async def _get(self, path: str) -> Any:
        if self._connection is None:
            self._connection = await asyncio.open_connection(self._host, self._port)
        reader, writer = self._connection
        writer.write(
            f"GET {path} HTTP/1.1\r\nHost: {self._host}:{self._port}\r\nAccept-Encoding: gzip\r\n\r\n".encode()
        )
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.split("content-length:")[1].split()[0])
        body = await reader.readexactly(length)
        if " 200 " not in head.split("\r\n")[0]:
            raise RuntimeError(f"{path} was answered with {head.splitlines()[0]}")
        return json.loads(gzip.decompress(body))

    def close(self) -> None:
        if self._connection is not None:
            self._connection[1].close()
            self._connection = None
