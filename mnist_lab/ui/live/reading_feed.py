"""The JSON that `/live/reading` answers: how a network reads a drawing, even in the middle of its training."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from mnist_lab import formatting
from mnist_lab.drawing import FoundDigit, NormalizedDrawing
from mnist_lab.errors import LabError, PictureError, PredictorError, UnknownRunError
from mnist_lab.inference import Answer
from mnist_lab.inference.reading import Reading
from mnist_lab.insight import interpret_number, interpret_probabilities
from mnist_lab.runs import Run, RunState
from mnist_lab.ui.live.canvas_picture import read_canvas
from mnist_lab.ui.live.current_run import find_run
from mnist_lab.ui.services.container import services
from mnist_lab.ui.session.query_params import RUN

_Digit = FoundDigit | NormalizedDrawing

ADDRESS = "live/reading"
"""Path of the URL, relative to the page; the run and the width of the pen are query parameters."""
PEN = "pen"
MAX_DIGITS = 6
"""Digits of a number on the canvas; a drawing of more parts is read as one digit."""
_JUST_BEGUN = 0.05
"""Epochs; a network that was trained for less knows next to nothing."""
_MIN_LABELLED = 0.005
"""Smaller probabilities have no number above their bars."""
_AGAIN_SECONDS = 1.0
"""Between two readings of the same drawing by a network in training."""


def answer(parameters: Mapping[str, str], png: bytes) -> bytes:
    """The answer to a browser as JSON.

    - `text`: what the network reads, as a sentence; `by`: which network, and how far it is trained.
    - `number`: what is read, a digit or several; `bars`: for each of them the ten `probabilities`, and how they are
      written, the `labels`. Missing if there is no reading, and then `text` says why.
    - `is_digit`: false if one of them does not look like a digit; missing if that is not known.
    - `again`: seconds until the same drawing should be read again; missing if the network does not change.

    Without a drawing the network is only loaded, so that the first reading is as fast as later ones.

    Args:
        parameters: Query parameters of the URL.
        png: The canvas as a PNG; empty for none.

    Raises:
        LabError: The store cannot be read.
    """
    return json.dumps(_answer(parameters, png), separators=(",", ":"), allow_nan=False).encode()


def _answer(parameters: Mapping[str, str], png: bytes) -> dict[str, Any]:
    try:
        run = find_run(parameters.get(RUN, ""), services().store_cache.snapshot())
    except UnknownRunError:
        return {"text": "This network is not in the lab any more. Reload the page.", "by": ""}
    if not png:
        services().predictor.warm(run.id)
        return {"text": "", "by": ""}
    try:
        drawing = read_canvas(png, parameters.get(PEN, "")).drawing
    except PictureError:
        return {"text": "This drawing did not arrive whole. Draw on.", "by": ""}
    if drawing is None:
        return {"text": "There is no ink to read yet. Draw on.", "by": ""}
    try:
        reading = _reading(run, drawing)
    except LabError as error:
        reading = {"text": str(error), "by": run.name}
    return reading if run.state.is_ended else {**reading, "again": _AGAIN_SECONDS}


def _reading(run: Run, drawing: NormalizedDrawing) -> dict[str, Any]:
    """How the network of a run reads a drawing; that of a run under way is read with its newest weights.

    Raises:
        LabError: The network cannot be used; the message is for the user.
    """
    digits: Sequence[_Digit] = drawing.digits if len(drawing.digits) <= MAX_DIGITS else (drawing,)
    if run.state.is_ended:
        readings = [services().predictor.read(run.id, digit.pixels) for digit in digits]
        return {**_prediction(digits, readings), "by": _tested_name(run)}
    answers = [services().predictor.predict_now(run.id, digit.pixels) for digit in digits]
    readings = [_live_reading(run, answer) for answer in answers]
    epoch = answers[-1].epoch
    by = f"{run.name}, being tested" if epoch is None else f"{run.name}, {_age_text(epoch)}"
    return {**_prediction(digits, readings), "by": by}


def _live_reading(run: Run, answer: Answer) -> Reading:
    if answer.probabilities is None:
        raise PredictorError(_waiting_text(run) if answer.is_untrained else answer.error)
    return Reading(answer.probabilities)


def _age_text(epoch: float) -> str:
    return "just begun" if epoch < _JUST_BEGUN else f"after {epoch:.1f} epochs"


def _prediction(digits: Sequence[_Digit], readings: Sequence[Reading]) -> dict[str, Any]:
    number = interpret_number(
        [
            interpret_probabilities(reading.probabilities, is_dot=digit.is_dot, digit_score=reading.digit_score)
            for digit, reading in zip(digits, readings, strict=True)
        ]
    )
    shown = {"number": number.number, "text": number.text, "bars": [_bars(reading) for reading in readings]}
    return shown if number.is_digit is None else {**shown, "is_digit": number.is_digit}


def _bars(reading: Reading) -> dict[str, Any]:
    values = [float(value) for value in reading.probabilities]
    return {
        "probabilities": [round(value, 4) for value in values],
        "labels": [formatting.probability(value) if value >= _MIN_LABELLED else "" for value in values],
    }


def _tested_name(run: Run) -> str:
    return run.name if run.result is None else f"{run.name}, {formatting.accuracy(run.result.test_accuracy)}"


def _waiting_text(run: Run) -> str:
    if run.state is RunState.PAUSED:
        return "Paused. The network reads this when it goes on."
    if run.state.is_active:
        if not services().store.has_live_files(run):
            where = f"on {run.machine_name}" if run.machine_name else "on another machine"
            return f"This network trains {where}. It reads drawings when its training is over."
        return "The network reads this in a moment."
    return "The network reads this when its training begins."
