import math
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from mnist_lab.errors import StoreError
from mnist_lab.reference import read_archive, unpack, write_archive
from mnist_lab.reference.archive import MOST_STEPS
from mnist_lab.runs import Run, RunFolder, RunState, RunStore
from tests.reference.conftest import make_run


def test_an_archive_holds_the_run_as_it_was(archive: Path, ended: Run):
    run = read_archive(archive).run
    for name in ("id", "name", "note", "network", "recipe", "created", "ended", "data", "result", "epochs_done"):
        assert getattr(run, name) == getattr(ended, name), name
    assert (run.state, run.steps_done, run.total_steps, run.seconds) == (RunState.FINISHED, 2000, 2000, 84.0)
    assert run.is_reference
    assert not ended.is_reference


def test_an_archive_holds_the_curves_to_seven_digits(store: RunStore, ended: Run, tmp_path: Path):
    points = store.points(ended.id)
    write_archive(tmp_path / "a.zip", ended, points, store.folder(ended.id))
    read = read_archive(tmp_path / "a.zip").points
    assert [point.step for point in read] == [1, 2, 3, 1000, 2000]
    assert read[2].training_loss == pytest.approx(1 / 3, rel=1e-6)
    assert read[3].seconds == 1234.568
    assert math.isnan(read[3].validation_loss or 0.0)
    assert replace(read[4], seconds=0.0) == replace(points[4], seconds=0.0)


def test_of_very_many_points_only_some_between_the_epochs_are_kept(store: RunStore, tmp_path: Path):
    run = make_run(store, chunks=950)
    write_archive(tmp_path / "a.zip", run, store.points(run.id), store.folder(run.id))
    read = read_archive(tmp_path / "a.zip").points
    steps = [point.step for point in read if point.kind == "step"]
    assert steps == list(range(1, 951, 2))
    assert len(steps) <= MOST_STEPS
    assert sum(point.kind == "epoch" for point in read) == 2


def test_an_archive_holds_the_files_that_pages_read(archive: Path, tmp_path: Path):
    folder = RunFolder(tmp_path / "new")
    unpack(archive, folder)
    assert folder.best_weights.read_bytes() == b"weights"
    assert (folder.snapshots / "epoch-000002.npz").read_bytes() == b"snapshot"
    predictions = folder.read_predictions()
    assert predictions is not None
    assert predictions[1].tolist() == list(range(10))
    assert not folder.last_weights.exists()


def test_the_same_run_makes_the_same_archive_byte_for_byte(store: RunStore, ended: Run, tmp_path: Path):
    for name in ("a.zip", "b.zip"):
        write_archive(tmp_path / name, ended, store.points(ended.id), store.folder(ended.id))
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_a_run_without_its_files_makes_no_archive(store: RunStore, ended: Run, tmp_path: Path):
    store.folder(ended.id).best_weights.unlink()
    with pytest.raises(ValueError, match=r"lacks best\.keras"):
        write_archive(tmp_path / "a.zip", ended, store.points(ended.id), store.folder(ended.id))
    with pytest.raises(ValueError, match="no result"):
        write_archive(tmp_path / "a.zip", replace(ended, result=None), [], store.folder(ended.id))
    assert list(tmp_path.glob("*.zip")) == []


@pytest.mark.parametrize("damage", [b"", b"no zip at all", None])
def test_a_damaged_archive_is_one_sentence(archive: Path, tmp_path: Path, damage: bytes | None):
    archive.write_bytes(archive.read_bytes()[:-100] if damage is None else damage)
    with pytest.raises(StoreError, match="cannot be read"):
        read_archive(archive)
    with pytest.raises(StoreError, match="cannot be unpacked"):
        unpack(archive, RunFolder(tmp_path / "new"))


def test_an_archive_writes_nothing_outside_its_folder(tmp_path: Path):
    path = tmp_path / "evil.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../outside.txt", "x")
    with pytest.raises(StoreError, match="outside"):
        unpack(path, RunFolder(tmp_path / "new"))
    assert not (tmp_path / "outside.txt").exists()
