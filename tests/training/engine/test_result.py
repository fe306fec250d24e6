"""Which weights a result is of, with a model that answers by the weights it was given last."""

import errno
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from mnist_lab.data import Split
from mnist_lab.novelty import DigitSubspaces
from mnist_lab.novelty.digit_subspaces import DIMENSIONS, PIXELS
from mnist_lab.novelty.subspaces_file import read_subspaces
from mnist_lab.recipe import Recipe
from mnist_lab.runs import RunFolder
from mnist_lab.training.engine import result as result_module
from mnist_lab.training.scoring import score

LABELS = (np.arange(40) % 10).astype(np.uint8)
IMAGES = np.zeros((40, 28, 28), np.uint8)
VALIDATION, TEST = IMAGES.copy(), IMAGES.copy()
SPLIT = Split(IMAGES, LABELS, VALIDATION, LABELS, TEST, LABELS)
SCORES = score(np.eye(10, dtype=np.float32)[(LABELS + 1) % 10], LABELS)
"""Everything wrong: no weights of these tests are validated so."""


SUBSPACES = DigitSubspaces(np.zeros((10, DIMENSIONS, PIXELS + 1), np.float32), 0.25)


class Model:
    """Reads every digit right with the best weights, every one as 0 with the last, and nothing once it diverged."""

    def __init__(self, last: float):
        self.answers = np.full((40, 10), last, np.float32)
        self.answers[:, 0] *= 2

    def load_weights(self, _path: Path) -> None:
        self.answers = np.eye(10, dtype=np.float32)[LABELS]


@pytest.fixture(autouse=True)
def _stand_ins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(result_module, "fit_to_model", lambda model, *_arguments, **_options: SUBSPACES)
    monkeypatch.setattr(result_module, "versions", lambda: {"keras": "0"})
    monkeypatch.setattr(result_module, "machine_info", lambda: {"cores": 1})


class Evaluator:
    """Gives the model's answers, and keeps the images that were asked for."""

    def __init__(self, model: Model):
        self.model = model
        self.asked: list[Any] = []

    def probabilities(self, images: Any, _pause_point: Any) -> Any:
        self.asked.append(images)
        return self.model.answers


def _trainer(recipe: Recipe, last: float, **validation: Any) -> Any:
    model = Model(last)
    scores = {"validation": None, "best_validation": None} | validation
    return SimpleNamespace(
        model=model, evaluator=Evaluator(model), recipe=recipe, split=SPLIT, precision="float32", **scores
    )


def _outcome(**changes: Any) -> Any:
    usual = {"epochs": 3, "best_epoch": 2, "stopped": False, "diverged": False, "seconds": 9.0}
    return SimpleNamespace(**(usual | {"samples_per_second": 50.0} | changes))


@pytest.mark.parametrize(
    ("recipe", "outcome", "kept"),
    [
        (Recipe(), _outcome(), "best"),
        (Recipe(), _outcome(stopped=True), "best"),
        (Recipe(), _outcome(epochs=0, best_epoch=0, stopped=True), "last"),
        (Recipe(keep="last"), _outcome(), "last"),
        (Recipe(validation="test"), _outcome(), "last"),
        (Recipe(keep="last"), _outcome(diverged=True), "best"),
    ],
)
def test_the_result_is_of_the_kept_weights(tmp_path: Path, recipe: Recipe, outcome: Any, kept: str) -> None:
    folder = RunFolder(tmp_path)
    folder.best_weights.write_bytes(b"best")
    folder.last_weights.write_bytes(b"last")
    result = result_module.make_result(_trainer(recipe, 0.09), outcome, folder)
    accuracy = 1.0 if kept == "best" else 0.1
    assert (result.kept, result.test_accuracy, result.validation_accuracy) == (kept, accuracy, accuracy)
    assert result.last_test_accuracy == pytest.approx(0.1)
    assert (result.epochs, result.best_epoch, result.seconds) == (outcome.epochs, outcome.best_epoch, 9.0)
    assert (result.versions, result.machine, result.precision) == ({"keras": "0"}, {"cores": 1}, "float32")
    subspaces = read_subspaces(folder.digit_subspaces, folder.best_weights if kept == "best" else folder.last_weights)
    assert subspaces is not None
    assert subspaces.threshold == 0.25
    predictions = folder.read_predictions()
    assert predictions is not None
    assert (predictions[0].argmax(axis=1) == predictions[1]).mean() == pytest.approx(accuracy)


def test_a_run_ends_even_where_there_is_no_room_for_its_subspaces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(result_module, "write_subspaces", fail)
    result = result_module.make_result(_trainer(Recipe(), 0.09), _outcome(), RunFolder(tmp_path))
    assert result.test_accuracy == 1.0
    assert "No space left on device" in caplog.text


def test_last_weights_that_are_nan_do_not_spoil_the_best(tmp_path: Path) -> None:
    trainer = _trainer(Recipe(), float("nan"))
    folder = RunFolder(tmp_path)
    folder.best_weights.write_bytes(b"best")
    result = result_module.make_result(trainer, _outcome(diverged=True), folder)
    assert (result.kept, result.test_accuracy) == ("best", 1.0)
    assert np.isnan(result.last_test_loss)


@pytest.mark.parametrize(
    ("recipe", "outcome", "known", "tested", "validated"),
    [
        (Recipe(), _outcome(best_epoch=3), {"validation": SCORES, "best_validation": SCORES}, 1, 0),
        (Recipe(), _outcome(), {"validation": SCORES, "best_validation": SCORES}, 2, 0),
        (Recipe(keep="last"), _outcome(), {"validation": SCORES, "best_validation": SCORES}, 1, 0),
        # Stopped in the middle of an epoch: the last weights are not the best ones any more.
        (Recipe(), _outcome(best_epoch=3, stopped=True), {"best_validation": SCORES}, 2, 0),
        # Resumed after the best epoch: its scores were those of another process.
        (Recipe(), _outcome(), {"validation": SCORES}, 2, 1),
        (Recipe(keep="last"), _outcome(stopped=True), {"best_validation": SCORES}, 1, 1),
    ],
)
def test_what_the_training_has_scored_is_not_scored_again(
    tmp_path: Path, recipe: Recipe, outcome: Any, known: dict[str, Any], tested: int, validated: int
) -> None:
    trainer = _trainer(recipe, 0.09, **known)
    result = result_module.make_result(trainer, outcome, RunFolder(tmp_path))
    asked = [("test", TEST), ("validation", VALIDATION)]
    counts = {name: sum(images is each for each in trainer.evaluator.asked) for name, images in asked}
    assert counts == {"test": tested, "validation": validated}
    assert (result.validation_accuracy == 0) == (validated == 0)
