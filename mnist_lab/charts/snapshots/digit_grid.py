"""The twelve test digits beside the curves, each with what the network takes it for, as HTML for the live feed."""

from typing import TYPE_CHECKING

import numpy as np

from mnist_lab import formatting
from mnist_lab.charts.pixels import data_uri, ink_png

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mnist_lab.runs.snapshot import Snapshot

_DIGITS = 12
_MUTED = "color:color-mix(in srgb, var(--st-text-color) 65%, transparent)"
_RULES = {
    "": "color:var(--st-text-color);font-variant-numeric:tabular-nums;container-type:inline-size",
    # As high before the first snapshot as after it.
    " p": f"margin:0 0 8px;min-height:1.25rem;line-height:1.25rem;font-size:.8125rem;{_MUTED}",
    " p b": "color:var(--st-text-color);font-weight:600",
    " .grid": "display:grid;grid-template-columns:repeat(4,1fr);gap:8px",
    " .digit": "min-width:0;border:1px solid var(--st-border-color);border-radius:6px;padding:4px;text-align:center",
    # The picture is the mask of a surface in the colour of the text, so one picture serves both themes.
    " .digit i": "display:block;height:3.5rem;background:var(--st-text-color);image-rendering:pixelated;"
    "-webkit-mask:var(--ink) center/contain no-repeat;mask:var(--ink) center/contain no-repeat",
    " .digit span": "display:block;font-size:clamp(.75rem, 3.6cqw, .875rem);line-height:1.25rem;white-space:nowrap",
    " .digit b": "font-weight:600",
    " .right b": "color:var(--st-green-text-color)",
    " .wrong b": "color:var(--st-red-text-color)",
    " .empty i": "background:none",
}
DIGITS_CSS = "".join(f".lab-digits{selector}{{{rule}}}" for selector, rule in _RULES.items()) + (
    "@container (min-width:34rem){.lab-digits .grid{grid-template-columns:repeat(6,1fr)}}"
)
"""The style of the HTML. Its colours are those of Streamlit's theme, which every component gets as CSS variables."""


def digits_html(snapshot: "Snapshot | None", *, done: int | None = None) -> str:
    """The twelve digits with the network's predictions after an epoch; empty places without a snapshot.

    Args:
        snapshot: The newest one.
        done: Number of epochs that an ended training completed; a later snapshot was taken in the middle of one.
    """
    if snapshot is None:
        cells = '<div class="digit empty"><i></i><span>&nbsp;</span></div>' * _DIGITS
        return _html("Twelve test digits, as soon as the training starts", cells)
    right = sum(
        bool(np.isfinite(row).all()) and int(row.argmax()) == label
        for row, label in zip(snapshot.probabilities, snapshot.labels, strict=True)
    )
    cells = "".join(
        _cell(image, row, int(label))
        for image, row, label in zip(snapshot.images, snapshot.probabilities, snapshot.labels, strict=True)
    )
    when = epoch_text(snapshot.epoch, in_epoch=done is not None and snapshot.epoch > done)
    return _html(f"<b>{right} of {len(snapshot.labels)}</b> test digits correct {when}", cells)


def epoch_text(epoch: int, *, in_epoch: bool) -> str:
    """When a snapshot was taken: "after epoch 3".

    Args:
        epoch: Its epoch.
        in_epoch: Whether the training ended within that epoch.
    """
    if in_epoch:
        return f"in epoch {epoch:,}, where the training ended"
    return "before the first step" if epoch == 0 else f"after epoch {epoch:,}"


def _html(heading: str, cells: str) -> str:
    return f'<div class="lab-digits"><p>{heading}</p><div class="grid">{cells}</div></div>'


def _cell(image: "NDArray[np.uint8]", probabilities: "NDArray[np.float32]", true: int) -> str:
    kind, answer, spoken = _answer(probabilities, true)
    picture = f'<i style="--ink:url({data_uri(ink_png(image))})"></i>'
    return (
        f'<div class="digit {kind}" role="img" aria-label="A {true}, {spoken}" title="A {true}, {spoken}">'
        f"{picture}<span>{answer}</span></div>"
    )


def _answer(probabilities: "NDArray[np.float32]", true: int) -> tuple[str, str, str]:
    """The class of the cell, the answer below the picture, and the answer in words."""
    if not np.isfinite(probabilities).all():
        return "wrong", "<b>✗ NaN</b>", "no answer: the weights are NaN"
    predicted = int(probabilities.argmax())
    share = formatting.probability(float(probabilities[predicted]))
    if predicted == true:
        return "right", f"<b>✓ {predicted}</b> {share}", f"predicted {predicted}, correct, {share}"
    return "wrong", f"<b>✗ {predicted}</b> {share}", f"predicted {predicted}, wrong, {share}"
