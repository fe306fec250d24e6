"""The commands `predict` and `evaluate`, which use the saved weights of a run."""

import argparse
import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from mnist_lab import formatting
from mnist_lab.cli.output import note, print_json
from mnist_lab.cli.runs import open_run_store
from mnist_lab.cli.tensorflow_output import LOG_NAME, redirect_output
from mnist_lab.cli.user_files import printable, read_bytes
from mnist_lab.data import Dataset, DataSource, load_mnist_from_disk, load_mnist_sample
from mnist_lab.drawing import FoundDigit, NormalizedDrawing, normalize_drawing, open_picture
from mnist_lab.drawing.image_file import MAX_BYTES
from mnist_lab.errors import DataError, PictureError, RefusedError, TransitionError
from mnist_lab.inference.fitting_images import fitting_images
from mnist_lab.inference.weights import Weights, weights_of
from mnist_lab.insight import Prediction, interpret_number, interpret_probabilities
from mnist_lab.novelty import DigitScore
from mnist_lab.runs import Result, Run
from mnist_lab.settings import Settings
from mnist_lab.training.scoring import Scores, score

if TYPE_CHECKING:
    from mnist_lab.inference.engine.model_cache import LoadedModel

Floats = npt.NDArray[np.float32]
_Reading = tuple[Floats, DigitScore | None]

SUCCESS, REFUSED = 0, 2

# The loss of a network on the same images differs by rounding if the batch size or the processor differ.
MAX_LOSS_DIFFERENCE = 1e-4


def predict(options: argparse.Namespace, settings: Settings) -> int:
    """Predict the digits in picture files, drawn or photographed; a blank picture has none.

    A picture that is refused does not keep the others from being read; the exit status is 2 then.
    """
    store = open_run_store(settings)
    run = store.find(options.run)
    weights = weights_of(run, store.files)
    drawings = [(printable(name), _drawing(Path(name))) for name in options.pictures]
    found = [drawing.digits for _, drawing in drawings if isinstance(drawing, NormalizedDrawing)]
    readings = _read(run, settings, weights, [digit.pixels for digits in found for digit in digits])
    answers = [
        _answer(name, drawing, readings) if isinstance(drawing, NormalizedDrawing) else _no_digit(name, drawing)
        for name, drawing in drawings
    ]
    refused = [answer for answer in answers if answer["error"] is not None]
    if options.json:
        print_json({"run": run.id, "name": run.name, "predictions": answers})
    for answer in answers:
        if answer["error"] is not None:
            note(str(answer["error"]))
        elif not options.json:
            print(f"{answer['picture']}: {answer['sentence']}")
    return REFUSED if refused else SUCCESS


def evaluate(options: argparse.Namespace, settings: Settings) -> int:
    """Evaluate the saved weights on the test images of the run again, and compare with the recorded result."""
    store = open_run_store(settings)
    run = store.find(options.run)
    recorded = run.result
    if recorded is None:
        raise TransitionError(f"The run '{run.name}' is {run.state} and has no result to compare with.")
    dataset = _test_dataset(run, settings)
    scores = _evaluate(settings, weights_of(run, store.files), dataset)
    # Accuracies on the same images differ by at least one image, or not at all.
    same_accuracy = abs(scores.accuracy - recorded.test_accuracy) < 0.5 / len(dataset.test_labels)
    equal = same_accuracy and abs(scores.loss - recorded.test_loss) <= MAX_LOSS_DIFFERENCE
    if options.json:
        print_json(
            {
                "run": run.id,
                "name": run.name,
                "data": run.data.source if run.data else None,
                "kept": recorded.kept,
                "test_loss": scores.loss,
                "test_accuracy": scores.accuracy,
                "recorded_test_loss": recorded.test_loss,
                "recorded_test_accuracy": recorded.test_accuracy,
                "equal": equal,
            }
        )
    else:
        print(f"test accuracy {formatting.accuracy(scores.accuracy)} · test loss {formatting.loss(scores.loss)}")
        print(_comparison(equal, recorded))
    return 0


def _drawing(path: Path) -> NormalizedDrawing | RefusedError | None:
    """The digit in a picture file, None if it is blank, or why it is refused."""
    try:
        return normalize_drawing(_picture(path))
    except RefusedError as error:
        return error


def _picture(path: Path) -> npt.NDArray[np.uint8]:
    content = read_bytes(path, "picture", MAX_BYTES)
    try:
        return open_picture(content)
    except PictureError as error:
        raise PictureError(f"{printable(str(path))}: {error}") from error


def _read(run: Run, settings: Settings, weights: Weights, pictures: list[Floats]) -> Iterator[_Reading]:
    if not pictures:
        return
    with redirect_output(settings.home / LOG_NAME):
        from mnist_lab.inference.engine.model_cache import LoadedModel
        from mnist_lab.inference.engine.subspace_fits import read_kept

        loaded = LoadedModel(weights)
        loaded.subspaces = read_kept(loaded)
    if loaded.subspaces is None:
        _fit_subspaces(run, settings, loaded)
    for picture in pictures:
        reading = loaded.read(picture)
        yield reading.probabilities, reading.digit_score


def _fit_subspaces(run: Run, settings: Settings, loaded: "LoadedModel") -> None:
    """Work out what a run that has no file of it takes for a digit; without it the pictures are read all the same."""
    note("Working out what this network takes for a digit. This is done once, and takes up to a minute.")
    try:
        with redirect_output(settings.home / LOG_NAME):
            from mnist_lab.inference.engine.subspace_fits import fit_and_keep

            loaded.subspaces = fit_and_keep(loaded, lambda _run_id: fitting_images(run, settings))
    except DataError as error:
        note(f"Whether a picture is a digit at all is not known: {error}")


def _answer(name: str, drawing: NormalizedDrawing, readings: Iterator[_Reading]) -> dict[str, object]:
    """The answer for a picture; takes the readings of its digits from the iterator."""
    found = [(digit, *next(readings)) for digit in drawing.digits]
    predictions = [
        interpret_probabilities(probabilities, is_dot=digit.is_dot, digit_score=digit_score)
        for digit, probabilities, digit_score in found
    ]
    number = interpret_number(predictions)
    digits = [
        _digit(digit, probabilities, prediction)
        for (digit, probabilities, _), prediction in zip(found, predictions, strict=True)
    ]
    # With several digits there is no single one.
    one = digits[0] if len(digits) == 1 else dict.fromkeys(("digit", "probability", "score", "probabilities"))
    return {
        "picture": name,
        "digit": one["digit"],
        "probability": one["probability"],
        "sure": number.is_sure,
        "is_digit": number.is_digit,
        "score": one["score"],
        "probabilities": one["probabilities"],
        "sentence": number.text,
        "error": None,
        "number": number.number,
        "digits": digits,
        "is_photo": drawing.is_photo,
    }


def _digit(digit: FoundDigit, probabilities: Floats, prediction: Prediction) -> dict[str, object]:
    return {
        "digit": prediction.digit,
        "probability": prediction.probability,
        "sure": prediction.is_sure,
        "is_digit": prediction.is_digit,
        "score": prediction.score,
        "probabilities": [float(probability) for probability in probabilities],
        "sentence": prediction.text,
        "is_dot": digit.is_dot,
        "box": dataclasses.astuple(digit.box),
    }


def _no_digit(name: str, error: RefusedError | None) -> dict[str, object]:
    """The answer for a blank picture, or for one that was refused."""
    return {
        "picture": name,
        "digit": None,
        "probability": None,
        "sure": False,
        "is_digit": False if error is None else None,
        "score": None,
        "probabilities": None,
        "sentence": "blank: there is no digit to read." if error is None else None,
        "error": None if error is None else str(error),
        "number": None,
        "digits": [],
        "is_photo": None,
    }


def _test_dataset(run: Run, settings: Settings) -> Dataset:
    if run.data is not None and run.data.source == DataSource.UCI:
        raise DataError(f"The run was tested on the {run.data.title}, which this version of the lab no longer has.")
    if run.data is not None and run.data.source == DataSource.MNIST_SAMPLE:
        dataset = load_mnist_sample()
    else:
        mnist = load_mnist_from_disk(settings)
        if mnist is None:
            raise DataError("MNIST is not on this computer: set MNIST_LAB_DATA to the folder that holds mnist.npz.")
        dataset = mnist
    if run.data is not None and run.data.fingerprint != dataset.fingerprint:
        raise DataError(
            f"The run was tested on a data set with the fingerprint {run.data.fingerprint}; the one on this computer "
            f"has {dataset.fingerprint}, so the results cannot be compared."
        )
    return dataset


def _evaluate(settings: Settings, weights: Weights, dataset: Dataset) -> Scores:
    with redirect_output(settings.home / LOG_NAME):
        from mnist_lab.inference.engine.model_cache import load_model
        from mnist_lab.training.engine.evaluation import predict_probabilities

        probabilities = predict_probabilities(load_model(weights), dataset.test_images)
    return score(probabilities, dataset.test_labels)


def _comparison(equal: bool, recorded: Result) -> str:
    figures = f"{formatting.accuracy(recorded.test_accuracy)} and {formatting.loss(recorded.test_loss)}"
    return f"Equal to the recorded result ({figures})." if equal else f"Different from the recorded result: {figures}."
