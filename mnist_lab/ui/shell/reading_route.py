"""The routes by which a browser has its drawing read and shown, without a run of the page."""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from mnist_lab.errors import LabError

MAX_WAITING = 60
"""Readings that wait for the predictor, which answers one at a time; a browser with one more asks again."""
MAX_BYTES = 500_000
"""Of a drawing: more than a PNG of the canvas has even if each of its pixels is different."""
BODY_SECONDS = 10.0
"""In which the drawing must arrive."""

# Threads of its own: while the predictor loads, which takes seconds, all other routes must go on answering.
_readers = ThreadPoolExecutor(2, thread_name_prefix="reading")
_waiting: set[object] = set()


async def live_reading(request: Request) -> Response:
    """Answer how a network reads the drawing in the body, a PNG.

    408 if it does not arrive in time; 413 if it is too large for a drawing; 503 if too many readings wait, or the store
    cannot be read.
    """
    return await _respond(request, _reading)


async def live_drawing(request: Request) -> Response:
    """Answer a view of the drawing in the body, as `live_reading` does."""
    return await _respond(request, _view)


async def _respond(request: Request, answer: Callable[[Mapping[str, str], bytes], bytes]) -> Response:
    try:
        async with asyncio.timeout(BODY_SECONDS):
            png = await _body_of(request)
    except TimeoutError:
        return Response(status_code=408)
    except ClientDisconnect:
        # Nobody hears the answer.
        return Response(status_code=400)
    if png is None:
        return Response(status_code=413)
    # Counted from here on: a browser that sends slowly, or never, takes no place of others.
    if len(_waiting) >= MAX_WAITING:
        return Response(status_code=503)
    ticket = object()
    _waiting.add(ticket)
    try:
        content = await asyncio.get_running_loop().run_in_executor(_readers, answer, request.query_params, png)
    except LabError:
        return Response(status_code=503)
    finally:
        _waiting.remove(ticket)
    return Response(content, media_type="application/json", headers={"Cache-Control": "no-store"})


async def _body_of(request: Request) -> bytes | None:
    """What the request brings; None as soon as that is more than a drawing."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MAX_BYTES:
            return None
    return bytes(body)


def _reading(parameters: Mapping[str, str], png: bytes) -> bytes:
    # Imported here, as the server answers before the lab is loaded.
    from mnist_lab.ui.live.reading_feed import answer

    return answer(parameters, png)


def _view(parameters: Mapping[str, str], png: bytes) -> bytes:
    from mnist_lab.ui.live.drawing_views import answer

    return answer(parameters, png)
