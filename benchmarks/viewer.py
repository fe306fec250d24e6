"""A browser session without a browser: it opens pages over Streamlit's web socket and looks again as the pages ask.

Thirty Chromium pages on a small machine would measure Chromium. A viewer says and asks what Streamlit's own script in
the browser does (a page by its name, then the fragments that ask to be run again and again), and draws nothing.
"""

import asyncio
import contextlib
import time
from types import TracebackType
from typing import Self

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect


class Viewer:
    """One session; `async with Viewer(address) as viewer`."""

    def __init__(self, address: str) -> None:
        self._url = address.replace("http", "ws", 1) + "/_stcore/stream"
        self._page, self._query = "", ""
        self._page_hash = ""
        self._asked = 0.0
        self._finished = asyncio.Event()
        self._again: dict[str, tuple[float, asyncio.Task[None]]] = {}
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
        message.rerun_script.is_auto_rerun = bool(fragment)
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
            elif kind == "new_session" and not message.metadata.run.fragment_ids:
                self._forget()
            elif kind == "script_finished" and self._asked:
                self.updates.append(time.perf_counter() - self._asked)
                self._asked = 0.0
                self._finished.set()

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
