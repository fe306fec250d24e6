"""What each view of the drawing shows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mnist_lab.charts.drawn_digit.network_input import network_input_html
from mnist_lab.drawing import NormalizedDrawing
from mnist_lab.drawing.steps import normalization_steps
from mnist_lab.insight import interpret_probabilities
from mnist_lab.runs import Run
from mnist_lab.ui.live.canvas_picture import CanvasPicture
from mnist_lab.ui.services.container import services

STEPS, UNCENTRED = "steps", "uncentred"
"""Options of the view of the input: "1" to show the steps, or the drawing as it was drawn."""


@dataclass(frozen=True, eq=False)
class Drawn:
    """A drawing, and how it is to be shown."""

    run: Run
    canvas: CanvasPicture
    drawing: NormalizedDrawing
    theme: str
    """"light" or "dark", for the pixels."""
    options: Mapping[str, str]
    """Query parameters."""


def _network_input(drawn: Drawn) -> str:
    steps = normalization_steps(drawn.canvas.pixels, drawn.drawing)
    assert steps is not None, "there is ink, as there is a drawing"  # noqa: S101
    uncentred = ""
    if drawn.options.get(UNCENTRED):
        probabilities = services().predictor.predict(drawn.run.id, steps.uncentred)
        uncentred = interpret_probabilities(probabilities).text
    return network_input_html(
        steps, drawn.theme, shows_steps=bool(drawn.options.get(STEPS)), uncentred_reading=uncentred
    )


VIEWS: Mapping[str, Callable[[Drawn], str]] = {"input": _network_input}
"""The views by their names in the URL; each returns HTML, or raises a LabError whose message is for the user."""
