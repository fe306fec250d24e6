"""Snapshots on disk: what was written comes back, damage is noticed, and there are never too many."""

import dataclasses
import math
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mnist_lab.errors import StoreError
from mnist_lab.runs.snapshot_files import (
    MAX_SNAPSHOTS,
    FirstWeights,
    LayerHealth,
    discard_snapshots,
    layer_maps,
    list_epochs,
    newest_health,
    read_epoch_health,
    read_epoch_probabilities,
    read_snapshot,
    thinned,
    write_snapshot,
)
from tests.snapshots import snapshot


def assert_same(one: object, other: object) -> None:
    assert type(one) is type(other)
    if dataclasses.is_dataclass(one):
        for field in dataclasses.fields(one):
            assert_same(getattr(one, field.name), getattr(other, field.name))
    elif isinstance(one, tuple) and isinstance(other, tuple):
        assert len(one) == len(other)
        for first, second in zip(one, other, strict=True):
            assert_same(first, second)
    else:
        np.testing.assert_array_equal(one, other)


def test_the_newest_health_is_that_of_the_last_whole_snapshot(tmp_path: Path) -> None:
    assert newest_health(tmp_path) == ()
    for epoch in (1, 2, 3):
        write_snapshot(tmp_path, snapshot(epoch))
    (tmp_path / "epoch-000003.npz").write_bytes(b"torn")
    assert newest_health(tmp_path) == snapshot(2).health


@pytest.mark.parametrize("filters", [True, False])
def test_a_snapshot_comes_back_as_it_was(tmp_path: Path, filters: bool) -> None:
    written = snapshot(filters=filters)
    write_snapshot(tmp_path / "watch", written)
    found = read_snapshot(tmp_path / "watch", 3)
    assert_same(found, written)
    assert found is not None
    assert found.maps[0].values.dtype == np.uint8
    assert [path.name for path in (tmp_path / "watch").iterdir()] == ["epoch-000003.npz"]


def test_weights_that_are_no_numbers_are_kept_as_such(tmp_path: Path) -> None:
    nothing = np.full((10, 2, 3, 3), np.nan)
    # What max pooling makes of NaN.
    lowest = np.full((10, 2, 3, 3), np.finfo(np.float32).min)
    broken = dataclasses.replace(
        snapshot(),
        probabilities=np.full((12, 10), np.nan, np.float32),
        filters=FirstWeights(1, "Conv2D", "1 Convolution", 2, np.full((2, 3, 3), np.inf, np.float32)),
        maps=tuple(
            layer_maps(place, "Conv2D", "Convolution", (3, 3, 2), outputs)
            for place, outputs in enumerate((nothing, lowest), start=1)
        ),
        health=(LayerHealth(1, "Conv2D", "1 Convolution", 0.25, math.inf, math.nan),),
    )
    write_snapshot(tmp_path, broken)
    found = read_snapshot(tmp_path, 3)
    assert_same(found, broken)
    assert found is not None
    assert all(np.isnan(one.low).all() for one in found.maps)


def test_nothing_is_there_before_the_first(tmp_path: Path) -> None:
    assert list_epochs(tmp_path / "nowhere") == ()
    assert read_snapshot(tmp_path / "nowhere", 0) is None
    assert read_epoch_health(tmp_path / "nowhere", 0) is None
    assert read_epoch_probabilities(tmp_path / "nowhere", 0) is None


@pytest.mark.parametrize("keep", [0, 10, 400, -10])
def test_a_torn_file_is_noticed_and_the_others_are_read(tmp_path: Path, keep: int) -> None:
    for epoch in (1, 2):
        write_snapshot(tmp_path, snapshot(epoch))
    torn = tmp_path / "epoch-000002.npz"
    torn.write_bytes(torn.read_bytes()[:keep])
    with pytest.raises(StoreError, match="is damaged"):
        read_snapshot(tmp_path, 2)
    assert read_epoch_health(tmp_path, 2) is None
    assert read_epoch_probabilities(tmp_path, 2) is None
    assert_same(read_snapshot(tmp_path, 1), snapshot(1))


@given(st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_damage_is_more_than_a_sentence(tmp_path: Path, data: st.DataObject) -> None:
    write_snapshot(tmp_path, snapshot())
    path = tmp_path / "epoch-000003.npz"
    octets = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(octets)
    with suppress(StoreError):
        read_snapshot(tmp_path, 3)
    read_epoch_health(tmp_path, 3)
    read_epoch_probabilities(tmp_path, 3)


def test_the_probabilities_of_an_epoch_are_read_without_the_pictures(tmp_path: Path) -> None:
    write_snapshot(tmp_path, snapshot())
    assert_same(read_epoch_probabilities(tmp_path, 3), snapshot().probabilities)
    assert read_epoch_probabilities(tmp_path, 4) is None


def test_a_file_of_another_version_is_not_misread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mnist_lab.runs.snapshot_files._VERSION", 99)
    write_snapshot(tmp_path, snapshot())
    monkeypatch.undo()
    with pytest.raises(StoreError, match="is damaged"):
        read_snapshot(tmp_path, 3)


def test_health_is_read_without_the_pictures(tmp_path: Path) -> None:
    write_snapshot(tmp_path, snapshot())
    assert_same(read_epoch_health(tmp_path, 3), snapshot().health)


def test_a_later_attempt_overwrites_what_came_after_its_start(tmp_path: Path) -> None:
    for epoch in range(5):
        write_snapshot(tmp_path, snapshot(epoch))
    discard_snapshots(tmp_path, after=2)
    assert list_epochs(tmp_path) == (0, 1, 2)
    discard_snapshots(tmp_path, after=-1)
    assert list_epochs(tmp_path) == ()


def test_other_files_are_left_alone(tmp_path: Path) -> None:
    for name in ("notes.txt", ".ab12-epoch-000001.npz", "epoch-1.npz"):
        (tmp_path / name).write_text("mine")
    discard_snapshots(tmp_path, after=-1)
    assert list_epochs(tmp_path) == ()
    assert len(list(tmp_path.iterdir())) == 3


@pytest.mark.slow
def test_a_long_training_keeps_a_bounded_number(tmp_path: Path) -> None:
    written = snapshot()
    for epoch in range(150):
        write_snapshot(tmp_path, dataclasses.replace(written, epoch=epoch))
        kept = list_epochs(tmp_path)
        assert kept[-1] == epoch
        assert len(kept) <= MAX_SNAPSHOTS
    assert kept[:6] == (0, 1, 2, 3, 4, 8)


@given(st.integers(0, 5_000), st.integers(10, 80))
def test_what_stays_is_bounded_and_does_not_depend_on_how_often_it_was_thinned(last: int, most: int) -> None:
    gradually: tuple[int, ...] = ()
    for epoch in range(last + 1 if last < 500 else 0):
        gradually = thinned([*gradually, epoch], most)
    at_once = thinned(range(last + 1), most)
    assert len(at_once) <= most
    assert {0, last} <= set(at_once)
    if gradually:
        assert gradually == at_once


@pytest.mark.parametrize(
    "outputs", [np.linspace(0, 7, 40), np.linspace(-3, 2, 40), np.zeros(40), np.linspace(-3, -1, 40)]
)
def test_maps_come_back_to_half_a_step(outputs: np.ndarray) -> None:
    values = np.tile(outputs.reshape(1, 2, 4, 5), (10, 1, 1, 1))
    maps = layer_maps(1, "Conv2D", "1 Convolution", (4, 5, 2), values)
    step = (maps.high - maps.low)[0] / 255
    np.testing.assert_allclose(maps.low[0] + maps.values[0] * step, values[0], atol=step / 2 + 1e-6)
    assert maps.low[0] <= 0 <= maps.high[0]
