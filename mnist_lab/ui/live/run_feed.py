"""The JSON that `/live` answers: a run's live view for the browser, made once for all that ask."""

import gzip
import json
from collections.abc import Mapping
from contextlib import suppress
from urllib.parse import urlencode

from mnist_lab.errors import UnknownRunError
from mnist_lab.ui.live.current_run import find
from mnist_lab.ui.live.run_view import SMOOTHINGS, Choices, Growth, growth
from mnist_lab.ui.services.container import services
from mnist_lab.ui.session.query_params import RUN

ADDRESS = "/live"
"""Where the browser asks; the run and the choices are the parameters."""
_LOG, _SMOOTHING, _GHOST = "log", "smoothing", "ghost"
_GONE = {"outline": "gone", "every": 2.0, "parts": {}}
_LEVEL = 5
"""Of compression, as the server itself takes."""


def feed_url(run_id: str, choices: Choices) -> str:
    """The URL where the browser asks for a run's live view, with the choices as query parameters."""
    parameters = {RUN: run_id, _SMOOTHING: f"{choices.smoothing:g}"}
    parameters |= ({_LOG: "1"} if choices.log else {}) | ({_GHOST: choices.ghost} if choices.ghost else {})
    return f"{ADDRESS}?{urlencode(parameters)}"


def answer(parameters: Mapping[str, str]) -> bytes:
    """What the browser is told, in JSON, compressed: once for all, as the server would do it for each browser.

    Args:
        parameters: Of the address it asked; those that mean nothing are left out.

    Raises:
        LabError: The store cannot be read.
    """
    moment = services().moments.now()
    choices = _choices(parameters)
    try:
        run = find(parameters.get(RUN, ""), moment)
    except UnknownRunError:
        return _packed(_GONE)
    return moment.shared((run.id, choices, "JSON"), lambda: _packed(_told(growth(run, moment, choices))))


def _choices(parameters: Mapping[str, str]) -> Choices:
    smoothing = Choices.smoothing
    with suppress(ValueError):
        wanted = float(parameters.get(_SMOOTHING, ""))
        smoothing = wanted if wanted in SMOOTHINGS else smoothing
    return Choices(_LOG in parameters, smoothing, _ghost(parameters))


def _ghost(parameters: Mapping[str, str]) -> str:
    """The run that is drawn behind; what is none must not be a choice of its own, for which all is made anew."""
    wanted = parameters.get(_GHOST, "")
    with suppress(UnknownRunError):
        return find(wanted, services().moments.now()).id if wanted else ""
    return ""


def _told(now: Growth) -> dict[str, object]:
    return {"outline": now.outline, "every": now.every, "parts": dict(now.parts)}


def _packed(told: Mapping[str, object]) -> bytes:
    return gzip.compress(json.dumps(told, separators=(",", ":"), allow_nan=False).encode(), _LEVEL)
