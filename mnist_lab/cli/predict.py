"""Commands that use a run's kept weights here and now: `predict` and `evaluate`."""

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mnist_lab import formatting
from mnist_lab.cli.output import print_json
from mnist_lab.cli.runs import open_swept
from mnist_lab.cli.tensorflow_output import LOG_NAME, chatter_to
from mnist_lab.cli.user_files import read_bytes
from mnist_lab.data import Dataset, DataSource, find_mnist, load_mnist, load_mnist_sample
from mnist_lab.drawing import open_picture, to_mnist
from mnist_lab.errors import DataError, IllegalMoveError, PictureError
from mnist_lab.inference.weights import Weights, weights_of
from mnist_lab.insight import read_probabilities
from mnist_lab.runs import Result, Run
from mnist_lab.settings import Settings
from mnist_lab.training.scoring import Scores, score

Floats = npt.NDArray[np.float32]

# Losses of one network on the same images differ by rounding when the batches or the processor do.
SAME_LOSS = 1e-4

MAX_PICTURE_BYTES = 30_000_000


def predict(options: argparse.Namespace, settings: Settings) -> int:
    """Read digits in picture files; a blank picture has no digit."""
    run = open_swept(settings).find(options.run)
    weights = weights_of(run, settings)
    pictures = [(name, to_mnist(_picture(Path(name)))) for name in options.pictures]
    readings = _read(settings, weights, [picture for _, picture in pictures if picture is not None])
    answers = [_answer(name, next(readings) if picture is not None else None) for name, picture in pictures]
    if options.json:
        print_json({"run": run.id, "name": run.name, "predictions": answers})
        return 0
    for answer in answers:
        print(f"{answer['picture']}: {answer['sentence']}")
    return 0


def evaluate(options: argparse.Namespace, settings: Settings) -> int:
    """Test the kept weights again on the test images of the run, and compare with what is recorded."""
    run = open_swept(settings).find(options.run)
    recorded = run.result
    if recorded is None:
        raise IllegalMoveError(f"The run '{run.name}' is {run.state} and has no result to compare with.")
    digits = _test_digits(run, settings)
    scores = _test(settings, weights_of(run, settings), digits)
    # Half an image: the smallest difference that an accuracy can really have is one.
    same_accuracy = abs(scores.accuracy - recorded.test_accuracy) < 0.5 / len(digits.test_labels)
    equal = same_accuracy and abs(scores.loss - recorded.test_loss) <= SAME_LOSS
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


def _picture(path: Path) -> npt.NDArray[np.uint8]:
    content = read_bytes(path, "picture", MAX_PICTURE_BYTES)
    try:
        return open_picture(content)
    except PictureError as error:
        raise PictureError(f"{path}: {error}") from error


def _read(settings: Settings, weights: Weights, pictures: list[Floats]) -> Iterator[Floats]:
    if not pictures:
        return
    with chatter_to(settings.home / LOG_NAME):
        from mnist_lab.inference.engine.model_cache import load_model, reader

        read = reader(load_model(weights), weights.run_id)
    for picture in pictures:
        yield read(picture)


def _answer(name: str, probabilities: Floats | None) -> dict[str, object]:
    if probabilities is None:
        nothing = {"digit": None, "probability": None, "sure": False, "probabilities": None}
        return {"picture": name, **nothing, "sentence": "blank: there is no digit to read."}
    reading = read_probabilities(probabilities)
    return {
        "picture": name,
        "digit": reading.digit,
        "probability": reading.probability,
        "sure": reading.sure,
        "probabilities": [float(probability) for probability in probabilities],
        "sentence": reading.sentence,
    }


def _test_digits(run: Run, settings: Settings) -> Dataset:
    if run.data is not None and run.data.source == DataSource.UCI:
        raise DataError(f"The run was tested on the {run.data.title}, which this version of the lab no longer has.")
    if run.data is not None and run.data.source == DataSource.MNIST_SAMPLE:
        digits = load_mnist_sample()
    else:
        path = find_mnist(settings)
        if path is None:
            raise DataError("MNIST is not on this computer: set MNIST_LAB_DATA to the folder that holds mnist.npz.")
        digits = load_mnist(path)
    if run.data is not None and run.data.fingerprint != digits.fingerprint:
        raise DataError(
            f"The run was tested on digits with the fingerprint {run.data.fingerprint}; those here have "
            f"{digits.fingerprint}, so the figures could not be compared."
        )
    return digits


def _test(settings: Settings, weights: Weights, digits: Dataset) -> Scores:
    with chatter_to(settings.home / LOG_NAME):
        from mnist_lab.inference.engine.model_cache import load_model
        from mnist_lab.training.engine.evaluation import evaluate_model

        probabilities = evaluate_model(load_model(weights), digits.test_images)
    return score(probabilities, digits.test_labels)


def _comparison(equal: bool, recorded: Result) -> str:
    figures = f"{formatting.accuracy(recorded.test_accuracy)} and {formatting.loss(recorded.test_loss)}"
    return f"Equal to what is recorded ({figures})." if equal else f"Different from what is recorded: {figures}."
