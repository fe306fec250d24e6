"""Keeps a page that shows a run up to date without drawing it anew: the browser asks, and the lab answers in JSON."""

import gzip
import json
from collections.abc import Mapping
from contextlib import suppress
from urllib.parse import urlencode

import streamlit as st

from mnist_lab.errors import UnknownRunError
from mnist_lab.ui.components.assets import script
from mnist_lab.ui.live.current_run import RUN, find
from mnist_lab.ui.live.run_view import Choices, Growth, growth
from mnist_lab.ui.services.container import services

ADDRESS = "/live"
"""Where the browser asks; the run and the choices are the parameters."""
SMOOTHINGS = (0.0, 0.3, 0.6, 0.9, 0.97)
_LOG, _SMOOTHING, _GHOST = "log", "smoothing", "ghost"
_GONE = {"outline": "gone", "every": 2.0, "parts": {}}
_LEVEL = 5
"""Of compression, as the server itself takes."""

_component = st.components.v2.component(
    "mnist_lab_live_feed",
    html='<div class="lab-feed" hidden></div>',
    js=script("live_feed", "ask"),
    isolate_styles=False,
)


def live_feed(run_id: str, choices: Choices, now: Growth) -> None:
    """Ask again and again from here on; draws nothing, and runs the fragment again when the outline has changed.

    Args:
        run_id: Of the run that the page shows.
        choices: How its curves are drawn.
        now: What the page shows of it.
    """
    parameters = {RUN: run_id, _SMOOTHING: f"{choices.smoothing:g}"}
    parameters |= ({_LOG: "1"} if choices.log else {}) | ({_GHOST: choices.ghost} if choices.ghost else {})
    data = (f"{ADDRESS}?{urlencode(parameters)}", now.outline, now.every)
    _component(data=data, key="live-feed", height=1, on_changed_change=lambda: None)


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
