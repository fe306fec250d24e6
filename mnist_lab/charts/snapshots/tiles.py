"""Pictures of filters and feature maps side by side, each a button that enlarges it, as HTML.

`assets/enlarge.js` opens the dialog, and moves the focus with the arrow keys: Tab enters each row of pictures once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

MAX_ACROSS, _MIDDLE_ACROSS, _NARROW_ACROSS = 16, 8, 4
"""Pictures in a row on a wide screen, on a tablet and on a phone."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One picture, or several of the same thing above each other."""

    name: str
    """ "filter 7 of 32, layer 1, convolution"."""
    images: str
    """`image_tag`s."""
    label: str = ""
    """A word below the picture."""


def tiles_html(tiles: Sequence[Tile], title: str) -> str:
    """The pictures in rows of equal length that fill the width.

    Args:
        tiles: At least one.
        title: Names all of them to a screen reader.
    """
    count = len(tiles)
    limits = {"wide": MAX_ACROSS, "middle": _MIDDLE_ACROSS, "narrow": _NARROW_ACROSS}
    style = ";".join(f"--{name}:{_across(count, limit)}" for name, limit in limits.items())
    inner = "".join(_tile(tile, is_first=index == 0) for index, tile in enumerate(tiles))
    return f'<div class="tiles" role="group" aria-label="{escape(title)}" style="{style}">{inner}</div>'


def layer_words(title: str) -> str:
    """A layer's title within a sentence: "1 Convolution 3×3" → "layer 1, convolution 3×3"."""
    number, _, kind = title.partition(" ")
    return f"layer {number}, {kind[:1].lower()}{kind[1:]}" if kind else f"layer {title}"


def _across(count: int, limit: int) -> int:
    rows = -(-count // limit)
    return -(-count // rows)


def _tile(tile: Tile, *, is_first: bool) -> str:
    name = escape(tile.name)
    label = f"<small>{escape(tile.label)}</small>" if tile.label else ""
    return (
        f'<button type="button" class="tile" tabindex="{0 if is_first else -1}" data-name="{name}" '
        f'aria-label="Enlarge {name}" title="{name}">{tile.images}{label}</button>'
    )
