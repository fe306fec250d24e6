"""The feature maps of one digit, layer by layer, as HTML."""

import math
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from mnist_lab import formatting
from mnist_lab.charts.pixels import digit_png, digit_sheet_png, image_tag
from mnist_lab.charts.snapshots.snapshot_style import STYLE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mnist_lab.runs.snapshot import LayerMaps, Snapshot

    Values = NDArray[np.uint8]

_COLUMNS = 8
_UNITS_ACROSS = 32


def maps_html(snapshot: "Snapshot", digit: int, theme: str) -> str:
    """The feature maps of one of the ten digits, one block per layer, and the ten probabilities at the end.

    Args:
        snapshot: The snapshot shown.
        digit: 0 to 9.
        theme: "light" or "dark", for the pixels; all other colours are CSS variables.
    """
    image = image_tag(digit_png(snapshot.images[digit], 1, theme), f"A test digit, a {digit}", "width:132px")
    first = f'<div class="layer"><h4>The digit</h4><small>28×28 pixels</small>{image}</div>'
    blocks = "".join(_block(maps, digit, theme) for maps in snapshot.maps[:-1])
    answer = _answer(snapshot, digit) if snapshot.maps else ""
    layers = f'<div class="layers">{first}{blocks}{answer}</div>'
    return f'{STYLE}<div class="lab-snapshot"><p>{_heading(snapshot, digit)}</p>{layers}</div>'


def _heading(snapshot: "Snapshot", digit: int) -> str:
    numbers = [maps.layer for maps in snapshot.maps]
    skips = numbers != list(range(1, len(numbers) + 1))
    left_out = " Layers that change nothing in inference, dropout and Flatten, are left out." if skips else ""
    return f"<b>Feature maps</b>: the outputs of the layers for this {digit}.{left_out}"


def _block(maps: "LayerMaps", digit: int, theme: str) -> str:
    values = maps.values[digit]  # (channels, h, w)
    is_row = values.shape[:2] == (1, 1)
    shown = values.shape[2] if is_row else len(values)
    noun = "units" if len(maps.shape) == 1 else "maps"
    shape = formatting.shape(maps.shape) if noun == "maps" else f"{formatting.count(maps.shape[0])} units"
    part = f" · the first {shown} {noun}" if shown < maps.shape[-1] else ""
    if math.isnan(float(maps.low[digit])):
        body = '<span class="bad">✗ NaN: the training diverged</span>'
    else:
        sheet = _row_png(values[0, 0], theme) if is_row else _sheet_png(values, theme)
        description = f"{shown} {noun} of the layer {maps.title} for the digit {digit}, {_silent(values, is_row)}"
        body = f"{image_tag(sheet, description)}{_legend(maps, digit)}"
    return f'<div class="layer"><h4>{escape(maps.title)}</h4><small>{shape}{part}</small>{body}</div>'


def _sheet_png(values: "Values", theme: str) -> bytes:
    # Small maps are enlarged first; otherwise the gap would be as wide as one value.
    scale = max(1, round(24 / max(values.shape[1:])))
    return digit_sheet_png(values.repeat(scale, axis=1).repeat(scale, axis=2), _COLUMNS, scale=1, theme=theme)


def _row_png(values: "Values", theme: str) -> bytes:
    return digit_sheet_png(values.repeat(49).reshape(-1, 7, 7), min(_UNITS_ACROSS, len(values)), scale=1, theme=theme)


def _silent(values: "Values", is_row: bool) -> str:
    silent = int((values == 0).sum()) if is_row else int((values.max(axis=(1, 2)) == values.min(axis=(1, 2))).sum())
    return f"{silent} of them blank" if silent else "none of them blank"


def _legend(maps: "LayerMaps", digit: int) -> str:
    low, high = float(maps.low[digit]), float(maps.high[digit])
    lowest = f"−{-low:.2g}" if low < 0 else "0"
    return f'<div class="legend"><span>{lowest}</span><i class="sequence"></i><span>{high:.2g}</span></div>'


def _answer(snapshot: "Snapshot", digit: int) -> str:
    maps, probabilities = snapshot.maps[-1], snapshot.probabilities[digit]
    head = f'<div class="layer"><h4>{escape(maps.title)}</h4><small>10 units: the probability of each digit</small>'
    if not np.isfinite(probabilities).all():
        return f'{head}<span class="bad">✗ no answer: the weights are NaN</span></div>'
    bars = "".join(
        f'<div><span><i style="height:{100 * share:.1f}%"></i></span><b>{index}</b></div>'
        for index, share in enumerate(probabilities)
    )
    predicted = int(probabilities.argmax())
    result = (
        '<span class="good">✓ correct</span>' if predicted == digit else f'<span class="bad">✗ it is a {digit}</span>'
    )
    probability = formatting.probability(float(probabilities[predicted]))
    label = f"The probability of each digit; {predicted} has the highest, {probability}"
    return (
        f'{head}<div class="answer" role="img" aria-label="{label}">{bars}</div>'
        f'<div class="legend"><span>predicted {predicted}, {probability}</span>{result}</div></div>'
    )
