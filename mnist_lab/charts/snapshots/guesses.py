"""What a network reads in twelve digits after an epoch, a card a digit."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from mnist_lab import formatting
from mnist_lab.charts.pixels import digit_png, image_tag
from mnist_lab.charts.snapshots.snapshot_style import STYLE
from mnist_lab.charts.sparkline import spark_svg

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mnist_lab.runs.snapshot import Snapshot

_ORDINARY = 10
_SHOWN = 3


def guesses_html(
    snapshot: "Snapshot", history: "Mapping[int, NDArray[np.float32]]", theme: str, *, in_epoch: bool = False
) -> str:
    """The three most likely digits of each of the twelve, right or wrong in words, and the way there.

    Args:
        snapshot: What is shown.
        history: Epoch to probabilities (12, 10), of all epochs that have a snapshot.
        theme: "light" or "dark", for the pixels; all other colours are CSS variables.
        in_epoch: Whether the training ended in the middle of the epoch that is shown.
    """
    right = sum(
        bool(np.isfinite(row).all()) and int(row.argmax()) == label
        for row, label in zip(snapshot.probabilities, snapshot.labels, strict=True)
    )
    when = _when(snapshot.epoch, in_epoch=in_epoch)
    cards = "".join(_card(snapshot, place, history, theme) for place in range(len(snapshot.labels)))
    return (
        f'{STYLE}<div class="lab-watch"><p><b>{right} of {len(snapshot.labels)}</b> test digits read right '
        f"{when}. The curve is the chance given to the true digit, epoch by epoch.</p>"
        f'<div class="cards">{cards}</div></div>'
    )


def _when(epoch: int, *, in_epoch: bool) -> str:
    if in_epoch:
        return f"in epoch {epoch:,}, where the training ended"
    return "before the first step" if epoch == 0 else f"after epoch {epoch:,}"


def _card(snapshot: "Snapshot", place: int, history: "Mapping[int, NDArray[np.float32]]", theme: str) -> str:
    true, chances = int(snapshot.labels[place]), snapshot.probabilities[place]
    hard = " hard" if place >= _ORDINARY else ""
    picture = image_tag(digit_png(snapshot.images[place], 1, theme), f"A{hard} test digit, a {true}")
    curve = {epoch: float(rows[place, true]) for epoch, rows in history.items()}
    return (
        f'<div class="card"><div class="top">{picture}'
        f"<div><span>a{hard} <b>{true}</b></span>{_verdict(chances, true)}</div></div>"
        f"{_guesses(chances, true)}{spark_svg(curve, snapshot.epoch, 0, 1)}</div>"
    )


def _verdict(chances: "NDArray[np.float32]", true: int) -> str:
    if not np.isfinite(chances).all():
        return '<span class="bad">✗ no answer</span>'
    read = int(chances.argmax())
    if read == true:
        return '<span class="good">✓ right</span>'
    return f'<span class="bad">✗ reads {read}</span>'


def _guesses(chances: "NDArray[np.float32]", true: int) -> str:
    if not np.isfinite(chances).all():
        return '<div class="guess"><b>–</b><i></i><span>NaN</span></div>' * _SHOWN
    rows = []
    for digit in np.argsort(-chances, kind="stable")[:_SHOWN]:
        chance = float(chances[digit])
        kind = "guess true" if digit == true else "guess"
        rows.append(
            f'<div class="{kind}"><b>{digit}</b><i><i style="width:{100 * chance:.1f}%"></i></i>'
            f"<span>{formatting.probability(chance)}</span></div>"
        )
    return "".join(rows)
