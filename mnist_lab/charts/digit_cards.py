"""The digits of a number beside each other: each as the network sees it, with its ten probabilities as small bars."""

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, NamedTuple

from mnist_lab import formatting
from mnist_lab.charts.palette import variable
from mnist_lab.charts.pixels import data_uri, digit_png

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_INK, _MUTED, _GRID = (variable(name) for name in ("ink", "muted", "grid"))

_MIN_LABELLED = 0.005
"""Smaller probabilities have no text for screen readers."""

_STYLE = f"""<style>
.lab-digit-cards {{ list-style: none; margin: 0; padding: 0; display: flex; flex-wrap: wrap; gap: 0.75rem;
  color: {_INK}; font-variant-numeric: tabular-nums; }}
.lab-digit-cards > li {{ margin: 0; flex: 1 1 13rem; max-width: 20rem; border: 1px solid {_GRID}; border-radius: 0.5rem;
  padding: 0.75rem; }}
.lab-digit-cards .seen {{ display: flex; gap: 0.75rem; align-items: center; min-height: 5.25rem; }}
.lab-digit-cards img {{ flex: none; width: 5.25rem; height: 5.25rem; image-rendering: pixelated; }}
.lab-digit-cards b {{ display: block; font-size: 2rem; line-height: 1.1; }}
.lab-digit-cards p {{ margin: 0; font-size: 0.875rem; line-height: 1.35; }}
.lab-digit-cards .bars {{ display: grid; grid-template-columns: repeat(10, 1fr); gap: 0.2rem; height: 5.5rem;
  margin-top: 0.5rem; }}
.lab-digit-cards .bars > span {{ display: flex; flex-direction: column; justify-content: flex-end; }}
.lab-digit-cards .bars i {{ display: block; height: calc((100% - 1.4rem) * var(--share)); min-height: 2px;
  border-radius: 2px 2px 0 0; background: {_MUTED}; opacity: 0.55; }}
.lab-digit-cards .bars small {{ text-align: center; font-size: 0.875rem; line-height: 1.35rem;
  border-top: 1px solid {_GRID}; }}
.lab-digit-cards .best i {{ background: {_INK}; opacity: 1; }}
.lab-digit-cards .best small {{ font-weight: 700; }}
</style>"""


class DigitCard(NamedTuple):
    """A digit and what a network read it as."""

    pixels: "NDArray[np.float32]"
    """Shape (28, 28), 0 for paper to 1 for ink."""
    probabilities: "Sequence[float] | NDArray[np.float32]"
    """Shape (10,), each in 0..1."""
    text: str
    """For the user: "7, quite sure (98 %)"."""


def digit_cards_html(cards: Sequence[DigitCard], theme: str) -> str:
    """Each digit with the network's input, what it was read as, and the ten probabilities.

    Args:
        cards: From left to right.
        theme: "light" or "dark", for the pixels.
    """
    return f'{_STYLE}<ol class="lab-digit-cards">{"".join(_card(card, theme) for card in cards)}</ol>'


def _card(card: DigitCard, theme: str) -> str:
    best = max(range(10), key=lambda digit: card.probabilities[digit])
    image = data_uri(digit_png(card.pixels, scale=3, theme=theme))
    return (
        f'<li><div class="seen"><img src="{image}" alt="The digit as 28×28 pixels">'
        f"<div><b>{best}</b><p>{escape(card.text).replace(' %', '&nbsp;%')}</p></div></div>{_bars(card, best)}</li>"
    )


def _bars(card: DigitCard, best: int) -> str:
    shares = [float(share) for share in card.probabilities]
    named = ", ".join(
        f"{digit} {formatting.probability(share)}" for digit, share in enumerate(shares) if share >= _MIN_LABELLED
    )
    columns = "".join(
        f'<span class="{"best" if digit == best else ""}"><i style="--share:{share:.4f}"></i>'
        f"<small>{digit}</small></span>"
        for digit, share in enumerate(shares)
    )
    return f'<div class="bars" role="img" aria-label="Probabilities: {named}">{columns}</div>'
