"""Middleware that drops uploaded files once they are read, and limits how many one browser has at the same time."""

import asyncio
import re
import time
from collections import defaultdict

import streamlit as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mnist_lab.errors import LabError
from mnist_lab.ui.session.identity import load_identity
from mnist_lab.ui.session.uploads import KEEP_SECONDS, was_read

CHECK_SECONDS = 0.5
"""Seconds between two looks whether a file was read."""
MAX_BROWSERS = 10
"""All browsers together may have as much as so many of them."""
_UPLOAD_PATH = re.compile(r"/_stcore/upload_file/[^/]+/([^/]+)$")
_MEGABYTE = 1_000_000


class UploadLimit:
    """Deletes a file soon after a page has read it, and after a minute in any case; refuses more than fit meanwhile."""

    def __init__(self, app: ASGIApp) -> None:
        """`app` is the next ASGI application."""
        self._app = app
        self._bytes: dict[str, int] = defaultdict(int)
        self._deletions: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer that there are too many files."""
        if scope["type"] != "http" or scope["method"] != "PUT" or not _UPLOAD_PATH.search(scope["path"]):
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        browser, limit = await asyncio.to_thread(_browser_and_limit, request)
        size = _size(request)
        # A script can be as many browsers as it likes.
        is_full = sum(self._bytes.values()) + size > MAX_BROWSERS * limit
        if is_full or self._bytes.get(browser, 0) + size > limit:
            who = "The lab has received" if is_full else "This browser has uploaded"
            message = f"{who} too many files at once. Try again in a minute."
            await PlainTextResponse(message, status_code=413)(scope, receive, send)
            return
        self._bytes[browser] += size
        try:
            # A copy, as the app writes into it.
            await self._app({**scope}, receive, send)
        finally:
            deletion = asyncio.create_task(self._delete_later(scope, browser, size))
            self._deletions.add(deletion)
            deletion.add_done_callback(self._deletions.discard)

    async def _delete_later(self, scope: Scope, browser: str, size: int) -> None:
        file_id = scope["path"].rpartition("/")[2]
        until = time.monotonic() + KEEP_SECONDS
        while time.monotonic() < until and not was_read(file_id):
            await asyncio.sleep(CHECK_SECONDS)
        try:
            # As the browser itself does when its user removes a file.
            await self._app({**scope, "method": "DELETE"}, _no_body, _no_answer)
        finally:
            self._bytes[browser] -= size
            if not self._bytes[browser]:
                del self._bytes[browser]


async def _no_body() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


async def _no_answer(_message: Message) -> None:
    pass


def _browser_and_limit(request: Request) -> tuple[str, float]:
    from mnist_lab.settings import load_settings

    browser = load_identity().browser_id(request.cookies) or (request.client.host if request.client else "")
    try:
        return browser, load_settings().max_upload_per_browser * _MEGABYTE
    except LabError:
        # Every page shows it, and none has an uploader.
        return browser, 0.0


def _size(request: Request) -> int:
    """Bytes that the request will bring; the most that Streamlit accepts if it does not say."""
    text = request.headers.get("Content-Length", "")
    return int(text) if text.isdecimal() else int(st.config.get_option("server.maxUploadSize")) * 1024 * 1024
