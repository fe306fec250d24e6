"""Test images with what a network read them as: one card an image, as HTML."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from mnist_lab import formatting
from mnist_lab.charts.even_columns import even_columns
from mnist_lab.charts.palette import variable
from mnist_lab.charts.pixels import data_uri, digit_png

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SHOWN = 3
"""Number of digits per card."""

_INK, _MUTED, _GRID, _GOOD, _BAD, _SURFACE = (
    variable(name) for name in ("ink", "muted", "grid", "good", "bad", "surface")
)
_STYLE = f"""<style>
.lab-cards-frame {{ container-type: inline-size; }}
.lab-cards {{ list-style: none; margin: 0; padding: 0; display: grid; gap: 0.75rem; color: {_INK};
  font-variant-numeric: tabular-nums; }}
{even_columns(".lab-cards", 10.25, 0.75)}
.lab-cards > li {{ margin: 0; border: 1px solid {_GRID}; border-radius: 0.5rem; padding: 0.625rem 0.75rem;
  font-size: 0.8125rem; line-height: 1.4; }}
.lab-cards > .wrong {{ border-top: 3px solid {_BAD}; }}
.lab-cards .top {{ display: flex; gap: 0.75rem; align-items: center; margin-bottom: 0.5rem; }}
.lab-cards img {{ flex: none; width: 4.5rem; height: 4.5rem; image-rendering: pixelated; }}
.lab-cards .top span {{ display: block; white-space: nowrap; }}
.lab-cards .top b {{ font-size: 1.125rem; }}
.lab-cards .bad {{ color: {_BAD}; font-weight: 600; }}
.lab-cards .good {{ color: {_GOOD}; font-weight: 600; }}
.lab-cards .guess {{ display: grid; grid-template-columns: 2rem 1fr 2.75rem; gap: 0.375rem; align-items: center;
  height: 1.3rem; }}
.lab-cards .guess i {{ display: block; height: 0.55rem; border-radius: 2px; background: {_SURFACE}; }}
.lab-cards .guess i i {{ background: {_MUTED}; min-width: 1px; }}
.lab-cards .guess.bad i i {{ background: {_BAD}; }}
.lab-cards .guess.good i i {{ background: {_GOOD}; }}
.lab-cards .guess span {{ text-align: right; color: {_INK}; font-weight: 400; white-space: nowrap; }}
@media (max-width: 640px) {{ .lab-cards {{ gap: 0.5rem; }}
  .lab-cards > li {{ padding: 0.5rem; }} .lab-cards img {{ width: 3.5rem; height: 3.5rem; }}
  .lab-cards .top {{ gap: 0.5rem; }} }}
</style>"""


class ImageCard(NamedTuple):
    """A test image and its prediction."""

    number: int
    """Its index among the test images."""
    image: "NDArray[np.uint8]"
    """Shape (28, 28)."""
    true: int
    probabilities: "NDArray[np.float32]"
    """Shape (10,); NaN if the network gave no answer."""


def image_cards_html(cards: Sequence[ImageCard], theme: str) -> str:
    """Each image with its true digit, what it was read as, and the three most probable digits.

    Args:
        cards: The images, in order.
        theme: "light" or "dark", for the pixels; all other colours are CSS variables.
    """
    items = "".join(_card(card, theme) for card in cards)
    return f'{_STYLE}<div class="lab-cards-frame"><ul class="lab-cards">{items}</ul></div>'


def _card(card: ImageCard, theme: str) -> str:
    answered = bool(np.isfinite(card.probabilities).all())
    read = int(card.probabilities.argmax())
    right = answered and read == card.true
    result = f"read as <b>{read}</b>" if answered else "no answer"
    sign, colour = ("✓", "good") if right else ("✗", "bad")
    image = data_uri(digit_png(card.image, 1, theme))
    return (
        f'<li class="{"" if right else "wrong"}"><div class="top">'
        f'<img src="{image}" alt="{_alt(card, read, answered)}" title="Test image {card.number:,}" decoding="sync">'
        f'<div><span>true <b>{card.true}</b></span><span class="{colour}">{sign} {result}</span></div></div>'
        f"{_guesses(card) if answered else ''}</li>"
    )


def _alt(card: ImageCard, read: int, answered: bool) -> str:
    if not answered:
        return f"A {card.true}, for which the network gave no answer"
    return f"A {card.true}, read as {read}, {formatting.probability(float(card.probabilities[read]))}"


def _guesses(card: ImageCard) -> str:
    order = np.argsort(-card.probabilities, kind="stable")[:_SHOWN]
    return "".join(_guess(card, int(digit), first=digit == order[0]) for digit in order)


def _guess(card: ImageCard, digit: int, *, first: bool) -> str:
    probability = float(card.probabilities[digit])
    true = digit == card.true
    sign, kind = ("✓", "guess good") if true else ("✗", "guess bad") if first else ("", "guess")
    return (
        f'<div class="{kind}"><b>{digit} {sign}</b><i><i style="width:{100 * probability:.1f}%"></i></i>'
        f"<span>{formatting.probability(probability)}</span></div>"
    )
