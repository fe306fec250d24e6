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

LABELS = (np.arange(40) % 10).astype(np.uint8)
IMAGES = np.zeros((40, 28, 28), np.uint8)
SPLIT = Split(IMAGES, LABELS, IMAGES, LABELS, IMAGES, LABELS)


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
    monkeypatch.setattr(result_module, "predict_probabilities", lambda model, _images, _pause_point: model.answers)
    monkeypatch.setattr(result_module, "fit_to_model", lambda model, *_arguments: SUBSPACES)
    monkeypatch.setattr(result_module, "versions", lambda: {"keras": "0"})
    monkeypatch.setattr(result_module, "machine_info", lambda: {"cores": 1})


def _trainer(recipe: Recipe, last: float) -> Any:
    return SimpleNamespace(model=Model(last), recipe=recipe, split=SPLIT, precision="float32")


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
