"""The JSON that `/live` answers: what has changed in the view of a run since the version that the browser has."""

import gzip
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from mnist_lab.charts import figure_delta
from mnist_lab.errors import UnknownRunError
from mnist_lab.ui.live.current_run import find_run
from mnist_lab.ui.live.run_view import CHART, RunView, recent_view, slider_key, view_run
from mnist_lab.ui.services.container import services
from mnist_lab.ui.session.query_params import RUN
from mnist_lab.ui.session.ui_state import ChartOptions, UiState, chart_from_query

ADDRESS = "live"
"""Path of the URL, relative to the page; the run, the options of its chart and the version are query parameters."""
_VERSION = "version"
_GONE = {"layout_key": "gone", "interval": 2.0, "version": "", "parts": {}, "changes": {}}
_COMPRESSION_LEVEL = 5


def feed_url(run_id: str, options: ChartOptions) -> str:
    """The URL where a browser asks for a run's view; it adds the parameter `version`."""
    return f"{ADDRESS}?{urlencode(UiState(run=run_id, chart=options).to_query())}"


def answer(parameters: Mapping[str, str]) -> bytes:
    """The answer to a browser as compressed JSON, made once for all browsers that ask the same.

    - `layout_key`, `interval`, `version`: of the `RunView`.
    - `parts`: the new content of each changed part of the page by its key; of all parts if the browser's version is
      unknown.
    - `changes`: by the key of the chart `[from version, to version, alt, delta]`, with a `Delta` of its figure, if that
      is sufficient.

    Args:
        parameters: Query parameters of the URL. Invalid values are ignored.

    Raises:
        LabError: The store cannot be read.
    """
    store = services().store_cache.snapshot()
    options = _options(parameters)
    try:
        run = find_run(parameters.get(RUN, ""), store)
    except UnknownRunError:
        return _compressed(_GONE)
    known = recent_view(run.id, options, parameters.get(_VERSION, ""))
    key = (run.id, options, "answer", known.version if known else "")
    return store.shared(key, lambda: _compressed(_changes(run.id, known, view_run(run, store, options))))


def _changes(run_id: str, old: RunView | None, new: RunView) -> dict[str, Any]:
    parts = {key: part for key, part in new.parts.items() if old is None or part != old.parts.get(key)}
    changes = {}
    if old is not None and CHART in parts and CHART in old.parts:
        before, after = old.parts[CHART], new.parts[CHART]
        delta = figure_delta(before.figure, after.figure)
        if delta is not None:
            changes[CHART] = (before.version, after.version, after.alt, delta)
            del parts[CHART]
    # Sent even if unchanged: the slider asks for a new snapshot repeatedly, until it has been drawn.
    slider = slider_key(run_id)
    parts |= {slider: new.parts[slider]} if slider in new.parts else {}
    head = {"layout_key": new.layout_key, "interval": new.interval, "version": new.version}
    return {**head, "parts": parts, "changes": changes}


def _options(parameters: Mapping[str, str]) -> ChartOptions:
    """The chart options; an unknown baseline becomes "", as a view is made and cached for each different value."""
    options = chart_from_query(parameters)
    with suppress(UnknownRunError):
        if options.baseline:
            return replace(options, baseline=find_run(options.baseline, services().store_cache.snapshot()).id)
    return replace(options, baseline="")


def _compressed(content: Mapping[str, Any]) -> bytes:
    return gzip.compress(json.dumps(content, separators=(",", ":"), allow_nan=False).encode(), _COMPRESSION_LEVEL)
