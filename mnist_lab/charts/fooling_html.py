"""The score board of drawings that people read and a network does not, as HTML."""

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, NamedTuple

from mnist_lab import formatting
from mnist_lab.charts.palette import variable
from mnist_lab.charts.pixels import data_uri, digit_png

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_INK, _MUTED, _GRID, _GOOD, _BAD = (variable(name) for name in ("ink", "muted", "grid", "good", "bad"))
_STYLE = f"""<style>
.lab-fooling {{ list-style: none; margin: 0; padding: 0; display: grid; gap: 0.75rem; color: {_INK};
  grid-template-columns: repeat(auto-fill, minmax(13.5rem, 1fr)); font-variant-numeric: tabular-nums; }}
.lab-fooling > li {{ display: flex; gap: 0.75rem; align-items: center; margin: 0; padding: 0.625rem 0.75rem;
  border: 1px solid {_GRID}; border-radius: 0.5rem; font-size: 0.875rem; line-height: 1.45; }}
.lab-fooling img {{ flex: none; width: 5rem; height: 5rem; image-rendering: pixelated; }}
.lab-fooling span {{ display: block; }}
.lab-fooling .place {{ color: {_MUTED}; }}
.lab-fooling .meant {{ color: {_GOOD}; font-weight: 600; }}
.lab-fooling .read {{ color: {_BAD}; font-weight: 600; }}
.lab-fooling b {{ font-size: 1.125rem; }}
</style>"""


class FoolingDrawing(NamedTuple):
    """A drawing on the score board."""

    pixels: "NDArray[np.uint8]"
    """Shape (28, 28)."""
    label: int
    read: int
    probability: float
    """That the network gives to the digit that it reads, 0..1."""
    by: str
    """Who drew it."""
    others: str
    """What other networks make of it; "" for nothing."""


def fooling_html(drawings: Sequence[FoolingDrawing], theme: str) -> str:
    """The drawings with their places, the first one first; `theme` is "light" or "dark", for the pixels."""
    items = "".join(_item(place, drawing, theme) for place, drawing in enumerate(drawings, 1))
    return f'{_STYLE}<ol class="lab-fooling">{items}</ol>'


def _item(place: int, drawing: FoolingDrawing, theme: str) -> str:
    image = data_uri(digit_png(drawing.pixels, 1, theme))
    sure = formatting.probability(drawing.probability)
    alt = f"A {drawing.label}, read as {drawing.read}"
    others = f'<span class="place">{escape(drawing.others)}</span>' if drawing.others else ""
    return (
        f'<li><img src="{image}" alt="{alt}" decoding="sync"><div>'
        f'<span class="place">No. {place}, by {escape(drawing.by)}</span>'
        f'<span class="meant">✓ people: <b>{drawing.label}</b></span>'
        f'<span class="read">✗ network: <b>{drawing.read}</b> ({sure})</span>{others}</div></li>'
    )
