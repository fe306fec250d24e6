from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mnist_lab.errors import StoreError
from mnist_lab.runs import RunFolder


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    return RunFolder(tmp_path / "mit Leerzeichen und ü" / "abcd1234")


def test_the_lock_is_had_once(folder: RunFolder) -> None:
    lock = folder.lock()
    assert lock is not None
    assert folder.lock() is None
    lock.release()
    again = folder.lock()
    assert again is not None
    again.release()


def test_predictions_come_back_as_they_were(folder: RunFolder) -> None:
    probabilities = np.random.default_rng(0).dirichlet(np.ones(10), 50).astype(np.float32)
    labels = np.arange(50).astype(np.uint8) % 10
    assert folder.read_predictions() is None
    folder.write_predictions(probabilities, labels.astype(np.uint8))
    found = folder.read_predictions()
    assert found is not None
    np.testing.assert_array_equal(found[0], probabilities)
    np.testing.assert_array_equal(found[1], labels)
    assert [path.name for path in folder.path.iterdir()] == ["predictions.npz"]


@pytest.mark.parametrize("keep", [0, 10, 200, -10])
def test_torn_predictions_are_one_sentence(folder: RunFolder, keep: int) -> None:
    folder.write_predictions(np.full((50, 10), 0.1, np.float32), np.zeros(50, np.uint8))
    folder.predictions_path.write_bytes(folder.predictions_path.read_bytes()[:keep])
    with pytest.raises(StoreError, match=r"(is empty|cut off, damaged).*train the run again"):
        folder.read_predictions()


def test_predictions_of_another_shape_are_one_sentence(folder: RunFolder) -> None:
    folder.path.mkdir(parents=True)
    np.savez(folder.predictions_path, probabilities=np.zeros((5, 3), np.float32), labels=np.zeros(5, np.uint8))
    with pytest.raises(StoreError, match=r"\(5, 3\), and it must be \(any, 10\)"):
        folder.read_predictions()


def test_predictions_are_never_unpickled(folder: RunFolder) -> None:
    folder.path.mkdir(parents=True)
    np.savez(folder.predictions_path, probabilities=np.array([{"a": 1}], object), labels=np.zeros(1, np.uint8))
    with pytest.raises(StoreError, match="pickled Python objects, which are never read"):
        folder.read_predictions()


def test_a_label_that_is_no_digit_is_one_sentence(folder: RunFolder) -> None:
    folder.write_predictions(np.full((5, 10), 0.1, np.float32), np.full(5, 10, np.uint8))
    with pytest.raises(StoreError, match="label 10, and labels are 0 to 9"):
        folder.read_predictions()


@pytest.mark.parametrize(
    ("value", "refused"), [(np.inf, True), (-0.5, True), (7.0, True), (np.nan, False), (1.0, False)]
)
def test_numbers_that_are_no_probabilities_are_one_sentence(folder: RunFolder, value: float, refused: bool) -> None:
    folder.write_predictions(np.full((5, 10), value, np.float32), np.zeros(5, np.uint8))
    if refused:
        with pytest.raises(StoreError, match="numbers that are no probabilities"):
            folder.read_predictions()
    else:
        assert folder.read_predictions() is not None


@pytest.mark.parametrize("run_id", ["", "..", "../../x", "/etc", "a/b", "abcdefghi", None, 7])
def test_a_damaged_id_never_names_a_folder(tmp_path: Path, run_id: Any) -> None:
    with pytest.raises(StoreError, match="A run's id is at most eight characters"):
        RunFolder.of(tmp_path, run_id)


def test_the_end_of_the_log_is_read(folder: RunFolder) -> None:
    assert folder.read_log() == ""
    folder.path.mkdir(parents=True)
    folder.log_path.write_bytes(b"a" * 1000 + b"\xff end")
    assert folder.read_log(last=6) == "a\ufffd end"
