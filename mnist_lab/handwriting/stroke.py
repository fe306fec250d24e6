"""The strokes of a drawing: what the pen did, in pixels of the canvas."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeGuard

from mnist_lab.errors import HandwritingError
from mnist_lab.strict_json import short_repr

MAX_STROKES_BYTES = 16_000
"""JSON of the strokes of one drawing; a digit has about 500 bytes. Points of longer ones are left out."""
MAX_COORDINATE = 10_000
MAX_WIDTH = 1_000


@dataclass(frozen=True, slots=True)
class Stroke:
    """One line, from pen down to pen up."""

    width: int
    """Of the pen, in pixels of the canvas, 1 to 1,000."""
    points: tuple[tuple[int, int], ...]
    """x and y, in pixels of the canvas, y downwards; at least one."""


def strokes_to_json(strokes: Sequence[Stroke]) -> str:
    """The strokes as JSON of at most `MAX_STROKES_BYTES`: a list of lists `[width, x, y, x, y, …]`.

    If there are too many points, every second one is left out until they fit; then whole strokes are.
    """
    text = _text(strokes)
    while len(text) > MAX_STROKES_BYTES:
        thinner = [_thinner(stroke) for stroke in strokes]
        strokes = strokes[::2] if thinner == list(strokes) else thinner
        text = _text(strokes)
    return text


def strokes_from_json(content: object) -> tuple[Stroke, ...]:
    """The strokes in parsed JSON, as `strokes_to_json` writes them.

    Raises:
        HandwritingError: It is something else.
    """
    if not isinstance(content, list):
        raise HandwritingError(f"The strokes of a drawing are a list. Received: {short_repr(content)}.")
    return tuple(_stroke(each) for each in content)


def strokes_from_canvas(paths: Sequence[Mapping[str, Any]]) -> tuple[Stroke, ...]:
    """The strokes that the drawing canvas reports (paths of Fabric.js); what is none of its strokes is left out."""
    found = (_from_path(path.get("path"), path.get("strokeWidth")) for path in paths)
    return tuple(stroke for stroke in found if stroke is not None)


def _text(strokes: Sequence[Stroke]) -> str:
    numbers = [[stroke.width, *(value for point in stroke.points for value in point)] for stroke in strokes]
    return json.dumps(numbers, separators=(",", ":"))


def _thinner(stroke: Stroke) -> Stroke:
    points = stroke.points
    return stroke if len(points) < 3 else Stroke(stroke.width, (*points[:-1:2], points[-1]))


def _stroke(content: object) -> Stroke:
    if isinstance(content, list) and len(content) >= 3 and len(content) % 2 and all(map(_is_coordinate, content)):
        width, *values = content
        if 1 <= width <= MAX_WIDTH:
            return Stroke(width, tuple(zip(values[::2], values[1::2], strict=True)))
    raise HandwritingError(
        "A stroke is a list of the pen's width and the points' coordinates, whole numbers such as"
        f" [20, 100, 80, 104, 85]. Received: {short_repr(content)}."
    )


def _is_coordinate(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= MAX_COORDINATE


def _from_path(commands: object, width: object) -> Stroke | None:
    """The points at which the parts of a path end: of `["Q", x1, y1, x, y]`, x and y."""
    if not isinstance(commands, list) or not _is_number(width):
        return None
    ends = (command[-2:] for command in commands if isinstance(command, list) and len(command) >= 3)
    points = [(round(x), round(y)) for x, y in ends if _is_number(x) and _is_number(y)]
    without_repeats = [point for index, point in enumerate(points) if index == 0 or point != points[index - 1]]
    return Stroke(max(1, round(width)), tuple(without_repeats)) if points else None


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and abs(value) <= MAX_WIDTH
