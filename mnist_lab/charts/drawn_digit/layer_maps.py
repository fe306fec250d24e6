"""What each layer of a network gives for a drawing, as HTML and as pictures for the network diagram."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from mnist_lab.charts.drawn_digit.drawn_style import drawn_html
from mnist_lab.charts.pixels import data_uri, digit_png
from mnist_lab.charts.snapshots.feature_maps import layer_block
from mnist_lab.charts.snapshots.snapshot_style import STYLE as SNAPSHOT_STYLE

if TYPE_CHECKING:
    from mnist_lab.runs.snapshot import LayerMaps


def layer_maps_html(maps: "Sequence[LayerMaps]", theme: str, *, is_large: bool) -> str:
    """The feature maps of the layers, a block of them a layer.

    A block names its layer and the size of its maps in `data-layer`, `data-rows` and `data-columns`, so that the
    browser knows which value the pointer is over.

    Args:
        maps: Of one image each, in the order of the layers; at least one.
        theme: "light" or "dark", for the pixels; all other colours are CSS variables.
        is_large: Whether the maps are few and large.
    """
    blocks = "".join(_block(one, theme) for one in maps)
    size = "large-maps" if is_large else ""
    hint = (
        '<p class="cell quiet" role="status">Point at a map: this line tells what the value there was summed from.</p>'
    )
    return (
        f'{SNAPSHOT_STYLE}{drawn_html(hint)}<div class="lab-snapshot {size}"><div class="layers">{blocks}</div></div>'
    )


def _block(maps: "LayerMaps", theme: str) -> str:
    rows, columns = maps.values.shape[2:]
    data = f'data-layer="{maps.layer - 1}" data-rows="{rows}" data-columns="{columns}" data-axes="{len(maps.shape)}"'
    return f"<div {data}>{layer_block(maps, 0, theme, 'this drawing')}</div>"


def picture(maps: "LayerMaps", theme: str) -> str:
    """The map of a layer that varies most, as a data URI; of a row of units, all of them in one column."""
    values = maps.values[0]  # (channels, h, w)
    is_row = values.shape[:2] == (1, 1)
    most = int(np.argmax(values.reshape(len(values), -1).std(axis=1)))
    return data_uri(digit_png(values.reshape(-1, 1) if is_row else values[most], 1, theme))


def cell_sum_text(value: float, products: int, total: float, bias: float, activation: str) -> str:
    """A value and the sum behind it: "0.84 = relu(9 products 0.71 + bias 0.13)".

    Args:
        value: The value.
        products: Number of the products of inputs and weights; 0 for a value that is no sum.
        total: Sum of the products.
        bias: Added to it.
        activation: Name of the function that gives the value.
    """
    if not products:
        return f"<b>{_number(value)}</b>"
    sign = "−" if bias < 0 else "+"
    inner = f"{products:,} products, in sum {_number(total)}, {sign} bias {_number(abs(bias))}"
    return f"<b>{_number(value)}</b> = {'' if activation == 'linear' else activation}({inner})"


def _number(value: float) -> str:
    return f"{value:.3g}".replace("-", "−")
