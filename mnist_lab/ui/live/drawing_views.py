"""The JSON that `/live/drawing` answers: one view of the drawing on the canvas, as HTML."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from mnist_lab.charts import PALETTES
from mnist_lab.errors import LabError, PictureError, UnknownRunError
from mnist_lab.runs import Run
from mnist_lab.ui.live.canvas_picture import read_canvas
from mnist_lab.ui.live.current_run import find_run
from mnist_lab.ui.live.drawing_view_parts import VIEWS, Drawn, View
from mnist_lab.ui.live.reading_feed import PEN
from mnist_lab.ui.services.container import services
from mnist_lab.ui.session.query_params import RUN

ADDRESS = "live/drawing"
"""Path of the URL, relative to the page; its query parameters are those below, `RUN` and `PEN`."""
VIEW, THEME = "view", "theme"


def answer(parameters: Mapping[str, str], png: bytes) -> bytes:
    """The answer to a browser as JSON: `html`, or `text` if there is nothing to show.

    `again`: seconds until the view should be asked for again; `pictures` and `shares`: for the network diagram.

    Args:
        parameters: Query parameters of the URL: the view, the run, the theme of the pictures, the options of the view.
        png: The canvas as a PNG.

    Raises:
        LabError: The store cannot be read.
    """
    return json.dumps(_answer(parameters, png), separators=(",", ":"), allow_nan=False).encode()


def _answer(parameters: Mapping[str, str], png: bytes) -> dict[str, Any]:
    show = VIEWS.get(parameters.get(VIEW, ""))
    theme = parameters.get(THEME, "")
    try:
        run = _run(parameters.get(RUN, ""))
        canvas = read_canvas(png, parameters.get(PEN, ""))
    except UnknownRunError:
        return {"text": "This network is not in the lab any more. Reload the page."}
    except PictureError:
        return {"text": "This drawing did not arrive whole. Draw on."}
    if show is None or theme not in PALETTES:
        return {"text": "This view is not known here. Reload the page."}
    drawing = canvas.drawing
    if drawing is None:
        return {"text": "There is no ink to read yet. Draw on."}
    if len(drawing.digits) > 1:
        return {"text": f"{len(drawing.digits)} digits are on the canvas. Draw one alone to look closer at it."}
    return _shown(show, Drawn(run, canvas, drawing, theme, parameters))


def _run(run_id: str) -> Run:
    return find_run(run_id, services().store_cache.snapshot())


def _shown(show: Callable[[Drawn], View], drawn: Drawn) -> dict[str, Any]:
    try:
        view = show(drawn)
    except LabError as error:
        return {"text": str(error)}
    answer: dict[str, Any] = {"html": view.html}
    if view.again is not None:
        answer["again"] = view.again
    if view.pictures:
        answer |= {"pictures": view.pictures, "shares": view.shares}
    return answer
