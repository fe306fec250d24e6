"""The weights of epochs: small, few, and read with care."""

from pathlib import Path

import numpy as np
import pytest

from mnist_lab.errors import StoreError
from mnist_lab.runs.epoch_weights import (
    MAX_BYTES,
    MAX_EPOCHS,
    epoch_weight_files,
    epoch_weights_path,
    kept_epochs,
    max_epochs,
    read_epoch_weights,
    write_epoch_weights,
)

VALUES = (np.arange(9, dtype=np.float32).reshape(3, 3), np.float32([1e9, -1e9, 0.5]))
SHAPES = [(3, 3), (3,)]


def test_what_was_written_is_read_as_half_precision(tmp_path: Path) -> None:
    path = epoch_weights_path(tmp_path / "epochs", 3)
    write_epoch_weights(path, VALUES)

    first, second = read_epoch_weights(path, SHAPES)

    np.testing.assert_array_equal(first, VALUES[0])
    assert second.tolist() == [65504, -65504, 0.5], "too large numbers are cut off instead of becoming infinite"
    assert list(epoch_weight_files(tmp_path / "epochs")) == [3]


def test_a_folder_has_its_epochs_in_order_and_nothing_else(tmp_path: Path) -> None:
    for epoch in (10, 2):
        write_epoch_weights(epoch_weights_path(tmp_path, epoch), VALUES)
    (tmp_path / "epoch-1.npz").touch()
    (tmp_path / ".epoch-000003.npz").touch()

    assert list(epoch_weight_files(tmp_path)) == [2, 10]
    assert epoch_weight_files(tmp_path / "missing") == {}


@pytest.mark.parametrize("shapes", [[(3, 3)], [(3, 3), (4,)], [(9,), (3,)]][1:])
def test_weights_of_another_network_are_refused(tmp_path: Path, shapes: list[tuple[int, ...]]) -> None:
    path = epoch_weights_path(tmp_path, 1)
    write_epoch_weights(path, VALUES)

    with pytest.raises(StoreError, match="train the run again"):
        read_epoch_weights(path, shapes)


@pytest.mark.parametrize("content", [b"", b"x", b"PK\x03\x04" + bytes(50)])
def test_a_damaged_file_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    path = epoch_weights_path(tmp_path, 1)
    path.write_bytes(content)

    with pytest.raises(StoreError, match="train the run again"):
        read_epoch_weights(path, SHAPES)


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="train the run again"):
        read_epoch_weights(epoch_weights_path(tmp_path, 1), SHAPES)


def test_a_small_network_keeps_sixty_epochs_and_a_huge_one_none() -> None:
    assert max_epochs([np.zeros(1000)]) == MAX_EPOCHS
    assert max_epochs([np.zeros(MAX_BYTES // 2 // 10)]) == 10
    assert max_epochs([np.zeros(MAX_BYTES // 2)]) == 0


@pytest.mark.parametrize("most", [4, 5, 10, 60])
@pytest.mark.parametrize("epochs", [1, 2, 3, 59, 60, 61, 400, 5000])
def test_of_many_epochs_the_first_the_last_and_equal_steps_are_kept(epochs: int, most: int) -> None:
    # One after the other, as in a training: what was removed does not come back.
    kept: set[int] = set()
    for epoch in range(epochs + 1):
        kept = kept_epochs([*kept, epoch], most)
        assert len(kept) <= most
    assert {0, min(1, epochs), epochs} <= kept
    if epochs < most - 2:
        assert kept == set(range(epochs + 1))
