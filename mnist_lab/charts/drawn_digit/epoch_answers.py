"""What one network read a drawing as after each of its epochs, as HTML."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mnist_lab.charts.drawn_digit.drawn_style import drawn_html
from mnist_lab.charts.drawn_digit.network_answers import reading_html
from mnist_lab.charts.pixels import digit_png, image_tag

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def epoch_answers_html(epochs: Sequence[int], probabilities: "NDArray[np.float32]", chosen: int, theme: str) -> str:
    """When the network learned the digit, the probabilities through the epochs, and those of one epoch.

    Args:
        epochs: Those that there are, in order, at least one; 0 is the network before its first step.
        probabilities: Shape (epochs, 10).
        chosen: One of `epochs`.
        theme: "light" or "dark", for the pixels; all other colours are CSS variables.
    """
    index = epochs.index(chosen)
    when = "Before the training" if chosen == 0 else f"After epoch {chosen:,}"
    one = f'<div class="epoch"><p class="quiet">{when}</p>{reading_html(probabilities[index])}</div>'
    return drawn_html(
        f'<p class="summary">{_summary(epochs, probabilities)}</p>'
        f'<div class="row">{one}{_heat(epochs, probabilities, index, theme)}</div>'
    )


def _summary(epochs: Sequence[int], probabilities: "NDArray[np.float32]") -> str:
    digits = probabilities.argmax(axis=1)
    last = int(digits[-1])
    changed = next((index for index in range(len(epochs) - 1, 0, -1) if digits[index - 1] != last), None)
    if changed is None:
        return f"<b>Read as a {last} in every epoch that is kept.</b>"
    before = int(digits[changed - 1])
    return f"<b>Read as a {last} since epoch {epochs[changed]:,}</b>, and as a {before} before."


def _heat(epochs: Sequence[int], probabilities: "NDArray[np.float32]", index: int, theme: str) -> str:
    """A row a digit, a column an epoch; the darker, the more probable."""
    image = image_tag(digit_png(probabilities.T, 1, theme), "The probability of each digit in each epoch")
    rows = "".join(f"<span>{digit}</span>" for digit in range(10))
    left, width = 100 * index / len(epochs), 100 / len(epochs)
    return (
        f'<div class="through"><div class="digits">{rows}</div><div class="heat">{image}'
        f'<i style="left:{left:.2f}%;width:{width:.2f}%"></i></div>'
        f'<p class="axis"><span>epoch {epochs[0]:,}</span><span>epoch {epochs[-1]:,}</span></p></div>'
    )
