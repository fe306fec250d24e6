"""The predictions for twelve test digits after an epoch, one card per digit, as HTML."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from mnist_lab import formatting
from mnist_lab.charts.pixels import digit_png, image_tag
from mnist_lab.charts.snapshots.digit_grid import epoch_text
from mnist_lab.charts.snapshots.snapshot_style import STYLE
from mnist_lab.charts.sparkline import spark_svg

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mnist_lab.runs.snapshot import Snapshot

_FIRST_HARD = 10
"""Index of the first of the two hard digits, after one of each class."""
_SHOWN = 3
"""Number of digits per card."""


def guesses_html(
    snapshot: "Snapshot", history: "Mapping[int, NDArray[np.float32]]", theme: str, *, in_epoch: bool = False
) -> str:
    """The three most likely digits for each of the twelve, whether that is right, and the curve over the epochs.

    Args:
        snapshot: The snapshot shown.
        history: Epoch → probabilities, shape (12, 10), of all epochs with a snapshot.
        theme: "light" or "dark", for the pixels; all other colours are CSS variables.
        in_epoch: Whether the training ended within the epoch shown.
    """
    right = sum(
        bool(np.isfinite(row).all()) and int(row.argmax()) == label
        for row, label in zip(snapshot.probabilities, snapshot.labels, strict=True)
    )
    when = epoch_text(snapshot.epoch, in_epoch=in_epoch)
    cards = "".join(_card(snapshot, index, history, theme) for index in range(len(snapshot.labels)))
    return (
        f'{STYLE}<div class="lab-snapshot"><p><b>{right} of {len(snapshot.labels)}</b> test digits classified '
        f"correctly {when}. The curve shows the probability of the true digit over the epochs.</p>"
        f'<div class="cards">{cards}</div></div>'
    )


def _card(snapshot: "Snapshot", index: int, history: "Mapping[int, NDArray[np.float32]]", theme: str) -> str:
    true, probabilities = int(snapshot.labels[index]), snapshot.probabilities[index]
    hard = " hard" if index >= _FIRST_HARD else ""
    image = image_tag(digit_png(snapshot.images[index], 1, theme), f"A{hard} test digit, a {true}")
    curve = {epoch: float(rows[index, true]) for epoch, rows in history.items()}
    return (
        f'<div class="card"><div class="top">{image}'
        f"<div><span>a{hard} <b>{true}</b></span>{_result(probabilities, true)}</div></div>"
        f"{_guesses(probabilities, true)}{spark_svg(curve, snapshot.epoch, 0, 1)}</div>"
    )


def _result(probabilities: "NDArray[np.float32]", true: int) -> str:
    if not np.isfinite(probabilities).all():
        return '<span class="bad">✗ no answer</span>'
    predicted = int(probabilities.argmax())
    if predicted == true:
        return '<span class="good">✓ correct</span>'
    return f'<span class="bad">✗ predicted {predicted}</span>'


def _guesses(probabilities: "NDArray[np.float32]", true: int) -> str:
    if not np.isfinite(probabilities).all():
        return '<div class="guess"><b>–</b><i></i><span>NaN</span></div>' * _SHOWN
    rows = []
    for digit in np.argsort(-probabilities, kind="stable")[:_SHOWN]:
        probability = float(probabilities[digit])
        kind = "guess true" if digit == true else "guess"
        rows.append(
            f'<div class="{kind}"><b>{digit}</b><i><i style="width:{100 * probability:.1f}%"></i></i>'
            f"<span>{formatting.probability(probability)}</span></div>"
        )
    return "".join(rows)
