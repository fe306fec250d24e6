"""What a network receives of a drawing, the steps on the way there, and the same drawing without them."""

from html import escape
from typing import TYPE_CHECKING

import numpy as np

from mnist_lab.charts.drawn_digit.drawn_style import drawn_html
from mnist_lab.charts.pixels import digit_png, image_tag

if TYPE_CHECKING:
    from mnist_lab.drawing.ink import Ink
    from mnist_lab.drawing.steps import NormalizationSteps

_STEP_SIDE = 80
"""Pixels of the pictures of the first steps, which have as many as the canvas."""


def network_input_html(
    steps: "NormalizationSteps", theme: str, *, shows_steps: bool = False, uncentred_reading: str = ""
) -> str:
    """The 28×28 pixels, crisp; with the steps that led to them, and with the drawing as it was drawn, if wanted.

    Args:
        steps: The drawing on its way to the network.
        theme: "light" or "dark", for the pixels; all other colours are CSS variables.
        shows_steps: Whether the steps are shown.
        uncentred_reading: How the network reads the drawing without cropping, scaling and centring; "" to leave it out.
    """
    caption = "<b>What the network receives</b>28×28 pixels, 784 numbers from 0 to 1"
    figures = [_figure(steps.pixels, "The drawing as 28×28 pixels", caption, theme, "large")]
    if uncentred_reading:
        text = f"<b>As it was drawn</b>Neither cropped, scaled nor centred: {escape(uncentred_reading)}"
        figures.append(_figure(steps.uncentred, "The whole canvas as 28×28 pixels", text, theme, "large"))
    if shows_steps:
        figures += _steps(steps, theme)
    return drawn_html(f'<div class="row">{"".join(figures)}</div>')


def _steps(steps: "NormalizationSteps", theme: str) -> list[str]:
    rows, columns = steps.scaled.shape
    listed = (
        (_small(steps.ink), "1 Ink found", "What differs from the paper"),
        (_small(steps.cropped), "2 Cropped", "To the ink alone"),
        (steps.scaled, "3 Scaled", f"To {columns}×{rows} pixels: the longer side has 20"),
        (steps.pixels, "4 Centred", "Its centre of mass is in the middle, as in MNIST"),
    )
    return [_figure(image, name, f"<b>{name}</b>{text}", theme) for image, name, text in listed]


def _figure(image: "Ink", alt: str, caption: str, theme: str, kind: str = "") -> str:
    picture = image_tag(digit_png(image, 1, theme), alt)
    return f'<figure class="{kind}">{picture}<figcaption>{caption}</figcaption></figure>'


def _small(image: "Ink") -> "Ink":
    """Every n-th pixel, so that the picture is small enough to be sent many times a second."""
    step = max(1, -(-max(image.shape) // _STEP_SIDE))
    return np.ascontiguousarray(image[::step, ::step])
