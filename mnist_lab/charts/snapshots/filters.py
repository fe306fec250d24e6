"""The weights of the first layer as images, as HTML."""

from html import escape
from typing import TYPE_CHECKING

import numpy as np

from mnist_lab import formatting
from mnist_lab.charts.pixels import digit_png, image_tag, signed_sheet_png
from mnist_lab.charts.snapshots.snapshot_style import STYLE
from mnist_lab.charts.snapshots.tiles import Tile, layer_words, tiles_html

if TYPE_CHECKING:
    from mnist_lab.runs.snapshot import FirstWeights, LayerMaps, Snapshot

_MANY = 1000
_NO_NUMBERS = '<p><span class="bad">✗</span> The weights are NaN or infinite: the training diverged.</p>'


def filters_html(snapshot: "Snapshot", digit: int, theme: str) -> str:
    """The weights of the first layer on a scale centred at zero, each above its output for a digit.

    Args:
        snapshot: The snapshot shown.
        digit: The digit whose feature maps are shown, 0 to 9.
        theme: "light" or "dark", for the pixels; all other colours are CSS variables.
    """
    first = snapshot.filters
    if first is None:
        text = "The first layer with weights of this network does not process images."
        return f'{STYLE}<div class="lab-snapshot"><p>{text}</p></div>'
    count, rows, columns = first.values.shape
    shown = f"; the first {count} are shown" if count < first.count else ""
    limit = _limit(first)
    head = (
        f"<p><b>{escape(first.title)}</b>: {formatting.quantity(first.count, _noun(first))} of {rows}×{columns} "
        f"weights{shown}. "
    )
    if limit is None:
        return f'{STYLE}<div class="lab-snapshot">{head}</p>{_NO_NUMBERS}</div>'
    maps = next((one for one in snapshot.maps if one.layer == first.layer and len(one.shape) == 3), None)
    is_output = first.layer == snapshot.maps[-1].layer
    tiles = [_tile(first, index, maps, digit, limit, theme, is_output=is_output) for index in range(count)]
    return (
        f'{STYLE}<div class="lab-snapshot">{head}{_explanation(first, maps, digit)}</p>'
        f'<div class="legend wide"><span>−{limit:.3g}</span><i class="signed"></i><span>{limit:.3g}</span></div>'
        f'<div class="pairs">{tiles_html(tiles, f"Weights of {layer_words(first.title)}")}</div></div>'
    )


def _tile(
    first: "FirstWeights",
    index: int,
    maps: "LayerMaps | None",
    digit: int,
    limit: float,
    theme: str,
    *,
    is_output: bool,
) -> Tile:
    weights = signed_sheet_png(first.values[index : index + 1], limit, 1, scale=1, theme=theme, gap=0)
    images = image_tag(weights, f"Weights, blue below zero, orange above, to {limit:.3g}")
    if maps is not None and index < maps.values.shape[1]:
        images += image_tag(digit_png(maps.values[digit, index], 1, theme), f"Output for the digit {digit}")
    if is_output:
        return Tile(f"weights for the digit {index}, {layer_words(first.title)}", images, str(index))
    name = f"{_noun(first)} {index + 1:,} of {first.count:,}, {layer_words(first.title)}"
    return Tile(name, images, f"{index + 1:,}")


def _noun(first: "FirstWeights") -> str:
    return "filter" if first.kind == "Conv2D" else "unit"


def _limit(first: "FirstWeights") -> float | None:
    """The absolute weight with the strongest colour; None if no weight is finite."""
    sizes = np.abs(first.values[np.isfinite(first.values)])
    if not sizes.size:
        return None
    # A few large weights among many would make all others pale.
    largest = float(np.percentile(sizes, 99.5) if sizes.size > _MANY else sizes.max())
    return largest if largest > 0 else 1.0


def _explanation(first: "FirstWeights", maps: "LayerMaps | None", digit: int) -> str:
    what = "Each filter is moved over the digit" if first.kind == "Conv2D" else "Each unit has a weight for each pixel"
    below = ""
    if maps is not None:
        count, drawn = len(first.values), maps.values.shape[1]
        which = f"of the first {drawn} {_noun(first)}s" if drawn < count else _noun(first)
        below = f" Below each {which}: what it makes of the digit {digit}."
    return f"{what}; ink on <b>orange</b> raises its output, ink on <b>blue</b> lowers it.{below}"
