"""The feature maps of one digit, layer by layer, as HTML."""

import math
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from mnist_lab import formatting
from mnist_lab.charts.pixels import digit_png, digit_sheet_png, image_tag
from mnist_lab.charts.snapshots.snapshot_style import STYLE
from mnist_lab.charts.snapshots.tiles import Tile, layer_words, tiles_html

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mnist_lab.runs.snapshot import LayerMaps, Snapshot

    Values = NDArray[np.uint8]

_UNITS_ACROSS = 64


def maps_html(snapshot: "Snapshot", digit: int, theme: str) -> str:
    """The feature maps of one of the ten digits, a row of them per layer, and the ten probabilities at the end.

    Args:
        snapshot: The snapshot shown.
        digit: 0 to 9.
        theme: "light" or "dark", for the pixels; all other colours are CSS variables.
    """
    image = image_tag(digit_png(snapshot.images[digit], 1, theme), f"A test digit, a {digit}")
    blocks = "".join(layer_block(maps, digit, theme, f"the digit {digit}") for maps in snapshot.maps[:-1])
    answer = _answer(snapshot, digit) if snapshot.maps else ""
    head = f'<div class="given">{image}<p>{_heading(snapshot, digit)}</p></div>'
    return f'{STYLE}<div class="lab-snapshot">{head}<div class="layers">{blocks}{answer}</div></div>'


def _heading(snapshot: "Snapshot", digit: int) -> str:
    numbers = [maps.layer for maps in snapshot.maps]
    skips = numbers != list(range(1, len(numbers) + 1))
    left_out = " Layers that change nothing in inference, dropout and Flatten, are left out." if skips else ""
    return f"<b>Feature maps</b>: the outputs of the layers for this {digit}.{left_out}"


def layer_block(maps: "LayerMaps", digit: int, theme: str, subject: str) -> str:
    """The feature maps of one layer.

    Args:
        maps: Of one or more images.
        digit: Index of the image.
        theme: As in `maps_html`.
        subject: What the image shows, for screen readers: "the digit 3".
    """
    values = maps.values[digit]  # (channels, h, w)
    is_row = values.shape[:2] == (1, 1)
    shown = values.shape[2] if is_row else len(values)
    noun = "units" if len(maps.shape) == 1 else "maps"
    shape = formatting.shape(maps.shape) if noun == "maps" else f"{formatting.count(maps.shape[0])} units"
    part = f" · the first {shown} {noun}" if shown < maps.shape[-1] else ""
    if math.isnan(float(maps.low[digit])):
        body, legend = '<span class="bad">✗ NaN: the training diverged</span>', ""
    else:
        tiles = [_units(values[0, 0], maps, theme)] if is_row else _maps(values, maps, theme)
        description = f"{shown} {noun} of {layer_words(maps.title)} for {subject}, {_silent(values, is_row)}"
        body, legend = tiles_html(tiles, description), _legend(maps, digit)
    kind = "layer units" if is_row else "layer"
    head = f'<div class="head"><h4>{escape(maps.title)}</h4><small>{shape}{part}</small>{legend}</div>'
    return f'<div class="{kind}">{head}{body}</div>'


def _maps(values: "Values", maps: "LayerMaps", theme: str) -> list[Tile]:
    names = (f"map {index + 1:,} of {maps.shape[-1]:,}, {layer_words(maps.title)}" for index in range(len(values)))
    return [
        Tile(name, image_tag(digit_png(channel, 1, theme), "Feature map"))
        for name, channel in zip(names, values, strict=True)
    ]


def _units(values: "NDArray[np.uint8]", maps: "LayerMaps", theme: str) -> Tile:
    """All units in one picture: a single one is only a square."""
    sheet = digit_sheet_png(values.repeat(49).reshape(-1, 7, 7), min(_UNITS_ACROSS, len(values)), scale=1, theme=theme)
    width = f"width:{100 * min(1, len(values) / _UNITS_ACROSS):g}%"
    return Tile(f"{len(values):,} units, {layer_words(maps.title)}", image_tag(sheet, "Units, a square each", width))


def _silent(values: "Values", is_row: bool) -> str:
    silent = int((values == 0).sum()) if is_row else int((values.max(axis=(1, 2)) == values.min(axis=(1, 2))).sum())
    return f"{silent} of them blank" if silent else "none of them blank"


def _legend(maps: "LayerMaps", digit: int) -> str:
    low, high = float(maps.low[digit]), float(maps.high[digit])
    lowest = f"−{-low:.2g}" if low < 0 else "0"
    return f'<div class="legend"><span>{lowest}</span><i class="sequence"></i><span>{high:.2g}</span></div>'


def _answer(snapshot: "Snapshot", digit: int) -> str:
    maps, probabilities = snapshot.maps[-1], snapshot.probabilities[digit]
    units = "10 units: the probability of each digit"
    head = f'<div class="layer"><div class="head"><h4>{escape(maps.title)}</h4><small>{units}</small></div>'
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
