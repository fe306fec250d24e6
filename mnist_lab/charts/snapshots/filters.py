"""The weights of the first layer as images, as HTML."""

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
"""Weights per filter above which a row has four images instead of eight."""
_GAP = 3
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
    noun = "filters" if first.kind == "Conv2D" else "units"
    shown = f"; the first {count} are shown" if count < first.count else ""
    limit = _limit(first)
    head = (
        f"<p><b>{escape(first.title)}</b>: {formatting.count(first.count)} {noun} of {rows}×{columns} weights{shown}. "
    )
    if limit is None:
        return f'{STYLE}<div class="lab-snapshot">{head}</p>{_NO_NUMBERS}</div>'
    maps = next((one for one in snapshot.maps if one.layer == first.layer and len(one.shape) == 3), None)
    is_output = first.layer == snapshot.maps[-1].layer
    across = _FEW_COLUMNS if rows * columns > _LARGE else _COLUMNS
    blocks = ""
    for start in range(0, count, across):
        part = slice(start, min(start + across, count))
        images = _filters(first, part, across, limit, theme) + _outputs(maps, part, across, digit, theme)
        blocks += f'<div class="layer pairs"><small>{_names(first, part, is_output)}</small>{images}</div>'
    return (
        f'{STYLE}<div class="lab-snapshot">{head}{_explanation(first, maps is not None, digit)}</p>'
        f'<div class="legend wide"><span>−{limit:.3g}</span><i class="signed"></i><span>{limit:.3g}</span></div>'
        f'<div class="layers">{blocks}</div></div>'
    )


def _filters(first: "FirstWeights", part: slice, across: int, limit: float, theme: str) -> str:
    filters = _enlarged(first.values[part])
    sheet = signed_sheet_png(filters, limit, across, scale=1, theme=theme, gap=_GAP)
    description = f"Weights of the layer {first.title}: blue below zero, orange above, to {limit:.3g}"
    return image_tag(sheet, description, f"width:{100 * len(filters) / across:g}%")


def _outputs(maps: "LayerMaps | None", part: slice, across: int, digit: int, theme: str) -> str:
    """The outputs of the filters for the digit, as far as the snapshot has them."""
    if maps is None or part.start >= maps.values.shape[1]:
        return ""
    seen = _enlarged(maps.values[digit, part])
    sheet = digit_sheet_png(seen, across, scale=1, theme=theme, gap=_GAP)
    return image_tag(sheet, f"Their outputs for the digit {digit}", f"width:{100 * len(seen) / across:g}%")


def _names(first: "FirstWeights", part: slice, is_output: bool) -> str:
    if is_output:
        return f"Digits {part.start} to {part.stop - 1}"
    return f"{'Filters' if first.kind == 'Conv2D' else 'Units'} {part.start + 1} to {part.stop}"


def _enlarged(images: "NDArray[Any]") -> "NDArray[Any]":
    """Enlarge images to about the size of a digit, so that filters and maps have the same gaps."""
    scale = max(1, round(28 / max(images.shape[1:])))
    return images.repeat(scale, axis=1).repeat(scale, axis=2)


def _limit(first: "FirstWeights") -> float | None:
    """The absolute weight with the strongest colour; None if no weight is finite."""
    sizes = np.abs(first.values[np.isfinite(first.values)])
    if not sizes.size:
        return None
    # A few large weights among many would make all others pale.
    largest = float(np.percentile(sizes, 99.5) if sizes.size > _MANY else sizes.max())
    return largest if largest > 0 else 1.0


def _explanation(first: "FirstWeights", has_maps: bool, digit: int) -> str:
    what = "Each filter is moved over the digit" if first.kind == "Conv2D" else "Each unit has a weight for each pixel"
    below = f" Below each: its output for the {digit}." if has_maps else ""
    return f"{what}; ink on <b>orange</b> raises its output, ink on <b>blue</b> lowers it.{below}"
