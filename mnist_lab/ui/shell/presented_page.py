"""Middleware that sends a page in presentation mode already, to a browser that presents.

Otherwise the page would appear in its usual size and grow half a second later: Streamlit's scripts draw a page before
they load our components and styles. The browser's cookie tells; `assets/presentation_switch.js` sets it.
"""

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mnist_lab.ui.components.streamlit_dom import PRESENTING_CLASS
from mnist_lab.ui.session.query_params import PRESENT
from mnist_lab.ui.shell.presentation_style import PRESENTATION

COOKIE = "lab-presentation"
_ON = "1"
_UNSUITABLE = {b"accept-encoding", b"if-none-match", b"if-modified-since"}
"""Headers of a request for which the answer could be compressed, or empty as the browser has the usual page."""


class PresentedPage:
    """Adds the class and the styles of presentation mode to a page, if the browser presents."""

    def __init__(self, app: ASGIApp) -> None:
        """`app` is the next ASGI application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and change the page in its response."""
        if not _is_presenting(scope):
            await self._app(scope, receive, send)
            return
        headers = [(name, value) for name, value in scope["headers"] if name not in _UNSUITABLE]
        await self._app({**scope, "headers": headers}, receive, _PageSender(send).send)


class _PageSender:
    """Holds a page back until it is complete, changes it and sends it; sends everything else at once."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message | None = None
        self._body = b""

    async def send(self, message: Message) -> None:
        """Take a message of the response."""
        if message["type"] == "http.response.start" and _is_page(message):
            self._start = message
        elif self._start is None or message["type"] != "http.response.body":
            await self._send(message)
        else:
            self._body += message.get("body", b"")
            if not message.get("more_body", False):
                await self._send_page(self._start)

    async def _send_page(self, start: Message) -> None:
        body = presented(self._body)
        headers = MutableHeaders(scope=start)
        headers["Content-Length"] = str(len(body))
        headers["Cache-Control"] = "no-store"
        del headers["ETag"], headers["Last-Modified"]
        await self._send(start)
        await self._send({"type": "http.response.body", "body": body})


def presented(page: bytes) -> bytes:
    """The HTML of a page with the class and the styles of presentation mode."""
    with_class = page.replace(b"<html ", f'<html class="{PRESENTING_CLASS}" '.encode(), 1)
    return with_class.replace(b"</head>", f"<style>{PRESENTATION}</style></head>".encode(), 1)


def _is_presenting(scope: Scope) -> bool:
    if scope["type"] != "http" or scope["method"] != "GET":
        return False
    request = Request(scope)
    if "text/html" not in request.headers.get("Accept", ""):
        return False
    return _ON in (request.cookies.get(COOKIE), request.query_params.get(PRESENT))


def _is_page(start: Message) -> bool:
    return start["status"] == 200 and Headers(scope=start).get("Content-Type", "").startswith("text/html")
