import errno
import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from mnist_lab.runs import RunFolder
from mnist_lab.training.checkpoint import Checkpoint, write_checkpoint
from mnist_lab.training.recorders import checkpoint_writer
from mnist_lab.training.recorders.checkpoint_writer import CheckpointWriter, usable_checkpoints
from tests.training.checkpoints import WHOSE, make_checkpoint


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    return RunFolder(tmp_path / "abcd1234")


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoint_writer, "MIN_INTERVAL_SECONDS", 0.0)


def names(folder: RunFolder) -> list[str]:
    return sorted(path.name for path in folder.checkpoints.iterdir())


def until(condition: Callable[[], bool]) -> None:
    give_up = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < give_up
        time.sleep(0.01)


def epochs_of(folder: RunFolder) -> list[int]:
    return [checkpoint.state.epoch for checkpoint in usable_checkpoints(folder, WHOSE)]


@pytest.mark.usefixtures("quick")
def test_the_newest_two_are_kept(folder: RunFolder) -> None:
    with CheckpointWriter(folder) as writer:
        for epoch in range(1, 5):
            writer.put(make_checkpoint(epoch))
            until(lambda epoch=epoch: folder.checkpoint_path(epoch).exists())  # type: ignore[misc]
    assert epochs_of(folder) == [4, 3]
    assert len(names(folder)) == 2


def test_the_training_does_not_wait_and_the_last_one_is_always_written(folder: RunFolder) -> None:
    released, written = threading.Event(), []

    def slowly(path: Path, checkpoint: Checkpoint) -> None:
        released.wait(20)
        written.append(checkpoint.state.epoch)
        write_checkpoint(path, checkpoint)

    with CheckpointWriter(folder, write=slowly) as writer:
        writer.put(make_checkpoint(1))
        time.sleep(0.05)
        for epoch in range(2, 100):
            writer.put(make_checkpoint(epoch))
        assert written == []
        released.set()
    assert written[-1] == 99
    assert len(written) <= 2
    assert epochs_of(folder)[0] == 99


def test_short_epochs_share_a_checkpoint_which_comes_by_itself(
    folder: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoint_writer, "MIN_INTERVAL_SECONDS", 0.2)
    written = []

    def note(path: Path, checkpoint: Checkpoint) -> None:
        written.append(checkpoint.state.epoch)
        write_checkpoint(path, checkpoint)

    with CheckpointWriter(folder, write=note) as writer:
        for epoch in range(1, 40):
            writer.put(make_checkpoint(epoch))
            time.sleep(0.001)
        # A paused training puts nothing more.
        until(lambda: 39 in written)
    assert len(written) < 30


@pytest.mark.usefixtures("quick")
def test_only_good_ones_count_among_the_two(folder: RunFolder) -> None:
    folder.checkpoints.mkdir(parents=True)
    write_checkpoint(folder.checkpoint_path(5), make_checkpoint(5))
    folder.checkpoint_path(6).write_bytes(b"torn")
    folder.checkpoint_path(9).write_bytes(b"torn, too")
    (folder.checkpoints / ".0a1b2c3d-epoch-000007.checkpoint").write_bytes(b"half-written when the process was killed")
    with CheckpointWriter(folder) as writer:
        writer.start_from(5)
        assert len(names(folder)) == 4
        writer.put(make_checkpoint(6))
    assert names(folder) == ["epoch-000005.checkpoint", "epoch-000006.checkpoint"]
    assert epochs_of(folder) == [6, 5]


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left on device"), RuntimeError("unforeseen")])
def test_a_write_error_is_logged_and_earlier_checkpoints_stay(
    folder: RunFolder, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    tried = []

    def refuse(path: Path, checkpoint: Checkpoint) -> None:
        tried.append(checkpoint.state.epoch)
        if 2 < checkpoint.state.epoch < 5:
            raise error
        write_checkpoint(path, checkpoint)

    with caplog.at_level(logging.WARNING), CheckpointWriter(folder, write=refuse) as writer:
        for epoch in range(1, 5):
            writer.put(make_checkpoint(epoch))
            until(lambda epoch=epoch: epoch in tried)  # type: ignore[misc]
        until(lambda: "without" in caplog.text)
        assert epochs_of(folder) == [2, 1]
        writer.put(make_checkpoint(5))
    assert epochs_of(folder) == [5, 2]


def test_damaged_and_foreign_checkpoints_are_skipped_and_logged(
    folder: RunFolder, caplog: pytest.LogCaptureFixture
) -> None:
    write_checkpoint(folder.checkpoint_path(3), make_checkpoint(3))
    write_checkpoint(folder.checkpoint_path(4), make_checkpoint(4, whose="e" * 64))
    write_checkpoint(folder.checkpoint_path(5), make_checkpoint(5))
    content = folder.checkpoint_path(5).read_bytes()
    folder.checkpoint_path(5).write_bytes(content[:-10])
    with caplog.at_level(logging.WARNING):
        assert epochs_of(folder) == [3]
    assert "epoch-000005.checkpoint is not used: its checksum is wrong" in caplog.text
    assert "epoch-000004.checkpoint is not used: it belongs to another network, recipe or data" in caplog.text


def test_without_a_folder_there_are_no_checkpoints(folder: RunFolder) -> None:
    assert epochs_of(folder) == []
