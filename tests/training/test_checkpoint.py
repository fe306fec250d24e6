import errno
import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy

from mnist_lab.network import Conv2D, Dense, Network
from mnist_lab.recipe import Recipe
from mnist_lab.training.checkpoint import (
    FORMAT,
    DamagedCheckpointError,
    fingerprint,
    read_checkpoint,
    write_checkpoint,
)
from tests.factories import make_data
from tests.training.checkpoints import assert_same, make_checkpoint

DATA = make_data(training=900, validation=100)
ON_DISK = settings(max_examples=40, deadline=None)
NETWORK = Network(layers=(Conv2D(filters=4), Dense(units=3)))


def test_a_checkpoint_comes_back_bit_by_bit(tmp_path: Path) -> None:
    path = tmp_path / "folder that is not there yet" / "checkpoint"
    write_checkpoint(path, make_checkpoint())
    assert_same(read_checkpoint(path), make_checkpoint())
    assert list(path.parent.iterdir()) == [path]


@pytest.fixture(scope="module")
def shared_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("checkpoints") / "checkpoint"


@ON_DISK
@given(
    arrays=st.lists(
        st_numpy.arrays(
            st.sampled_from([np.float32, np.int64, np.uint32, np.int32]),
            st_numpy.array_shapes(min_dims=0, max_dims=4, max_side=4),
        ),
        max_size=4,
    ),
    loss=st.floats(allow_nan=False),
)
def test_whatever_the_arrays_are_they_come_back(shared_path: Path, arrays: list[Any], loss: float) -> None:
    checkpoint = make_checkpoint()
    state = replace(checkpoint.state, model=tuple(arrays), best=(), best_loss=loss)
    checkpoint = replace(checkpoint, state=state)
    write_checkpoint(shared_path, checkpoint)
    assert_same(read_checkpoint(shared_path), checkpoint)


@ON_DISK
@given(share=st.floats(0, 1, exclude_max=True))
def test_a_file_that_was_cut_anywhere_is_noticed(shared_path: Path, share: float) -> None:
    write_checkpoint(shared_path, make_checkpoint())
    content = shared_path.read_bytes()
    shared_path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(DamagedCheckpointError):
        read_checkpoint(shared_path)


@ON_DISK
@given(share=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_a_single_bit_that_was_changed_is_noticed(shared_path: Path, share: float, bit: int) -> None:
    write_checkpoint(shared_path, make_checkpoint())
    content = bytearray(shared_path.read_bytes())
    content[int(share * len(content))] ^= 1 << bit
    shared_path.write_bytes(content)
    with pytest.raises(DamagedCheckpointError):
        read_checkpoint(shared_path)


@pytest.mark.parametrize("content", [b"x", b"PK\x03\x04 a zip", b"MNIST Lab checkpoint 2\n" + b"0" * 200])
def test_a_file_of_another_kind_is_noticed(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "checkpoint"
    path.write_bytes(content)
    with pytest.raises(DamagedCheckpointError, match="not a checkpoint of this version"):
        read_checkpoint(path)


def test_a_full_disk_leaves_the_checkpoint_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "checkpoint"
    write_checkpoint(path, make_checkpoint(3))

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("mnist_lab.files.os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_checkpoint(path, make_checkpoint(4))
    assert_same(read_checkpoint(path), make_checkpoint(3))
    assert list(tmp_path.iterdir()) == [path]


def test_the_number_of_epochs_and_the_name_may_differ() -> None:
    own = fingerprint(NETWORK, Recipe(epochs=3), DATA)
    assert own == fingerprint(NETWORK.model_copy(update={"name": "other"}), Recipe(epochs=9), DATA)
    # It is kept on users' disks: were it to change by itself, no run could be resumed after an update.
    assert own == "dbd4e5dc47f4affc57953cd77702fedb55a4c86e25685178dd8094af597c1114"


@pytest.mark.parametrize(
    "change",
    [
        {"network": Network(layers=(Conv2D(filters=5), Dense(units=3)))},
        {"network": Network(layers=(Dense(units=3), Conv2D(filters=4)))},
        *(
            {"recipe": Recipe().with_changes(**field)}
            for field in (
                {"seed": 1},
                {"batch_size": 99},
                {"optimizer": "sgd"},
                {"schedule": "cosine"},
                {"augmentation": "light"},
                {"limit": 500},
                {"precision": "float32"},
                {"validation_fraction": 0.2},
                {"early_stopping": 3},
            )
        ),
        {"data": replace(DATA, fingerprint="1" * 16)},
        {"data": replace(DATA, training=901)},
    ],
)
def test_any_other_change_changes_the_fingerprint(change: dict[str, Any]) -> None:
    usual: dict[str, Any] = {"network": NETWORK, "recipe": Recipe(), "data": DATA}
    assert fingerprint(**(usual | change)) != fingerprint(**usual)


def resealed(path: Path, header: bytes, arrays: bytes = b"") -> Path:
    """A checkpoint with this header and the right checksum."""
    body = header + b"\n" + arrays
    path.write_bytes(FORMAT + hashlib.sha256(body).hexdigest().encode() + b"\n" + body)
    return path


def header(**changed: Any) -> bytes:
    """The header of a good checkpoint without arrays, with some of its entries changed."""
    numbers = dict.fromkeys(("epoch", "best_epoch", "patience_from", "images"), 1)
    numbers |= dict.fromkeys(("best_loss", "learning_rate_factor", "seconds", "step_seconds"), 1.0)
    content: dict[str, Any] = {
        "run": "abcdefgh", "fingerprint": "f" * 64, "precision": "float32", "points": [],
        "state": numbers, "arrays": {"model": [], "optimizer": [], "best": []},
    }  # fmt: skip
    for name, value in changed.items():
        entry, _, inner = name.partition("__")
        content[entry] = {**content[entry], inner: value} if inner else value
    return json.dumps(content).encode()


def test_a_header_without_arrays_is_read(tmp_path: Path) -> None:
    assert read_checkpoint(resealed(tmp_path / "checkpoint", header())).run == "abcdefgh"


@pytest.mark.parametrize(
    "content",
    [
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b"{}",
        b"null",
        header(run=7),
        header(precision="auto"),
        header(points=[{"step": 1}]),
        header(state__epoch=-1),
        header(state__epoch="many"),
        header(state__seconds=float("nan")),
        header(state__learning_rate_factor=0),
        header(state__step_seconds=float("inf")),
        header(arrays__model=[["<f4", [10**30]]]),
        header(arrays__model=[["<f4", [-1]]]),
        header(arrays__model=[["O", []]]),
        header(arrays__model=[["|V99999999999", []]]),
        header(arrays__model=[["<f4", [1]]]),
        header(arrays={"model": []}),
    ],
    ids=lambda content: content[-60:].decode() if len(content) < 1000 else content[:5].decode(),
)
def test_a_crafted_checkpoint_is_refused_in_one_line(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(DamagedCheckpointError, match="its content is invalid") as refused:
        read_checkpoint(resealed(tmp_path / "checkpoint", content))
    assert "\n" not in str(refused.value)


def test_a_checkpoint_of_any_size_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint"
    with path.open("wb") as file:
        file.truncate(10 * 2**30)
    with pytest.raises(DamagedCheckpointError, match="has 10,240 MiB, and at most"):
        read_checkpoint(path)
