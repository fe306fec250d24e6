"""The newest weights of a network in training, as files: written on request, read with care."""

import os
import time
from pathlib import Path

import numpy as np
import pytest

from mnist_lab.errors import StoreError
from mnist_lab.runs import RunFolder
from mnist_lab.runs.live_weights import (
    REQUEST_SECONDS,
    LiveWeights,
    are_live_weights_requested,
    read_live_weights,
    request_live_weights,
    write_live_weights,
)

VALUES = (np.arange(9, dtype=np.float32).reshape(3, 3), np.float32([1, 2]))


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    run = RunFolder(tmp_path / "abcd1234")
    run.path.mkdir()
    return run


def test_what_was_written_is_read(folder: RunFolder) -> None:
    write_live_weights(folder, LiveWeights(1.25, VALUES))

    weights = read_live_weights(folder, VALUES)

    assert weights is not None
    assert weights.epoch == 1.25
    for value, expected in zip(weights.values, VALUES, strict=True):
        np.testing.assert_array_equal(value, expected)
        assert value.dtype == expected.dtype


def test_newer_weights_replace_older_ones(folder: RunFolder) -> None:
    for epoch in (1.0, 2.0):
        write_live_weights(folder, LiveWeights(epoch, VALUES))

    weights = read_live_weights(folder, VALUES)

    assert weights is not None
    assert weights.epoch == 2.0
    assert list(folder.live.iterdir()) == [folder.live_weights]


def test_a_run_without_live_weights_has_none(folder: RunFolder) -> None:
    assert read_live_weights(folder, VALUES) is None


@pytest.mark.parametrize(
    "like", [(VALUES[0], VALUES[1], VALUES[1]), (VALUES[0].T[:2], VALUES[1]), (VALUES[0].astype(np.int32), VALUES[1])]
)
def test_weights_of_another_network_are_refused(folder: RunFolder, like: tuple[np.ndarray, ...]) -> None:
    write_live_weights(folder, LiveWeights(1.0, VALUES))

    with pytest.raises(StoreError, match=r"weights\.npz .*the training will soon replace it"):
        read_live_weights(folder, like)


def test_an_epoch_that_is_no_number_is_refused(folder: RunFolder) -> None:
    write_live_weights(folder, LiveWeights(float("nan"), VALUES))

    with pytest.raises(StoreError, match="no valid epoch"):
        read_live_weights(folder, VALUES)


def test_a_request_counts_for_some_seconds(folder: RunFolder) -> None:
    folder.live.mkdir()
    assert not are_live_weights_requested(folder)
    assert request_live_weights(folder)
    assert are_live_weights_requested(folder)

    old = time.time() - REQUEST_SECONDS - 1
    os.utime(folder.live_request, (old, old))
    assert not are_live_weights_requested(folder)

    assert request_live_weights(folder)
    assert are_live_weights_requested(folder)


def test_a_request_that_comes_too_late_leaves_nothing(folder: RunFolder) -> None:
    assert not request_live_weights(folder)
    assert not folder.live.exists()


def test_a_folder_that_cannot_be_written_is_named(folder: RunFolder) -> None:
    folder.live.write_text("a file in its place")

    with pytest.raises(StoreError, match="live cannot be written"):
        request_live_weights(folder)
