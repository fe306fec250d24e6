"""The route by which a browser has a drawing read, without a run of the page."""

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from starlette.requests import Request
from starlette.responses import Response

from mnist_lab.errors import LabError

MAX_WAITING = 60
"""Readings that wait for the predictor, which answers one at a time; a browser with one more asks again."""

# Threads of its own: while the predictor loads, which takes seconds, all other routes must go on answering.
_readers = ThreadPoolExecutor(2, thread_name_prefix="reading")
_waiting: set[object] = set()


async def live_reading(request: Request) -> Response:
    """Answer how a network reads a drawing; 503 if too many readings wait, or the store cannot be read."""
    if len(_waiting) >= MAX_WAITING:
        return Response(status_code=503)
    ticket = object()
    _waiting.add(ticket)
    try:
        content = await asyncio.get_running_loop().run_in_executor(_readers, _answer, request.query_params)
    except LabError:
        return Response(status_code=503)
    finally:
        _waiting.remove(ticket)
    return Response(content, media_type="application/json", headers={"Cache-Control": "no-store"})


def _answer(parameters: Mapping[str, str]) -> bytes:
    # Imported here, as the server answers before the lab is loaded.
    from mnist_lab.ui.live.reading_feed import answer

    return answer(parameters)
