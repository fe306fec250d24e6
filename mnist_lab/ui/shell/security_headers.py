"""Headers that tell browsers what the lab's pages may load, and who may show them in a frame."""

import base64
import functools
import hashlib
import importlib.resources
import os
import re

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mnist_lab.errors import RefusedError

_INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_ANCESTORS_VARIABLE = "MNIST_LAB_FRAME_ANCESTORS"
_RESPONSE_STARTS = frozenset({"http.response.start", "websocket.http.response.start"})


@functools.cache
def content_security_policy() -> str:
    """The `Content-Security-Policy` of every response: a page loads from the lab alone and runs only its scripts."""
    directives = {
        "default-src": ["'self'"],
        # Streamlit makes a blob of each component's JavaScript, and calculates long numbers in WebAssembly.
        "script-src": ["'self'", "blob:", "'wasm-unsafe-eval'", *_inline_script_hashes()],
        # Streamlit, Plotly and our HTML set styles in the page.
        "style-src": ["'self'", "'unsafe-inline'"],
        "img-src": ["'self'", "data:", "blob:"],
        "font-src": ["'self'", "data:"],
        # The camera's picture is a data URL, which the page fetches from itself before it sends it.
        "connect-src": ["'self'", "data:"],
        "worker-src": ["'none'"],
        "frame-src": ["'none'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'self'", *_frame_ancestors()],
    }
    return "; ".join(" ".join([name, *sources]) for name, sources in directives.items())


def _inline_script_hashes() -> list[str]:
    """The hashes of the scripts inside Streamlit's own page, which are allowed to run."""
    page = (importlib.resources.files("streamlit") / "static" / "index.html").read_text(encoding="utf-8")
    digests = (hashlib.sha256(script.encode()).digest() for script in _INLINE_SCRIPT.findall(page))
    return [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests]


def _frame_ancestors() -> tuple[str, ...]:
    # The first response must not wait until the settings are imported, if there is nothing to read.
    if _ANCESTORS_VARIABLE not in map(str.upper, os.environ):
        return ()
    from mnist_lab.settings import load_settings

    try:
        return load_settings().frame_ancestors
    except RefusedError:
        # Every page shows this error.
        return ()


class SecurityHeaders:
    """Middleware that adds these headers to each response."""

    def __init__(self, app: ASGIApp) -> None:
        """`app` is the next ASGI application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and add the headers to its response."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] in _RESPONSE_STARTS:
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = content_security_policy()
                headers["X-Content-Type-Options"] = "nosniff"
                # The address of a page contains the network.
                headers["Referrer-Policy"] = "same-origin"
            await send(message)

        await self._app(scope, receive, send_with_headers)
