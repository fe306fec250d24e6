"""What each view of the drawing shows."""

import functools
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from mnist_lab.charts.drawn_digit.epoch_answers import epoch_answers_html
from mnist_lab.charts.drawn_digit.evidence import Neighbour, evidence_html
from mnist_lab.charts.drawn_digit.layer_maps import cell_sum_text, layer_maps_html, picture
from mnist_lab.charts.drawn_digit.network_answers import NetworkAnswer, network_answers_html
from mnist_lab.charts.drawn_digit.network_input import network_input_html
from mnist_lab.charts.pixels import data_uri, digit_png
from mnist_lab.drawing import NormalizedDrawing
from mnist_lab.drawing.steps import normalization_steps
from mnist_lab.errors import PredictorError
from mnist_lab.inference.inspection import LayerOutput, cell_sum, deciding_pixels, epoch_readings, layer_outputs
from mnist_lab.inference.protocol import IMAGE_SHAPE, Floats
from mnist_lab.insight import interpret_probabilities
from mnist_lab.insight.nearest_digits import nearest_digits
from mnist_lab.network import IDLE_KINDS, analyse
from mnist_lab.network.analysis import LayerReport
from mnist_lab.runs import Run
from mnist_lab.runs.snapshot import LayerMaps
from mnist_lab.ui.live.canvas_picture import CanvasPicture
from mnist_lab.ui.services.container import services
from mnist_lab.ui.services.tested_runs import shared_runs_with_result

STEPS, UNCENTRED = "steps", "uncentred"
"""Options of the view of the input: "1" to show the steps, or the drawing as it was drawn."""
EPOCH = "epoch"
"""Option of the view of the epochs: a number."""
LAYER, CELL = "layer", "cell"
"""Options of the view of the layers, the index of one of them, and of a cell, "layer.row.column.channel"."""
INPUT = "input"
MAX_NETWORKS = 24
"""Networks that are asked: the predictor keeps so many ready."""
NO_EPOCHS = (
    "The weights of this run's epochs were not kept: it comes with the lab, is older than this view, or is very large. "
    "Train it again, and its epochs are here."
)
_LOADING_SECONDS = 1.0
"""Loading a network takes as long; then the browser gets what there is, and asks again."""
_AGAIN_SECONDS = 0.2
_MAX_READINGS = 32
_MAX_INDEX = 4


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


@dataclass(frozen=True)
class View:
    """What a view shows."""

    html: str
    again: float | None = None
    """Seconds until the same drawing should be shown again; None if that would be the same."""
    pictures: Mapping[str, str] = field(default_factory=dict)
    """Data URIs for the network diagram, by `INPUT` and the indices of the network's layers."""
    shares: Sequence[float] = ()
    """What its ten outputs give, beside the largest of them."""


def _network_input(drawn: Drawn) -> View:
    steps = normalization_steps(drawn.canvas.pixels, drawn.drawing)
    assert steps is not None, "there is ink, as there is a drawing"  # noqa: S101
    uncentred = ""
    if drawn.options.get(UNCENTRED):
        probabilities = services().predictor.predict(drawn.run.id, steps.uncentred)
        uncentred = interpret_probabilities(probabilities).text
    shows_steps = bool(drawn.options.get(STEPS))
    return View(network_input_html(steps, drawn.theme, shows_steps=shows_steps, uncentred_reading=uncentred))


def _evidence(drawn: Drawn) -> View:
    pixels, run_id = drawn.drawing.pixels, drawn.run.id
    lab = services()
    digit = interpret_probabilities(lab.predictor.predict(run_id, pixels)).digit
    found = deciding_pixels(lab.predictor, run_id, pixels)
    data = lab.datasets.current()
    order, likeness = nearest_digits(data.train_images, pixels)
    neighbours = [
        Neighbour(data.train_images[index], int(data.train_labels[index]), float(alike))
        for index, alike in zip(order, likeness, strict=True)
    ]
    return View(evidence_html(pixels, found, digit, neighbours, data.title, drawn.theme))


def _networks(drawn: Drawn) -> View:
    """The answers of all networks; those that must be loaded first come one after the other."""
    runs = shared_runs_with_result()
    asked, until = runs[:MAX_NETWORKS], time.monotonic() + _LOADING_SECONDS
    answers: list[NetworkAnswer] = []
    for run in asked:
        if time.monotonic() > until:
            answers.append(NetworkAnswer(run.number, run.name, None))
            continue
        answer = services().predictor.predict_many([run.id], drawn.drawing.pixels)[0]
        answers.append(NetworkAnswer(run.number, run.name, answer.probabilities, answer.error))
    is_complete = all(answer.probabilities is not None or answer.error for answer in answers)
    html = network_answers_html(answers, left_out=len(runs) - len(asked))
    return View(html, None if is_complete else _AGAIN_SECONDS)


def _epochs(drawn: Drawn) -> View:
    epochs, probabilities = _epoch_readings(drawn.run.id, drawn.drawing.pixels.tobytes())
    if not epochs:
        raise PredictorError(NO_EPOCHS)
    chosen = next((epoch for epoch in epochs if str(epoch) == drawn.options.get(EPOCH)), epochs[-1])
    return View(epoch_answers_html(epochs, probabilities, chosen, drawn.theme))


@functools.lru_cache(maxsize=_MAX_READINGS)
def _epoch_readings(run_id: str, pixels: bytes) -> tuple[tuple[int, ...], Floats]:
    # The slider asks for the same drawing again and again.
    image = np.frombuffer(pixels, np.float32).reshape(IMAGE_SHAPE)
    return epoch_readings(services().predictor, run_id, image)


def _layers(drawn: Drawn) -> View:
    """The feature maps of all layers, or large those of one."""
    reports, outputs = analyse(drawn.run.network).layers, _layer_outputs(drawn)
    maps = [_maps(*pair) for pair in enumerate(zip(reports, outputs, strict=True))]
    wanted = drawn.options.get(LAYER, "")
    chosen = [one for one, report in zip(maps, reports, strict=True) if str(report.index) == wanted]
    shown = chosen or [one for one in maps if one.kind not in IDLE_KINDS]
    pictures = {str(report.index): picture(one, drawn.theme) for one, report in zip(maps, reports, strict=True)}
    pictures[INPUT] = data_uri(digit_png(drawn.drawing.pixels, 1, drawn.theme))
    shares = [value / 255 for value in outputs[-1].values.reshape(-1).tolist()]
    return View(layer_maps_html(shown, drawn.theme, is_large=bool(chosen)), pictures=pictures, shares=shares)


def _maps(index: int, pair: tuple[LayerReport, LayerOutput]) -> LayerMaps:
    report, output = pair
    title = f"{index + 1} {report.title}"
    low, high = np.array([output.low], np.float32), np.array([output.high], np.float32)
    return LayerMaps(index + 1, report.layer.kind, title, output.shape, output.values[np.newaxis], low, high)


def _layer_outputs(drawn: Drawn) -> Sequence[LayerOutput]:
    return layer_outputs(services().predictor, drawn.run.id, drawn.drawing.pixels)


def _cell(drawn: Drawn) -> View:
    """One value of a layer, and the sum behind it, as a sentence."""
    numbers = drawn.options.get(CELL, "").split(".")
    if not 2 <= len(numbers) <= _MAX_INDEX or not all(number.isdecimal() and len(number) < 6 for number in numbers):
        raise PredictorError("There is no such value in this network.")
    layer, *cell = map(int, numbers)
    found = cell_sum(services().predictor, drawn.run.id, drawn.drawing.pixels, layer, cell)
    return View(cell_sum_text(found.value, found.products, found.sum, found.bias, found.activation))


VIEWS: Mapping[str, Callable[[Drawn], View]] = {
    "input": _network_input,
    "evidence": _evidence,
    "networks": _networks,
    "epochs": _epochs,
    "layers": _layers,
    "cell": _cell,
}
"""The views by their names in the URL; each raises a LabError whose message is for the user."""
