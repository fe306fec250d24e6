"""The changes from one version of a figure to the next, so that only these are sent to a browser."""

from collections.abc import Mapping, Sequence
from typing import Any

from mnist_lab.charts.figure import Figure

Delta = dict[str, Any]
"""Changes of a figure, JSON-ready:

- `traces`: for each changed trace `[index, start, xs, ys]`. Its first `start` points stay, the others are replaced.
- `layout`: the new value of each changed key of the layout.
"""


def figure_delta(old: Figure, new: Figure) -> Delta | None:
    """The changes that turn the figure `old` into `new`; None if the whole figure must be sent.

    Figures are compared by value, so every kind of change is covered: new points, other thinning, another axis range.
    The whole figure must be sent if its traces differ in more than their points.

    Args:
        old: A figure whose traces all have `x` and `y`.
        new: Another one.
    """
    if old["layout"].keys() != new["layout"].keys() or list(map(_style, old["data"])) != list(map(_style, new["data"])):
        return None
    pairs = enumerate(zip(old["data"], new["data"], strict=True))
    traces = [[index, *_new_points(before, after)] for index, (before, after) in pairs if before != after]
    layout = {key: value for key, value in new["layout"].items() if value != old["layout"][key]}
    return {"traces": traces, "layout": layout}


def _style(trace: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in trace.items() if key not in {"x", "y"}}


def _new_points(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[int, Sequence[float], Sequence[float | None]]:
    start = min(_common_length(old["x"], new["x"]), _common_length(old["y"], new["y"]))
    return start, new["x"][start:], new["y"][start:]


def _common_length(old: Sequence[Any], new: Sequence[Any]) -> int:
    """Length of the longest common prefix."""
    if new[: len(old)] == old:
        return len(old)
    return next((index for index, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
