"""The lab's part of the server: start and end of the app, its routes and headers.

The server answers before the lab is loaded (store, settings, charts: half a second of imports), because a browser can
meanwhile fetch and start Streamlit's own scripts. So this module imports the rest of the lab inside functions only.
"""

import asyncio
import contextlib
import functools
import gzip
import sys
import threading
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mnist_lab.errors import LabError
from mnist_lab.ui.session.identity import load_identity
from mnist_lab.ui.shell.browser_cookie import BrowserCookie
from mnist_lab.ui.shell.on_demand_loop import on_demand_loops
from mnist_lab.ui.shell.presented_page import PresentedPage
from mnist_lab.ui.shell.reading_route import live_drawing, live_reading
from mnist_lab.ui.shell.request_guard import RequestGuard, allowed_hosts
from mnist_lab.ui.shell.security_headers import SecurityHeaders
from mnist_lab.ui.shell.start_message import start_message
from mnist_lab.ui.shell.upload_limit import UploadLimit

PLOTLY_PATH = Path(__file__).parents[1] / "components" / "assets" / "vendor" / "plotly.min.js"
_GZIP_LEVEL = 6
_gzip_lock = threading.Lock()


async def _plotly_js(request: Request) -> Response:
    script = await asyncio.to_thread(_gzipped_plotly)
    return _gzip_response(request, script, "text/javascript", "public, max-age=86400")


def _gzipped_plotly() -> bytes:
    # Compressing a megabyte takes 0.1 s, and must be done only once even if all browsers of a class ask together.
    with _gzip_lock:
        return _gzip_plotly()


@functools.cache
def _gzip_plotly() -> bytes:
    return gzip.compress(PLOTLY_PATH.read_bytes(), _GZIP_LEVEL)


async def _live(request: Request) -> Response:
    try:
        content = await asyncio.to_thread(_live_answer, request.query_params)
    except LabError:
        # The page shows the error the next time it is drawn; the browser asks again.
        return Response(status_code=503)
    return _gzip_response(request, content, "application/json", "no-store")


def _gzip_response(request: Request, content: bytes, media_type: str, cache: str) -> Response:
    """Answer with gzipped content; it is unzipped for a client that does not accept gzip."""
    headers = {"Cache-Control": cache, "Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        headers["Content-Encoding"] = "gzip"
    else:
        content = gzip.decompress(content)
    return Response(content, media_type=media_type, headers=headers)


def _live_answer(parameters: Mapping[str, str]) -> bytes:
    from mnist_lab.ui.live.run_feed import answer

    return answer(parameters)


async def _live_runs(_request: Request) -> Response:
    try:
        content = await asyncio.to_thread(_live_runs_answer)
    except LabError:
        return Response(status_code=503)
    return Response(content, media_type="application/json", headers={"Cache-Control": "no-store"})


def _live_runs_answer() -> bytes:
    from mnist_lab.ui.live.table_feed import answer

    return answer()


def routes() -> list[Route]:
    """The app's own routes: Plotly's script, so that charts need no internet, and the live data of runs."""
    base = str(st.get_option("server.baseUrlPath")).strip("/")
    prefix = f"/{base}" if base else ""
    return [
        Route(f"{prefix}/assets/plotly.min.js", _plotly_js),
        Route(f"{prefix}/live", _live),
        Route(f"{prefix}/live/runs", _live_runs),
        Route(f"{prefix}/live/reading", live_reading, methods=["POST"]),
        Route(f"{prefix}/live/drawing", live_drawing, methods=["POST"]),
    ]


def middleware() -> list[Middleware]:
    """The middleware in front of Streamlit's own routes and ours, the outermost first."""
    return [
        Middleware(SecurityHeaders),
        Middleware(RequestGuard, allowed_hosts()),
        Middleware(BrowserCookie),
        Middleware(PresentedPage),
        Middleware(UploadLimit),
    ]


@contextlib.asynccontextmanager
async def lifespan(_app: object) -> AsyncIterator[dict[str, object]]:
    """Start the launcher and the predictor with the app, and close them with it; running trainings go on.

    If a setting or the store prevents them from starting, the app starts all the same and every page shows why.
    """
    print(start_message(), flush=True)
    # Here, as the first page would wait for it while the lab is being imported.
    await asyncio.to_thread(load_identity)
    start = threading.Thread(target=_serve, name="lab-start", daemon=True)
    start.start()
    try:
        with on_demand_loops():
            yield {}
    finally:
        await asyncio.to_thread(_close, start)


def _serve() -> None:
    from mnist_lab.files import raise_open_file_limit
    from mnist_lab.ui.services.container import container
    from mnist_lab.ui.shell.teacher_link import teacher_link

    raise_open_file_limit()
    try:
        if link := teacher_link():
            print(f"\n  The teacher's link, which may change all runs: {link}\n", flush=True)
        container().serve()
    except LabError as error:
        print(f"mnist-lab: {error} Every page shows this error until it is repaired.", file=sys.stderr, flush=True)


def _close(start: threading.Thread) -> None:
    from mnist_lab.ui.services.container import container

    # Services that were started only after closing would continue without an app.
    start.join()
    container().close()
