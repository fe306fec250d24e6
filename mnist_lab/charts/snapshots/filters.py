"""The weights of a network's first layer as pictures."""

from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from mnist_lab import formatting
from mnist_lab.charts.pixels import digit_sheet_png, image_tag, signed_sheet_png
from mnist_lab.charts.snapshots.snapshot_style import STYLE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mnist_lab.runs.snapshot import FirstWeights, LayerMaps, Snapshot

_COLUMNS, _FEW_COLUMNS = 8, 4
_LARGE = 256
"""Weights of a filter; with more, fewer stand in a row."""
_GAP = 3
_MANY = 1000
_NO_NUMBERS = '<p><span class="bad">✗</span> The weights are no numbers any more: the training diverged.</p>'


def filters_html(snapshot: "Snapshot", digit: int, theme: str) -> str:
    """The weights of the first layer, blue–paper–orange centred at zero, over what they make of a digit.

    Args:
        snapshot: What is shown.
        digit: One of the ten digits whose feature maps are kept, 0 to 9.
        theme: "light" or "dark", for the pixels; all other colours are CSS variables.
    """
    first = snapshot.filters
    if first is None:
        return f'{STYLE}<div class="lab-watch"><p>The first weights of this network look at no picture.</p></div>'
    count, rows, columns = first.values.shape
    noun = "filters" if first.kind == "Conv2D" else "units"
    shown = f"; the first {count} are shown" if count < first.count else ""
    limit = _limit(first)
    head = (
        f"<p><b>{escape(first.title)}</b>: {formatting.count(first.count)} {noun} of {rows}×{columns} weights{shown}. "
    )
    if limit is None:
        return f'{STYLE}<div class="lab-watch">{head}</p>{_NO_NUMBERS}</div>'
    maps = next((one for one in snapshot.maps if one.layer == first.layer and len(one.shape) == 3), None)
    is_output = first.layer == snapshot.maps[-1].layer
    across = _FEW_COLUMNS if rows * columns > _LARGE else _COLUMNS
    blocks = ""
    for start in range(0, count, across):
        part = slice(start, min(start + across, count))
        pictures = _filters(first, part, across, limit, theme) + _made(maps, part, across, digit, theme)
        blocks += f'<div class="layer pairs"><small>{_names(first, part, is_output)}</small>{pictures}</div>'
    return (
        f'{STYLE}<div class="lab-watch">{head}{_meaning(first, maps is not None, digit)}</p>'
        f'<div class="legend wide"><span>−{limit:.3g}</span><i class="signed"></i><span>{limit:.3g}</span></div>'
        f'<div class="layers">{blocks}</div></div>'
    )


def _filters(first: "FirstWeights", part: slice, across: int, limit: float, theme: str) -> str:
    filters = _enlarged(first.values[part])
    sheet = signed_sheet_png(filters, limit, across, scale=1, theme=theme, gap=_GAP)
    words = f"Weights of the layer {first.title}: blue below zero, orange above, to {limit:.3g}"
    return image_tag(sheet, words, f"width:{100 * len(filters) / across:g}%")


def _made(maps: "LayerMaps | None", part: slice, across: int, digit: int, theme: str) -> str:
    """What filters make of the digit, as far as it is kept."""
    if maps is None or part.start >= maps.values.shape[1]:
        return ""
    seen = _enlarged(maps.values[digit, part])
    sheet = digit_sheet_png(seen, across, scale=1, theme=theme, gap=_GAP)
    return image_tag(sheet, f"What they make of the digit {digit}", f"width:{100 * len(seen) / across:g}%")


def _names(first: "FirstWeights", part: slice, is_output: bool) -> str:
    if is_output:
        return f"Digits {part.start} to {part.stop - 1}"
    return f"{'Filters' if first.kind == 'Conv2D' else 'Units'} {part.start + 1} to {part.stop}"


def _enlarged(pictures: "NDArray[Any]") -> "NDArray[Any]":
    """To about the size of a digit, so that filters and maps have the same gaps."""
    scale = max(1, round(28 / max(pictures.shape[1:])))
    return pictures.repeat(scale, axis=1).repeat(scale, axis=2)


def _limit(first: "FirstWeights") -> float | None:
    """What gets the strongest colour; None if there is no number."""
    sizes = np.abs(first.values[np.isfinite(first.values)])
    if not sizes.size:
        return None
    # Of many weights a few large ones would pale all others.
    largest = float(np.percentile(sizes, 99.5) if sizes.size > _MANY else sizes.max())
    return largest if largest > 0 else 1.0


def _meaning(first: "FirstWeights", has_maps: bool, digit: int) -> str:
    what = "Each filter slides over the digit" if first.kind == "Conv2D" else "Each unit looks at the whole digit"
    beneath = f" Beneath each: what it makes of the {digit}." if has_maps else ""
    return f"{what}; ink on <b>orange</b> speaks for what it looks for, ink on <b>blue</b> against it.{beneath}"
