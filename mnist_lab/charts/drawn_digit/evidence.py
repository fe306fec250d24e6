"""Why a network reads a drawing as it does: the pixels that decided, and the training digits that are most like it."""

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from mnist_lab import formatting
from mnist_lab.charts.drawn_digit.drawn_style import drawn_html
from mnist_lab.charts.pixels import data_uri, digit_png, image_tag, ink_png, signed_sheet_png

if TYPE_CHECKING:
    from numpy.typing import NDArray

_WEAK = 0.5
"""Log-odds; where all evidence is weaker, its colours stay pale."""


class Neighbour(NamedTuple):
    """A training digit that is like the drawing."""

    image: "NDArray[np.uint8]"
    """Shape (28, 28)."""
    label: int
    likeness: float
    """0 to 1."""


def evidence_html(
    pixels: "NDArray[np.float32]",
    evidence: "NDArray[np.float32]",
    digit: int,
    neighbours: Sequence[Neighbour],
    source: str,
    theme: str,
) -> str:
    """The heat of the pixels over the drawing, and the nearest training digits.

    Args:
        pixels: The drawing (28, 28).
        evidence: How much each pixel speaks for the digit (28, 28), in log-odds.
        digit: The digit that is read.
        neighbours: The nearest first; empty if there is no data.
        source: Where they are from: "MNIST".
        theme: "light" or "dark", for the pixels; all other colours are CSS variables.
    """
    figures = _heat(pixels, evidence, digit, theme) + _neighbours(neighbours, source, theme)
    return drawn_html(f'<div class="row">{figures}</div>')


def _heat(pixels: "NDArray[np.float32]", evidence: "NDArray[np.float32]", digit: int, theme: str) -> str:
    limit = max(float(np.abs(evidence).max()), _WEAK)
    heat = image_tag(
        signed_sheet_png(evidence[np.newaxis], limit, theme=theme), f"Heat map of the pixels that speak for the {digit}"
    )
    ink = data_uri(ink_png((pixels * 255).astype(np.uint8)))
    mask = f"-webkit-mask-image:url({ink});mask-image:url({ink})"
    return (
        f'<figure class="large"><div class="layers">{heat}<i class="ink" style="{mask}"></i></div>'
        f"<figcaption><b>Which pixels decided</b>Orange speaks for the {digit}, blue against it: so much surer or less"
        " sure is the network without the part around a pixel."
        '<span class="scale">against<i></i>for</span></figcaption></figure>'
    )


def _neighbours(neighbours: Sequence[Neighbour], source: str, theme: str) -> str:
    if not neighbours:
        return ""
    shown = "".join(
        f"<figure>{image_tag(digit_png(one.image, 1, theme), f'A training digit, a {one.label}')}"
        f"<figcaption><b>{one.label}</b>{formatting.probability(one.likeness)} alike</figcaption></figure>"
        for one in neighbours
    )
    title = f"<b>The nearest of {escape(source)}'s training digits</b>"
    return f'<div class="neighbours"><p class="title">{title}</p><div class="row">{shown}</div></div>'
