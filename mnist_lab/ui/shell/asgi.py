"""What surrounds the page script: start and end of the app, and what else a page asks for.

The server answers before the lab behind it is loaded (store, settings, curves: half a second of imports), so this
module imports nothing of it: a browser fetches and starts Streamlit's own scripts meanwhile.
"""

import asyncio
import contextlib
import functools
import gzip
import importlib.resources
import logging
import sys
import threading
from collections.abc import AsyncIterator, Mapping

import streamlit as st
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mnist_lab.errors import LabError

OWN_ONLY = "img-src 'self' data: blob:; font-src 'self' data:"
_LEVEL = 6
"""Of compression."""
_compressing = threading.Lock()


async def _plotly_js(request: Request) -> Response:
    packed = await asyncio.to_thread(_plotly)
    return _answer(request, packed, "text/javascript", "public, max-age=86400")


def _plotly() -> bytes:
    # Five megabytes take a fifth of a second, and a class asks for them all at once.
    with _compressing:
        return _compressed_plotly()


@functools.cache
def _compressed_plotly() -> bytes:
    script = importlib.resources.files("plotly") / "package_data" / "plotly.min.js"
    return gzip.compress(script.read_bytes(), _LEVEL)


async def _live(request: Request) -> Response:
    try:
        told = await asyncio.to_thread(_told, request.query_params)
    except LabError:
        # The page says what is wrong when it is drawn the next time; the browser asks again.
        return Response(status_code=503)
    return _answer(request, told, "application/json", "no-store")


def _answer(request: Request, packed: bytes, media_type: str, cache: str) -> Response:
    """What was compressed once for all, compressed or, for the few that cannot read that, as it was."""
    headers = {"Cache-Control": cache, "Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        headers["Content-Encoding"] = "gzip"
    else:
        packed = gzip.decompress(packed)
    return Response(packed, media_type=media_type, headers=headers)


def _told(parameters: Mapping[str, str]) -> bytes:
    from mnist_lab.ui.live.run_feed import answer

    return answer(parameters)


def routes() -> list[Route]:
    """The app's own routes: Plotly's packaged script, so that charts need no internet; how a run is getting on."""
    return [Route("/assets/plotly.min.js", _plotly_js), Route("/live", _live)]


class OwnPicturesOnly:
    """Tells browsers to take pictures and fonts from the lab alone.

    Streamlit would have them ask the internet for the icon of each page, before it gives them the lab's own.
    """

    def __init__(self, app: ASGIApp) -> None:
        """`app` is what answers."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on, and add the rule to the head of each answer."""

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).append("Content-Security-Policy", OWN_ONLY)
            await send(message)

        await self._app(scope, receive, sent)


def middleware() -> list[Middleware]:
    """What stands before Streamlit's own answers."""
    return [Middleware(OwnPicturesOnly)]


@contextlib.asynccontextmanager
async def lifespan(_app: object) -> AsyncIterator[dict[str, object]]:
    """Start the launcher and the predictor with the app; training that runs at the end of the app goes on.

    Where a setting or the store keeps them from starting, the app starts nevertheless: every page says why.
    """
    start = threading.Thread(target=_serve, name="lab-start", daemon=True)
    start.start()
    try:
        yield {}
    finally:
        await asyncio.to_thread(_close, start)


def _serve() -> None:
    from mnist_lab.ui.services.container import lab

    try:
        lab().serve()
    except LabError as error:
        print(f"mnist-lab: {error} Every page says so until it is mended.", file=sys.stderr, flush=True)


def _close(start: threading.Thread) -> None:
    from mnist_lab.ui.services.container import lab

    # What starts only after it was closed would go on without an app.
    start.join()
    lab().close()


def show_error(error: Exception) -> bool:
    """Show one sentence instead of a traceback when a page fails; the whole story goes to the app's log."""
    from mnist_lab.ui.shell.notices import tell

    if isinstance(error, LabError):
        tell(error)
    else:
        logging.getLogger("mnist_lab").error("A page failed", exc_info=error)
        st.error(
            "Something in the lab broke while it drew this page. Your runs are safe; reload the page to go on. "
            "The details are in the app's log.",
            icon=":material/error:",
        )
    return True
